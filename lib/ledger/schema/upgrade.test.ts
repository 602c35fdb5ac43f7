import { readFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sqliteFile } from '#lib/ledger/address.ts'
import { verifyLedger } from '#lib/ledger/audit/verify.ts'
import { fillPostgres } from '#lib/ledger/copy/move.ts'
import { withSaved } from '#lib/ledger/copy/open-saved.ts'
import { summaryOf } from '#lib/ledger/copy/save.ts'
import { openLedger, openStore } from '#lib/ledger/open.ts'
import { type TestEngine, testEngines } from '#lib/ledger/testing/engines.ts'
import {
  after,
  intended,
  issueSample,
  sampleEvent,
  sampleIntent,
} from '#lib/ledger/testing/samples.ts'
import { readCertificate } from '#lib/pki/certificate/certificate.ts'
import { readCrl } from '#lib/pki/crl/read-crl.ts'
import { migrate, readableSchema, STEPS } from './migrations.ts'
import type { Store } from './tables.ts'

/**
 * What earlier releases left is read and worked on by this one, and an additive change of the schema by the release
 * before it. `released/schema-N.*.sql` is a ledger as the release with schema N left it, printed by
 * `lib/ledger/testing/dump-ledger.ts`: people of the sandbox with what can happen to a certificate.
 */

const RELEASED = [1]

async function released(engine: TestEngine, schema: number): Promise<string> {
  const name = engine.name === 'postgres' ? 'postgres' : 'sqlite'
  const folder = path.join(import.meta.dirname, '..', 'testing', 'released')
  const text = readFileSync(path.join(folder, `schema-${schema}.${name}.sql`), 'utf8')
  const url = await engine.newDatabase()
  const file = sqliteFile(url)
  if (file === null) {
    const store = await openStore(url, { create: false })
    await sql.raw(text).execute(store.write)
    await store.close()
  } else {
    const database = new DatabaseSync(file)
    database.exec(text)
    database.close()
  }
  return url
}

const GOOD = '457a226d313b0236aeb2bcfe3534c0217f979ea6'
const HELD = '457a226db108f5eb37ca8f1a015b95b216227077'
const SUPERSEDED = '457a226d8ade6e483f04855a3e328e3e921e3b79'
const COMPROMISED = '457a226d3b7fdd1e12572820580cd44887241190'
const VOID = `${'0'.repeat(39)}1`
const PENDING = `${'0'.repeat(39)}2`

const engines = testEngines().filter(({ name }) => name !== 'sqlite memory')

