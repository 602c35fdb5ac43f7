import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { afterAll, expect, test, vi } from 'vitest'
import { verifyLedger } from './audit/verify.ts'
import { openLedger, openStore } from './open.ts'
import { fileSystemVerdict } from './sqlite.ts'
import { openTestLedger } from './testing/engines.ts'
import { intended, issueSample, NOW, sampleIntent } from './testing/samples.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  ['ext4', 0xef53, { verdict: 'ok' }],
  ['xfs', 0x58465342, { verdict: 'ok' }],
  ['tmpfs', 0x01021994, { verdict: 'ok' }],
  ['CIFS', 0xff534d42, { verdict: 'refuse', name: 'CIFS' }],
  ['CIFS as a signed number', 0xff534d42 | 0, { verdict: 'refuse', name: 'CIFS' }],
  ['SMB 2', 0xfe534d42, { verdict: 'refuse', name: 'SMB' }],
  ['NFS', 0x6969, { verdict: 'refuse', name: 'NFS' }],
  ['9p', 0x01021997, { verdict: 'refuse', name: '9p' }],
  ['FUSE', 0x65735546, { verdict: 'refuse', name: 'FUSE' }],
  ['overlayfs', 0x794c7630, { verdict: 'warn', name: 'overlay' }],
] as const)('a ledger on %s', (_, type, verdict) => {
  expect(fileSystemVerdict(type)).toEqual(verdict)
})

test('what keeps the file from being opened is told, and not that another program holds it', async () => {
  const file = path.join(folder, 'blocked.sqlite')
  mkdirSync(`${file}-wal`)
  const said = 'cannot be opened: SQLite says “disk I/O error”.'
  await expect(openLedger(`sqlite:${file}`)).rejects.toThrow(said)
})

test('the file and its folder are for the owner only, and made when missing', async () => {
  const file = path.join(folder, 'new', 'ledger.sqlite')
  const ledger = await openLedger(`sqlite:${file}`)
  await issueSample(ledger, '01')
  const modes = [path.dirname(file), file, `${file}-wal`].map((name) => statSync(name).mode & 0o777)
  expect(modes).toEqual([0o700, 0o600, 0o600])
  await ledger.close()
})

test.each([
  ['a folder', (file: string) => mkdirSync(file), 'cannot be written'],
  ['no database', (file: string) => writeFileSync(file, 'x'.repeat(4096)), 'is no SQLite file'],
])('%s in its place is one clear sentence', async (name, make, message) => {
  const file = path.join(folder, name)
  make(file)
  await expect(openLedger(`sqlite:${file}`)).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringContaining(message),
  })
})

test('who only looks does not create a ledger', async () => {
  const file = path.join(folder, 'none.sqlite')
  await expect(openStore(`sqlite:${file}`, { create: false })).rejects.toMatchObject({
    message: `There is no ledger at ${file}.`,
  })
})

test('STO-04: a full disk refuses, keeps what was committed, and recovers without a restart', async () => {
  const { store, ledger } = await openTestLedger(`sqlite:${path.join(folder, 'full.sqlite')}`)
  await issueSample(ledger, '01')
  const used = await sql<{ page_count: number }>`pragma page_count`.execute(store.write)
  const pages = used.rows[0]?.page_count ?? 0
  await sql.raw(`pragma max_page_count = ${pages}`).execute(store.write)

  const large = { directorySnapshot: 'x'.repeat(100_000) }
  const together = await Promise.allSettled(
    ['02', '03', '04'].map((serial) => ledger.begin(sampleIntent(serial, large), intended(serial))),
  )
  for (const result of together) {
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } })
  }
  expect((await ledger.certificate('01'))?.state).toBe('issued')

  await sql.raw('pragma max_page_count = 1000000').execute(store.write)
  await issueSample(ledger, '02', large)
  await ledger.selfTest()
  expect(await verifyLedger(store)).toMatchObject({ ok: true, certificates: 2 })
  await ledger.close()
})

test('STO-06: another process that keeps the lock is waited for, then refused, and nothing is twice', async () => {
  const file = path.join(folder, 'locked.sqlite')
  const { store, ledger } = await openTestLedger(`sqlite:${file}`)
  await issueSample(ledger, '01')
  const other = new DatabaseSync(file)
  other.exec('begin immediate')
  const own = performance.now.bind(performance)
  let ahead = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => own() + ahead)
  const begun = ledger.begin(sampleIntent('02'), intended('02'))
  const refused = expect(begun).rejects.toMatchObject({
    code: 'store_unavailable',
    retryAfterSeconds: 5,
  })
  await vi.waitFor(() => expect(clock.mock.calls.length).toBeGreaterThan(1), 45_000)
  // Who only asks is not kept waiting.
  expect((await ledger.certificate('01'))?.state).toBe('issued')
  ahead = 5000
  await refused
  clock.mockRestore()
  other.exec('rollback')
  other.close()
  await issueSample(ledger, '02')
  expect(await verifyLedger(store)).toMatchObject({ ok: true, records: 4, certificates: 2 })
  await ledger.close()
})

test('nobody reads what is not committed', async () => {
  const { store, ledger } = await openTestLedger(`sqlite:${path.join(folder, 'read.sqlite')}`)
  await store.write.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('blocked_key')
      .values({ key_thumbprint: 'k', blocked_at: NOW.getTime(), blocked_by: 'ops' })
      .execute()
    expect(await ledger.keyIsBlocked('k')).toBe(false)
    // By a compiled statement, which the writer runs where it is in no transaction.
    await transaction.updateTable('status_version').set({ version: 7 }).execute()
    expect(await ledger.statusVersion()).toBe(1)
  })
  expect(await ledger.keyIsBlocked('k')).toBe(true)
  expect(await ledger.statusVersion()).toBe(7)
  await ledger.close()
})
