import {
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasLedger, openLedger } from './open.ts'
import type { Store } from './schema/tables.ts'
import { openTestLedger, ownPostgres } from './testing/engines.ts'
import { intended, issueSample, sampleIntent } from './testing/samples.ts'

/**
 * Overwrites pages of the database on disk: the ledger answers nothing from them, and its error names the way
 * to restore.
 */

const DAMAGED = {
  code: 'store_unavailable',
  message:
    'The ledger’s database is damaged. Only IT can mend that: stop the authority and restore the ' +
    'ledger from its backup (docs/operate.md, “Restore”).',
  retryAfterSeconds: 600,
}
const refusalOf = (file: string) => ({
  ...DAMAGED,
  message: DAMAGED.message.replace(
    'The ledger’s database is',
    `The ledger ${file} is no SQLite file, or it is`,
  ),
})
const PAGE_MAX = 8192

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-damage-'))
afterAll(() => rmSync(folder, { recursive: true }))

function spoil(file: string, from: number): void {
  const garbage = Buffer.alloc(statSync(file).size - from, 0xa5)
  const fd = openSync(file, 'r+')
  writeSync(fd, garbage, 0, garbage.length, from)
  closeSync(fd)
}

async function fill(url: string) {
  const opened = await openTestLedger(url)
  for (let n = 100; n < 200; n++) await issueSample(opened.ledger, String(n))
  return opened
}

const asked = async ({ ledger }: Awaited<ReturnType<typeof openTestLedger>>) => {
  for (const attempt of [
    () => ledger.certificate('150'),
    () => ledger.begin(sampleIntent('150'), intended('150')),
    () => ledger.selfTest(),
  ]) {
    await expect(attempt()).rejects.toMatchObject(DAMAGED)
  }
}

test('a SQLite file that is spoiled while it is in use, and at the next start', async () => {
  const file = path.join(folder, 'used.sqlite')
  const url = `sqlite:${file}`
  await (await fill(url)).ledger.close()
  const opened = await openTestLedger(url)
  // The pages of the schema stay; all pages behind them are overwritten, beyond what is cached.
  spoil(file, PAGE_MAX)
  await sql`pragma shrink_memory`.execute(opened.store.write)
  await sql`pragma shrink_memory`.execute(opened.store.read)
  await asked(opened)
  await opened.ledger.close()
  await expect(openLedger(url)).rejects.toMatchObject(refusalOf(file))
})

test('a file that is none of SQLite’s names it', async () => {
  const file = path.join(folder, 'foreign.sqlite')
  writeFileSync(file, 'x'.repeat(4096))
  await expect(openLedger(`sqlite:${file}`)).rejects.toMatchObject(refusalOf(file))
  await expect(hasLedger(`sqlite:${file}`)).rejects.toMatchObject(refusalOf(file))
})

describe.each([ownPostgres()])('$name', (engine) => {
  beforeAll(engine.start)
  afterAll(engine.stop)

  /** Pushes the table out of the server's memory, so that the next query reads the disk. */
  async function spoilTable({ read }: Store, table: string) {
    await read.connection().execute(async (db) => {
      await sql`set allow_in_place_tablespaces = on`.execute(db)
      await sql.raw(`create tablespace of_${table} location ''`).execute(db)
      await sql.raw(`alter table ${table} set tablespace of_${table}`).execute(db)
      await sql`checkpoint`.execute(db)
    })
    const { rows } = await sql<{ folder: string; file: string }>`
      select current_setting('data_directory') as folder, pg_relation_filepath(${table}) as file`.execute(
      read,
    )
    const [found] = rows
    if (!found) throw new Error('The table has no file.')
    spoil(path.join(found.folder, found.file), 0)
  }

  test('invalid pages of a table', async () => {
    const opened = await fill(await engine.newDatabase())
    await spoilTable(opened.store, 'certificate')
    await expect(opened.ledger.certificate('150')).rejects.toMatchObject(DAMAGED)
    await expect(opened.ledger.selfTest()).rejects.toMatchObject(DAMAGED)
    await opened.ledger.close()
  })

  test('invalid pages of the audit log stop what would be written into it', async () => {
    const opened = await fill(await engine.newDatabase())
    await spoilTable(opened.store, 'audit')
    await expect(opened.ledger.auditTrail(0, 10)).rejects.toMatchObject(DAMAGED)
    await expect(opened.ledger.begin(sampleIntent('999'), intended('999'))).rejects.toMatchObject(
      DAMAGED,
    )
    await opened.ledger.close()
  })

  test('invalid pages at a start', async () => {
    const url = await engine.newDatabase()
    const opened = await fill(url)
    await spoilTable(opened.store, 'meta')
    await opened.ledger.close()
    await expect(openLedger(url)).rejects.toMatchObject(DAMAGED)
  })
})