describe.each(engines)('an upgrade on $name', (engine) => {
  beforeAll(engine.start)
  afterAll(engine.stop)

  test.each(
    RELEASED,
  )('UPG-10: from schema %i everything is there, and the chain verifies', async (schema) => {
    const url = await released(engine, schema)
    const ledger = await openLedger(url)
    const store = await openStore(url, { create: false })
    await ledger.selfTest()
    expect(await readableSchema(store.read)).toBe(STEPS.length)
    expect(await verifyLedger(store)).toEqual({
      ...{ ok: true, records: 25, certificates: 7, findings: [] },
      headHash: 'c28aedc1995833791408bc355a97041bfcddfe864e1d6e59aa40d0c319de6e98',
    })

    const found = await ledger.certificatesBySerial([
      GOOD,
      HELD,
      SUPERSEDED,
      COMPROMISED,
      VOID,
      PENDING,
    ])
    const states = found.map(({ serial, state, revocation }) => [serial, state, revocation?.reason])
    expect(new Map(states.map(([serial, ...rest]) => [serial, rest]))).toEqual(
      new Map([
        [GOOD, ['issued', undefined]],
        // The directory's hold is in what is stored of the device.
        [HELD, ['issued', undefined]],
        [SUPERSEDED, ['issued', 'superseded']],
        [COMPROMISED, ['issued', 'keyCompromise']],
        [VOID, ['void', 'cessationOfOperation']],
        [PENDING, ['pending', undefined]],
      ]),
    )
    const good = await ledger.certificate(GOOD)
    expect(good).toMatchObject({ label: 'Bücher & “Laptop”', upn: 'alice@contoso.example' })
    expect(readCertificate((await ledger.der(GOOD)) ?? new Uint8Array()).serial).toBe(GOOD)
    const issuerId = good?.issuerId ?? ''
    const crl = await ledger.publishedCrl({ issuerId, partition: null, delta: false })
    const listed = readCrl(crl?.der ?? new Uint8Array()).entries.map(({ serial }) => serial)
    expect(listed.toSorted()).toEqual([SUPERSEDED, COMPROMISED, HELD].toSorted())
    expect(
      await ledger.keyIsBlocked((await ledger.certificate(COMPROMISED))?.keyThumbprint ?? ''),
    ).toBe(true)
    expect(await ledger.lostReport({ deviceId: 'd9', intuneId: null })).not.toBeNull()
    await store.close()
    await ledger.close()
  })

  test.each(RELEASED)('from schema %i everything can be done', async (schema) => {
    const url = await released(engine, schema)
    const ledger = await openLedger(url)
    expect(await ledger.expirePending(after(1), after(2))).toEqual([PENDING])
    await issueSample(ledger, 'aa')
    const change = {
      serial: GOOD,
      reason: 'cessationOfOperation',
      at: after(1),
      by: 'a',
      cause: null,
    } as const
    const event = sampleEvent('certificate.revoked', GOOD)
    expect(await ledger.revoke(change, { withDescendants: true }, event)).toEqual([GOOD])
    await ledger.reportLost(
      { deviceId: 'd1', intuneId: null, at: after(1), reporterOid: 'ada', by: 'ada' },
      sampleEvent('device.reported_lost', null, { deviceId: 'd1' }),
    )
    const issuerId = (await ledger.certificate(GOOD))?.issuerId ?? ''
    expect(await ledger.lastCrlNumber(issuerId)).toBe(1795957486)
    expect(await ledger.nextCrlNumber(issuerId, 1)).toBe(1795957487)
    const store = await openStore(url, { create: false })
    expect(await verifyLedger(store)).toMatchObject({ ok: true, certificates: 8 })
    await store.close()
    await ledger.close()
  })

  async function upgrade(store: Store): Promise<void> {
    const statements = [
      `alter table certificate add column later text`,
      `alter table audit_head add column later text`,
      `create index certificate_later on certificate (later)`,
      `create table later (x text)`,
      `update meta set value = '${STEPS.length + 1}' where name = 'schema'`,
    ]
    for (const statement of statements) await sql.raw(statement).execute(store.write)
  }

  test('UPG-01: while the next release migrates, those that run go on', async () => {
    const url = await engine.newDatabase()
    const ledgers = [await openLedger(url), await openLedger(url)]
    const store = await openStore(url, { create: false })
    let busy = true
    let upgraded = false
    let afterwards = 0
    const lanes = ledgers.map(async (ledger, lane) => {
      for (let count = 0; busy; count++) {
        await issueSample(ledger, `${lane}${count.toString(16).padStart(39, '0')}`)
        await ledger.certificatesOf({ tid: 'tenant', oid: 'ada' }, null)
        if (upgraded) afterwards++
        if (afterwards > 20) busy = false
      }
    })
    await upgrade(store)
    upgraded = true
    await Promise.all(lanes)
    expect(await verifyLedger(store)).toMatchObject({ ok: true })
    for (const one of [...ledgers, store]) await one.close()
  })

  test('UPG-02: back to this release after the next one has written', async () => {
    const url = await released(engine, 1)
    const store = await openStore(url, { create: false })
    await migrate(store)
    await upgrade(store)
    await sql`update certificate set later = 'x'`.execute(store.write)
    await sql`insert into later values ('x')`.execute(store.write)
    expect(await migrate(store)).toEqual({ from: STEPS.length + 1, to: STEPS.length + 1 })
    const ledger = await openLedger(url)
    await ledger.selfTest()
    expect((await ledger.certificate(GOOD))?.label).toBe('Bücher & “Laptop”')
    await issueSample(ledger, 'aa')
    await ledger.begin(sampleIntent('bb'), intended('bb'))
    expect(await verifyLedger(store)).toMatchObject({ ok: true, certificates: 9 })
    await ledger.close()
    await store.close()
  })
})

describe('what was saved', () => {
  const [file, postgres] = engines
  if (!file || !postgres) throw new Error('There are two engines.')
  beforeAll(async () => {
    for (const engine of engines) await engine.start()
  })
  afterAll(async () => {
    for (const engine of engines) await engine.stop()
  })

  test.each(RELEASED)('with schema %i is read, and moved to PostgreSQL', async (schema) => {
    const saved = sqliteFile(await released(file, schema)) ?? ''
    const before = readFileSync(saved)
    expect(await summaryOf(saved)).toMatchObject({ schema, sequence: 25 })
    const url = await postgres.newDatabase()
    await withSaved(saved, ({ read }) => fillPostgres(read, url))
    expect(readFileSync(saved)).toEqual(before)
    const store = await openStore(url, { create: false })
    expect(await verifyLedger(store)).toMatchObject({ ok: true, certificates: 7 })
    await store.close()
  })
})
