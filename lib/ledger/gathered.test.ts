import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { verifyLedger } from './audit/verify.ts'
import { lostReportReader } from './certificates/reports.ts'
import { issuanceStatements } from './certificates/statements.ts'
import { planWriter } from './directory/apply-plan.ts'
import { boundRows } from './directory/bound.ts'
import { objectRows } from './directory/objects.ts'
import { NO_PLAN } from './directory-ledger.ts'
import { gathered } from './gathered.ts'
import type { Intent, Ledger } from './ledger.ts'
import type { Store } from './schema/tables.ts'
import { object, planWith } from './testing/directory.ts'
import { ledgersOn, testEngines } from './testing/engines.ts'
import {
  after,
  intended,
  issued,
  issueSample,
  NOW,
  sampleCompletion,
  sampleEvent,
  sampleIntent,
} from './testing/samples.ts'

/** Of different people, so that nothing of them is touched by two. */
function intentOf(serial: string, changes: Partial<Intent> = {}): Intent {
  const oid = `person ${serial}`
  const person = { owner: { tid: 'tenant', oid }, holder: { kind: 'user', oid } } as const
  return sampleIntent(serial, { ...person, profile: 'user', upn: `${serial}@"x" \\y`, ...changes })
}

function begin(ledger: Ledger, intent: Intent) {
  return ledger.begin(intent, intended(intent.serial))
}

async function complete(ledger: Ledger, { serial, holder }: Intent, plan = NO_PLAN) {
  return ledger.complete({ ...sampleCompletion(serial), holder }, issued(serial), plan)
}

/** How many transactions wrote these rows; null where the engine does not tell. */
async function transactions({ engine, read }: Store, rows: string): Promise<number | null> {
  if (engine === 'sqlite') return null
  const counted = sql.raw<{ n: number }>(`select count(distinct xmin::text)::int as n from ${rows}`)
  return (await counted.execute(read)).rows[0]?.n ?? 0
}

