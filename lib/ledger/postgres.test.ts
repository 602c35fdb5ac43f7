import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { verifyLedger } from './audit/verify.ts'
import { openLedger, openReader, openStore } from './open.ts'
import { openTestLedger } from './testing/engines.ts'
import {
  makePostgresHome,
  type PostgresHome,
  postgresUrl,
  type Served,
} from './testing/postgres.ts'
import { after, completeSample, intended, issueSample, sampleIntent } from './testing/samples.ts'

/** A server of its own that stops, comes back, and is a standby. */

let home: PostgresHome
let data: string
let url: string
let server: Served

const serve = () => home.serve(data, ['-k', home.folder])

beforeAll(async () => {
  home = makePostgresHome()
  data = path.join(home.folder, 'data')
  await home.init(data)
  server = await serve()
})

let schemas = 0
beforeEach(async () => {
  const name = `ledger_${++schemas}`
  url = postgresUrl(home.folder, 'postgres', name)
  const store = await openStore(url, { create: false })
  await sql.raw(`create schema ${name}`).execute(store.write)
  await store.close()
})

afterAll(async () => {
  await server.stop('SIGQUIT')
  rmSync(home.folder, { recursive: true })
})

const REFUSED = { code: 'store_unavailable', message: expect.stringContaining('is a standby') }

test('STO-09: a standby, which may be behind, is not read from, neither at the start nor later', async () => {
  const ledger = await openLedger(url)
  await issueSample(ledger, '01')
  await server.stop('SIGINT')
  // Without a primary to follow it stays as it is and answers who only reads.
  writeFileSync(path.join(data, 'standby.signal'), '')
  server = await serve()
  for (const open of [openLedger, openReader]) {
    await expect(open(url)).rejects.toMatchObject(REFUSED)
  }
  const told = { code: 'store_unavailable', message: expect.stringContaining('not answering') }
  await expect(ledger.certificate('01')).rejects.toMatchObject(told)
  await expect(ledger.statusVersion()).rejects.toMatchObject(told)

  rmSync(path.join(data, 'standby.signal'))
  await server.stop('SIGINT')
  server = await serve()
  expect((await ledger.certificate('01'))?.state).toBe('issued')
  await ledger.close()
})

test('STO-07: after a server that died what was said to be done is done, and the rest can be asked for again', async () => {
  const ledger = await openLedger(url)
  const done: string[] = []
  const lane = async (name: string): Promise<string> => {
    for (let count = 100; ; count++) {
      const serial = `${name}${count}`
      try {
        await issueSample(ledger, serial, { requestKey: serial, keyThumbprint: serial })
      } catch {
        return serial
      }
      done.push(serial)
    }
  }
  const lanes = ['a', 'b', 'c', 'd'].map(lane)
  await vi.waitFor(() => expect(done.length).toBeGreaterThan(20), { timeout: 45_000 })
  await server.stop('SIGQUIT')
  const undone = await Promise.all(lanes)
  server = await serve()

  for (const serial of done) expect((await ledger.certificate(serial))?.state).toBe('issued')
  await ledger.expirePending(after(1), after(2))
  for (const [index, requestKey] of undone.entries()) {
    const before = (await ledger.certificate(requestKey))?.state ?? null
    const serial = `ee${index}`
    const same = { requestKey, keyThumbprint: requestKey }
    const begun = await ledger.begin(sampleIntent(serial, same), intended(serial))
    // The certificate whose commit went through unseen, or another beside one that is void.
    expect([before, begun.kind]).toEqual(
      before === 'issued' ? ['issued', 'answered'] : [before, 'reserved'],
    )
    expect([null, 'void', 'issued']).toContain(before)
    if (begun.kind === 'reserved') await completeSample(ledger, serial)
  }
  const store = await openStore(url, { create: false })
  expect(await verifyLedger(store)).toMatchObject({ ok: true, findings: [] })
  await store.close()
  await ledger.close()
})
test('STO-04: a full disk refuses, keeps what was committed, and recovers without a restart', async () => {
  const { store, ledger } = await openTestLedger(url)
  await issueSample(ledger, '01')
  // As PostgreSQL says it of a file that cannot grow, at an intent and at what follows a signature.
  await sql
    .raw(
      `create function full_disk() returns trigger language plpgsql as
        $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$`,
    )
    .execute(store.write)
  await ledger.begin(sampleIntent('02'), intended('02'))
  for (const [event, table] of [
    ['insert', 'certificate_tbs'],
    ['update', 'certificate'],
  ]) {
    await sql
      .raw(
        `create trigger full_disk before ${event} on ${table} for each row execute function full_disk()`,
      )
      .execute(store.write)
  }
  const refused = { code: 'store_unavailable', message: expect.stringContaining('not answering') }
  await expect(ledger.begin(sampleIntent('03'), intended('03'))).rejects.toMatchObject(refused)
  await expect(completeSample(ledger, '02')).rejects.toMatchObject(refused)
  expect((await ledger.certificate('01'))?.state).toBe('issued')

  await sql.raw('drop function full_disk cascade').execute(store.write)
  await issueSample(ledger, '03')
  expect(await ledger.expirePending(after(1), after(2))).toEqual(['02'])
  expect(await verifyLedger(store)).toMatchObject({ ok: true, certificates: 3 })
  await ledger.close()
})
