import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { ledgersOn, testEngines } from '#lib/ledger/testing/engines.ts'
import {
  ADA,
  after,
  completeSample,
  intended,
  issueSample,
  sampleEvent,
  sampleIntent,
} from '#lib/ledger/testing/samples.ts'
import { verifyLedger } from './verify.ts'

/** Ledgers with certificates of two issuers. Those of one are changed in lib/ledger/database-errors.test.ts (STO-13). */

const NEXT = 'b'.repeat(64)

describe.each(testEngines())('on $name', (engine) => {
  const { openWithStore } = ledgersOn(engine)

  async function openBoth() {
    const both = await openWithStore()
    await issueSample(both.ledger, '01')
    const keyThumbprint = 'another key'
    const snapshot = { directorySnapshot: '{"enabled":"as the next saw it"}' }
    const changes = { issuerId: NEXT, requestKey: 'another', keyThumbprint, ...snapshot }
    await both.ledger.begin(sampleIntent('01', changes), intended('01'))
    return both
  }

  /** Of the newer of both, which functions take that are given a serial alone. */
  const revoke = ({ ledger }: Awaited<ReturnType<typeof openBoth>>) =>
    ledger.revoke(
      { serial: '01', at: after(1000), reason: 'superseded', by: ADA.oid, cause: 'by_owner' },
      { withDescendants: false },
      sampleEvent('certificate.revoked', '01'),
    )

  test('a serial that two issuers gave is whole, whichever row changed last', async () => {
    const both = await openBoth()
    const good = { ok: true, certificates: 2, findings: [] }
    expect(await verifyLedger(both.store)).toMatchObject(good)
    expect(await completeSample(both.ledger, '01')).toBe('completed')
    expect(await verifyLedger(both.store)).toMatchObject(good)
    expect(await revoke(both)).toEqual(['01'])
    expect(await verifyLedger(both.store)).toMatchObject(good)
  })

  const NOT_AS_LEFT = 'The row of this certificate is not as the record left it.'

  test.each([
    ['the older', "label = 'swapped' where issuer_id <>", NOT_AS_LEFT],
    ['the newer', "label = 'swapped' where issuer_id =", NOT_AS_LEFT],
    [
      'the newer, back to what it was',
      'revoked_at = null, revocation_reason = null, revoked_by = null, revoked_cause = null where issuer_id =',
      NOT_AS_LEFT,
    ],
  ])('a row of such a serial that was changed is found: %s', async (_, change, message) => {
    const both = await openBoth()
    await completeSample(both.ledger, '01')
    await revoke(both)
    await sql`update certificate set ${sql.raw(change)} ${NEXT}`.execute(both.store.write)
    const { findings } = await verifyLedger(both.store)
    expect(findings).toContainEqual({ about: 'row', index: 5, serial: '01', message })
  })
})