describe.each(testEngines())('a batch of different people on $name', (engine) => {
  const { openWithStore } = ledgersOn(engine)
  const once = engine.name === 'postgres' ? 1 : null

  test('each intent gets its own answer, and those without an obstacle are recorded in order', async () => {
    const { ledger, store } = await openWithStore()
    await issueSample(ledger, '0a')
    const lost = { deviceId: 'd9', intuneId: null, at: NOW, reporterOid: 'ada', by: 'ada@x' }
    await ledger.reportLost(lost, sampleEvent('device.reported_lost', null))
    const block = { keyThumbprint: 'blocked', at: NOW, by: 'ops' }
    await ledger.blockKey(block, sampleEvent('key.blocked', null))
    await begin(ledger, intentOf('0b'))
    const { sequence } = await ledger.auditHead()

    const device = { kind: 'device', deviceId: 'd9', intuneId: null, ownerOid: 'o' } as const
    const intents = [
      intentOf('01'),
      intentOf('0a'),
      intentOf('02', { holder: device }),
      intentOf('03', { keyThumbprint: 'blocked' }),
      intentOf('04', { keyThumbprint: 'key of 0a' }),
      intentOf('05', { quota: { windowStart: NOW, max: 0 } }),
      intentOf('0b'),
      intentOf('06', { label: 'a "label", {of} NULL' }),
    ]
    const begun = await Promise.all(intents.map((intent) => begin(ledger, intent)))
    expect(begun.map(({ kind }) => kind)).toEqual([
      'reserved',
      'answered',
      'device_lost',
      'key_blocked',
      'key_bound',
      'quota_exceeded',
      'in_progress',
      'reserved',
    ])
    expect(await transactions(store, `audit where sequence > ${sequence}`)).toBe(once)
    const trail = await ledger.auditTrail(sequence, 9)
    expect(trail.map(({ event }) => event.serial)).toEqual(['01', '06'])
    expect((await verifyLedger(store)).ok).toBe(true)
    expect(await ledger.certificate('06')).toMatchObject({
      label: 'a "label", {of} NULL',
      upn: '06@"x" \\y',
    })
  })

  test('a serial that exists is not inserted, the others are', async () => {
    const { ledger, store } = await openWithStore()
    await begin(ledger, intentOf('0a'))
    const intents = ['01', '0a', '02'].map((serial) =>
      intentOf(serial, { keyThumbprint: `another of ${serial}`, requestKey: `other ${serial}` }),
    )
    const begun = await Promise.all(intents.map((intent) => begin(ledger, intent)))
    expect(begun.map(({ kind }) => kind)).toEqual(['reserved', 'serial_taken', 'reserved'])
    expect(await transactions(store, 'audit where sequence > 1')).toBe(once)
    expect((await ledger.auditTrail(1, 9)).map(({ event }) => event.serial)).toEqual(['01', '02'])
    for (const { serial, holder } of intents) {
      expect(await complete(ledger, intentOf(serial, { holder }))).toBe('completed')
      expect(await ledger.der(serial)).toEqual(sampleCompletion(serial).der)
    }
    expect(await verifyLedger(store)).toMatchObject({ ok: true, certificates: 3 })
  })

  test('each quota is counted for its own owner, and windows of long ago are deleted', async () => {
    const { ledger, store } = await openWithStore()
    const take = (hour: number, uses: readonly (readonly [string, number])[]) =>
      Promise.all(
        uses.map(([principal, max]) => ledger.takeQuota(principal, after(hour * 3_600_000), max)),
      )
    await take(-300, [
      ['a', 9],
      ['b', 9],
    ])
    expect(
      await take(0, [
        ['a', 1],
        ['b', 2],
        ['c', 1],
      ]),
    ).toEqual([true, true, true])
    expect(await transactions(store, 'quota')).toBe(once)
    expect(
      await take(0, [
        ['a', 1],
        ['b', 2],
        ['d', 0],
        ['c', 9],
      ]),
    ).toEqual([false, true, false, true])
    expect(await transactions(store, `quota where principal in ('b', 'c')`)).toBe(once)
    const rows = await store.read.selectFrom('quota').selectAll().orderBy('principal').execute()
    const windowStart = NOW.getTime()
    expect(rows.map((row) => [row.principal, row.window_start, row.used])).toEqual([
      ['a', windowStart, 1],
      ['b', windowStart, 2],
      ['c', windowStart, 2],
    ])
  })

  test('each completion gets its own answer, and stores what was seen of its own holder', async () => {
    const { ledger, store } = await openWithStore()
    const intents = ['01', '02', '03', '04', '05'].map((serial) => intentOf(serial))
    for (const intent of intents) await begin(ledger, intent)
    const keys = intents.map(({ owner }) => ({ kind: 'user', id: owner.oid }) as const)
    const plans = await Promise.all(
      keys.map((key, at) =>
        planWith(ledger, [object(key, { disabledSince: at === 3 ? NOW : null })]),
      ),
    )
    await ledger.applyPlan(
      await planWith(ledger, [object({ kind: 'user', id: 'person 02' })]),
      null,
    )
    await ledger.void('03', after(1), sampleEvent('certificate.voided', '03'))
    const { sequence } = await ledger.auditHead()

    const results = await Promise.all(
      intents.map((intent, at) => complete(ledger, intent, plans[at])),
    )
    expect(results).toEqual(['completed', 'conflict', 'withdrawn', 'completed', 'completed'])
    expect(await transactions(store, `audit where sequence > ${sequence}`)).toBe(once)
    const trail = await ledger.auditTrail(sequence, 9)
    expect(trail.flatMap(({ event }) => event.serial ?? [])).toEqual(['01', '04', '05'])
    const states = await Promise.all(intents.map(({ serial }) => ledger.certificate(serial)))
    expect(states.map((one) => `${one?.state} ${one?.version}`)).toEqual([
      'issued 2',
      'pending 1',
      'void 2',
      'issued 2',
      'issued 2',
    ])
    const stored = await ledger.directoryObjects(keys)
    expect(stored.map(({ id, disabledSince }) => [id, disabledSince]).sort()).toEqual([
      ['person 01', null],
      ['person 02', null],
      ['person 04', NOW],
      ['person 05', null],
    ])
    expect(await verifyLedger(store)).toMatchObject({ ok: true })
  })

  test('what is stored of the devices of several is written by one statement', async () => {
    const { ledger, store } = await openWithStore()
    if (store.engine === 'sqlite') return
    const sent: string[] = []
    const run = gathered(async ({ text }) => {
      sent.push(text)
      return []
    }, 'transaction')
    const read = objectRows(store.compiler)
    const writer = planWriter(store.compiler, 'postgres', read, boundRows(store.compiler))
    const devices = ['1', '2'].map((n) => [
      object({ kind: 'user', id: `person ${n}` }),
      object({ kind: 'entra_device', id: `d${n}` }),
      object({ kind: 'intune_device', id: `i${n}` }, { owners: [] }),
    ])
    const plans = await Promise.all(devices.map((objects) => planWith(ledger, objects)))
    const found = { objects: new Map(), ids: new Map(), dependedOn: new Set<string>() }
    const ignored = () => undefined
    const writing = { db: store.read, run, append: ignored, statusChanged: ignored }
    await Promise.all(plans.map((plan) => writer.write(writing, plan, null, found)))
    expect(sent).toHaveLength(1)
    await Promise.all(plans.map((plan) => ledger.applyPlan(plan, null)))
    for (const objects of devices) {
      const stored = await ledger.directoryObjects(objects)
      expect(stored.map(({ kind, id, owners }) => [kind, id, owners]).sort()).toEqual(
        objects.map(({ kind, id, owners }) => [kind, id, owners]).sort(),
      )
    }
  })

  test('reports of lost devices that are asked for at once are found, each of its own', async () => {
    const { ledger } = await openWithStore()
    const report = { at: NOW, reporterOid: 'ada', by: 'ada@x' }
    for (const device of [
      { deviceId: 'd1', intuneId: null },
      { deviceId: null, intuneId: 'i3' },
    ]) {
      await ledger.reportLost({ ...device, ...report }, sampleEvent('device.reported_lost', null))
    }
    const found = await Promise.all(
      ['1', '2', '3'].map((n) => ledger.lostReport({ deviceId: `d${n}`, intuneId: `i${n}` })),
    )
    expect(found).toEqual([
      { deviceId: 'd1', intuneId: null, ...report },
      null,
      { deviceId: null, intuneId: 'i3', ...report },
    ])
  })

  test('one that the database refuses fails alone', async () => {
    const { ledger, store } = await openWithStore()
    const wrong = intentOf('02', { notAfter: new Date(Number.NaN) })
    const intents = [intentOf('01'), wrong, intentOf('03')]
    const results = await Promise.allSettled(intents.map((intent) => begin(ledger, intent)))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect((await ledger.auditTrail(0, 9)).map(({ event }) => event.serial)).toEqual(['01', '03'])
    expect(await verifyLedger(store)).toMatchObject({ ok: true, records: 2 })
  })

  test('of what is read at once each gets its own, and one that cannot be read fails alone', async () => {
    const { ledger } = await openWithStore()
    for (const serial of ['01', '02']) {
      const intent = intentOf(serial)
      await begin(ledger, intent)
      await complete(ledger, intent)
    }
    const ids = ['person 02', 'nobody', 'person 01', 'person\u0000']
    const read = ids.map((id) => ledger.boundCertificates([{ kind: 'user', id }]))
    const found = await Promise.allSettled(read)
    expect(found.slice(0, 3)).toMatchObject([
      { value: [{ serial: '02' }] },
      { value: [] },
      { value: [{ serial: '01' }] },
    ])
    expect(found[3]).toMatchObject(
      engine.name === 'postgres' ? { reason: { code: 'store_unavailable' } } : { value: [] },
    )
  })

  test('a row that cannot be read fails those alone who ask for it', async () => {
    const { ledger, store } = await openWithStore()
    const keys = ['01', '02', '03'].map((id) => ({ kind: 'user', id }) as const)
    await ledger.applyPlan(
      await planWith(
        ledger,
        keys.map((key) => object(key)),
      ),
      null,
    )
    const spoilt = { seen_at: sql<number>`9007199254740993` }
    await store.write.updateTable('directory_object').set(spoilt).where('id', '=', '02').execute()
    const found = await Promise.allSettled(keys.map((key) => ledger.directoryObjects([key])))
    expect(found).toMatchObject([
      { value: [{ id: '01' }] },
      { reason: { code: 'store_unavailable' } },
      { value: [{ id: '03' }] },
    ])
  })

  test('the same statement of several is sent once, and finds rows by an index', async () => {
    const { ledger, store } = await openWithStore()
    if (store.engine === 'sqlite') return
    const serials = Array.from({ length: 300 }, (_, n) => `0${n}`)
    await Promise.all(serials.map((serial) => issueSample(ledger, serial)))
    const sent: string[] = []
    const run = gathered(async ({ text }) => {
      sent.push(text)
      return []
    }, 'transaction')
    const { toComplete, issue, checks } = issuanceStatements(store.compiler, 'postgres')
    const signature = new Uint8Array()
    const done = { id: 1, fingerprint: '', signature, at: 1, mark: 0 } as const
    const asked = { requestKey: '', repeatAfter: 1, createdAt: 1, keyThumbprint: '' }
    const about = { deviceId: null, intuneId: null, replaces: null, tid: '', oid: '' }
    const lostReport = lostReportReader(store.compiler)
    await Promise.all(
      [1, 2].flatMap(() => [
        toComplete({ run }, { serial: '01' }),
        issue({ run }, done),
        checks({ run }, { ...asked, ...about }),
        lostReport({ db: store.read, run }, { deviceId: 'd1', intuneId: 'i1' }),
      ]),
    )
    expect(sent).toHaveLength(4)
    for (const text of sent) {
      const explain = sql.raw<{ 'QUERY PLAN': string }>(`explain (generic_plan) ${text}`)
      const { rows } = await explain.execute(store.read)
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(plan).toMatch(/Index (?:Cond|Scan)/)
      expect(plan).not.toMatch(/Seq Scan on certificate|certificate_(?:holder|pending)/)
    }
  })
})
