import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestLedger, testEngines } from '#lib/ledger/testing/engines.ts'
import { after, sampleEvent } from '#lib/ledger/testing/samples.ts'
import { verifyLedger } from './verify.ts'

describe.each(testEngines())('reports of lost devices are verified on $name', (engine) => {
  beforeAll(engine.start)
  afterAll(engine.stop)

  /** Two reports that stand, one of them made twice, and two that were withdrawn at once. */
  async function filled() {
    const both = await openTestLedger(await engine.newDatabase())
    const report = (deviceId: string | null, intuneId: string | null) =>
      both.ledger.reportLost(
        { deviceId, intuneId, at: after(1), reporterOid: 'ada', by: 'ada@x' },
        sampleEvent('device.reported_lost', null),
      )
    await report('d1', 'i1')
    await report('d1', 'i1')
    await report(null, 'i2')
    await report('d3', null)
    await report('d3', 'i3')
    await both.ledger.withdrawReport(
      { deviceId: 'd3', intuneId: null },
      sampleEvent('device.report_withdrawn', null),
    )
    return both
  }

  test('whole, as they stand', async () => {
    const { store, ledger } = await filled()
    expect(await verifyLedger(store)).toMatchObject({ ok: true, records: 6 })
    await ledger.close()
  })

  test.each([
    [
      'one that was taken away',
      `delete from lost_device where device_id = 'd1'`,
      [[1, 'The report of the lost device d1/i1 is missing.']],
    ],
    [
      'one that was put in',
      `insert into lost_device (device_id, reported_at, reporter_oid, reported_by)
        values ('d9', 1, 'eve', 'eve')`,
      [[null, 'The device d9/- is reported lost, but no record says so.']],
    ],
    [
      'one that was put back',
      `insert into lost_device (device_id, reported_at, reporter_oid, reported_by)
        values ('d3', 1, 'ada', 'ada')`,
      [[null, 'The device d3/- is reported lost, but no record says so.']],
    ],
    [
      'one that names another device',
      `update lost_device set intune_id = 'i9' where intune_id = 'i2'`,
      [
        [3, 'The report of the lost device -/i2 is missing.'],
        [null, 'The device -/i9 is reported lost, but no record says so.'],
      ],
    ],
  ])('%s is found', async (_, statement, wanted) => {
    const { store, ledger } = await filled()
    await sql.raw(statement).execute(store.write)
    const { ok, findings } = await verifyLedger(store)
    expect(ok).toBe(false)
    expect(findings.map(({ index, message }) => [index, message])).toEqual(wanted)
    await ledger.close()
  })
})
