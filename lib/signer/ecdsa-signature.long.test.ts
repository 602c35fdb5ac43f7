import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { tries } from '#lib/testing/tries.ts'
import { derSignature, rawSignature } from './ecdsa-signature.ts'

const CURVES = [
  ['P-256', 'sha256', 32],
  ['P-384', 'sha384', 48],
  ['P-521', 'sha512', 66],
] as const

/** 400 are enough for numbers that begin with a zero octet; every second begins with a bit that needs one before it. */
const SIGNATURES = tries({ short: 400, long: 4_000 })

test.each(
  CURVES,
)('both forms of signatures on %s are those of OpenSSL', (namedCurve, hash, octets) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })
  for (let n = 0; n < SIGNATURES; n++) {
    const data = createHash('sha256').update(`${n}`).digest()
    const raw = sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
    const der = derSignature(raw, octets) ?? new Uint8Array()
    expect(verify(hash, data, { key: publicKey, dsaEncoding: 'der' }, der)).toBe(true)
    expect(Buffer.from(rawSignature(der, octets)).equals(raw)).toBe(true)
  }
})

test('another length has no DER form', () => {
  expect(derSignature(new Uint8Array(63), 32)).toBeNull()
  expect(derSignature(new Uint8Array(65), 32)).toBeNull()
})
