import { describe, expect, test } from 'vitest'
import { NO_PLAN } from '#lib/ledger/directory-ledger.ts'
import { openTestLedger } from '#lib/ledger/testing/engines.ts'
import { issueSample, sampleCompletion } from '#lib/ledger/testing/samples.ts'
import { joinCertificate, splitCertificate } from './certificate-der.ts'

/** A SEQUENCE with this much content. */
function sequence(length: number): Uint8Array {
  return joinCertificate({ tbs: new Uint8Array(length).fill(7), signature: new Uint8Array() })
}

describe('the parts of a certificate', () => {
  test.each([1, 127, 128, 255, 256, 65_535, 65_536])('with a TBS of %d octets', (length) => {
    const parts = { tbs: sequence(length), signature: new Uint8Array([1, 2, 3]) }
    const der = joinCertificate(parts)
    expect(splitCertificate(der)).toEqual(parts)
    const head = length < 123 ? 2 : length < 248 ? 3 : length < 65_526 ? 4 : 5
    expect(der.length - parts.tbs.length - parts.signature.length).toBe(head)
  })

  test.each([
    ['text', new TextEncoder().encode('no certificate'), 'two sequences'],
    ['a sequence of nothing', new Uint8Array([0x30, 0]), 'two sequences'],
    ['a TBS that is cut off', new Uint8Array([0x30, 3, 0x30, 9, 1]), 'too early'],
    ['octets behind it', new Uint8Array([...sequence(5), 0]), 'does not end'],
  ])('%s is none', (_, der, message) => {
    expect(() => splitCertificate(der)).toThrow(message)
  })
})

describe('a stored certificate', () => {
  test('is given octet by octet, and not once a part of it was changed', async () => {
    const { store, ledger } = await openTestLedger('sqlite::memory:')
    await issueSample(ledger, '01')
    expect(await ledger.der('01')).toEqual(sampleCompletion('01').der)
    const signature = new Uint8Array([1])
    await store.write.updateTable('certificate').set({ signature }).execute()
    await expect(ledger.der('01')).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('The certificate 01 in the ledger is damaged.'),
    })
    await ledger.close()
  })

  test('is the one whose TBS was recorded', async () => {
    const { store, ledger } = await openTestLedger('sqlite::memory:')
    await issueSample(ledger, '01')
    const other = { ...sampleCompletion('02'), serial: '01' }
    await store.write
      .updateTable('certificate')
      .set({ state: 'pending', issued_at: null })
      .execute()
    const event = {
      kind: 'certificate.issued',
      at: other.at,
      actor: '',
      serial: '01',
      facts: {},
    } as const
    await expect(ledger.complete(other, event, NO_PLAN)).rejects.toMatchObject({
      code: 'store_unavailable',
      cause: { message: 'Something else was signed than was recorded.' },
    })
    await ledger.close()
  })
})
