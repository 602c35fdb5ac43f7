import { describe, expect, test } from 'vitest'
import { verifyLedger } from '#lib/ledger/audit/verify.ts'
import { NO_PLAN, type SyncPlan } from '#lib/ledger/directory-ledger.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { breakTable } from '#lib/ledger/testing/break-table.ts'
import { ada, apply, d1, object, planWith } from '#lib/ledger/testing/directory.ts'
import { ledgersOn, testEngines } from '#lib/ledger/testing/engines.ts'
import {
  intended,
  issued,
  issueSample,
  NOW,
  sampleCompletion,
  sampleEvent,
  sampleIntent,
} from '#lib/ledger/testing/samples.ts'

describe.each(testEngines())('a completion with what was seen of its holder on $name', (engine) => {
  const { open, openWithStore } = ledgersOn(engine)

  async function begun(serial = '01') {
    const ledger = await open()
    await ledger.begin(sampleIntent(serial), intended(serial))
    return ledger
  }

  function complete(ledger: Ledger, plan: SyncPlan, serial = '01') {
    return ledger.complete(sampleCompletion(serial), issued(serial), plan)
  }

  const isMarked = async (ledger: Ledger, serial = '01') =>
    (await ledger.boundCertificates([d1])).find((one) => one.serial === serial)?.isMarked

  test('stores both, in one step, with their events', async () => {
    const ledger = await begun()
    const plan = await planWith(ledger, [object(d1, { owners: [], ownersSeenAt: NOW })])
    expect(await complete(ledger, plan)).toBe('completed')
    expect(await ledger.directoryObjects([d1])).toMatchObject([{ version: 1, owners: [] }])
    expect(await ledger.certificate('01')).toMatchObject({ state: 'issued', version: 2 })
    expect(await isMarked(ledger)).toBe(false)
    expect((await ledger.auditTrail(1, 9)).map(({ event }) => event.kind)).toEqual([
      'directory.changed',
      'certificate.issued',
    ])
  })

  test.each([
    1, 3, 1_100,
  ])('writes nothing of %i objects when the certificate cannot be written', async (count) => {
    const { ledger, store } = await openWithStore()
    await ledger.begin(sampleIntent('01'), intended('01'))
    const devices = Array.from({ length: count }, (_, n) =>
      object({ kind: 'entra_device', id: `d${n}` }),
    )
    const plan = await planWith(ledger, devices)
    const fix = await breakTable(store, 'update', 'certificate')
    await expect(complete(ledger, plan)).rejects.toMatchObject({ code: 'store_unavailable' })
    await fix()
    await ledger.audit(sampleEvent('service.started', null))
    expect(await ledger.directoryObjects(devices)).toEqual([])
    expect(await verifyLedger(store)).toMatchObject({ ok: true, records: 2 })
    expect(await complete(ledger, plan)).toBe('completed')
  })

  test('tells the error of the database itself, not that of what was sent after it', async () => {
    const { ledger, store } = await openWithStore()
    await ledger.begin(sampleIntent('01'), intended('01'))
    await breakTable(store, 'insert', 'directory_object')
    for (const objects of [[object(d1)], [object(d1), object(ada)]]) {
      const refused = complete(ledger, await planWith(ledger, objects))
      const cause = { message: expect.stringContaining('secret of the database') }
      await expect(refused).rejects.toMatchObject({ code: 'store_unavailable', cause })
    }
  })

  test('conflicts when what was seen is stored otherwise by now, and may be planned again', async () => {
    const ledger = await begun()
    const plan = await planWith(ledger, [object(d1)])
    await apply(ledger, [object(d1, { disabledSince: NOW })])
    const before = [await ledger.certificate('01'), await ledger.auditTrail(0, 9)]
    expect(await complete(ledger, plan)).toBe('conflict')
    expect([await ledger.certificate('01'), await ledger.auditTrail(0, 9)]).toEqual(before)
    expect(await ledger.directoryObjects([d1])).toMatchObject([{ disabledSince: NOW }])
    expect(await complete(ledger, await planWith(ledger, [object(d1)]))).toBe('completed')
  })

  test('conflicts with another certificate of the holder that nobody evaluated', async () => {
    const ledger = await begun()
    const plan = await planWith(ledger, [object(d1), object(ada)])
    await issueSample(ledger, '02')
    expect(await complete(ledger, plan)).toBe('conflict')
    const now = await planWith(ledger, [object(d1), object(ada)], 'mark')
    expect(await complete(ledger, now)).toBe('completed')
    expect(await isMarked(ledger, '02')).toBe(true)
    expect(await isMarked(ledger, '01')).toBe(false)
  })

  test('of two at once for one device the second one plans again', async () => {
    const ledger = await begun()
    await ledger.begin(sampleIntent('02'), intended('02'))
    const plan = await planWith(ledger, [object(d1)])
    const results = await Promise.all([complete(ledger, plan, '01'), complete(ledger, plan, '02')])
    expect(results).toEqual(['completed', 'conflict'])
    expect(await complete(ledger, await planWith(ledger, [object(d1)]), '02')).toBe('completed')
    expect(await complete(ledger, NO_PLAN, '02')).toBe('withdrawn')
  })

  test('bears the mark that it is given', async () => {
    const ledger = await begun()
    const done = { ...sampleCompletion('01'), isMarked: true }
    expect(await ledger.complete(done, issued('01'), NO_PLAN)).toBe('completed')
    expect(await isMarked(ledger)).toBe(true)
    expect((await ledger.certificate('01'))?.version).toBe(2)
    const page = { issuerId: 'a'.repeat(64), partition: null, since: NOW, after: null, limit: 9 }
    expect(await ledger.revocationCandidates(page)).toMatchObject([{ serial: '01' }])
  })
})
