import { expect, test } from 'vitest'
import { generateKey, signerOf } from './key.ts'
import { buildCaCertificate, buildCaCsr, type CaWish } from './second-builder.ts'

const NAME = { name: 'CA', organization: 'Contoso' }

test('nothing is signed that the check does not let through', async () => {
  const own = signerOf(await generateKey('ec-p256'))
  let signatures = 0
  const signer = {
    ...own,
    sign: (tbs: Uint8Array) => {
      signatures += 1
      return own.sign(tbs)
    },
  }
  const wish: CaWish = {
    serial: '01'.repeat(20),
    validity: {
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2036-01-01T00:00:00Z'),
    },
    subject: NAME,
    spki: own.spki,
    pathLength: 0,
    above: null,
  }
  const refuse = () => {
    throw new Error('other bytes')
  }
  await expect(buildCaCertificate(wish, signer, refuse)).rejects.toThrow('other bytes')
  await expect(buildCaCsr(NAME, signer, refuse)).rejects.toThrow('other bytes')
  expect(signatures).toBe(0)
  await buildCaCertificate(wish, signer, () => undefined)
  expect(signatures).toBe(1)
})
