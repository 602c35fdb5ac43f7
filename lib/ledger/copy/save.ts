import { sql } from 'kysely'
import { sqliteFile } from '#lib/ledger/address.ts'
import { asSentence } from '#lib/ledger/as-sentence.ts'
import { unusable } from '#lib/ledger/database-errors.ts'
import { openStore } from '#lib/ledger/open.ts'
import { hasSchema, migrate, readableSchema } from '#lib/ledger/schema/migrations.ts'
import type { Store } from '#lib/ledger/schema/tables.ts'
import { openSqliteReader } from '#lib/ledger/sqlite.ts'
import { auditHeadOf, identityOf } from '#lib/ledger/traces.ts'
import { copyLedger } from './copy.ts'
import { openFresh, saveSqlite } from './sqlite-copies.ts'

/**
 * Writes a ledger, as it is at one moment and whichever engine has it, into a new SQLite file, while authorities
 * go on working. From PostgreSQL the rows are read in one repeatable-read transaction, and compared with what the
 * file has then: one form of backup, which is read, checked and verified without any server, and needs no pg_dump
 * of the server's release. The caller syncs the file. Throws LatchkeyError('store_unavailable') with a sentence.
 */
export async function saveLedger(url: string, file: string): Promise<'sqlite' | 'postgres'> {
  const source = sqliteFile(url)
  try {
    if (source !== null) {
      saveSqlite(source, file)
      return 'sqlite'
    }
    if (url.startsWith('sqlite:')) throw unusable('A ledger in memory cannot be saved.')
    await savePostgres(url, file)
    return 'postgres'
  } catch (error) {
    throw asSentence(error)
  }
}

async function savePostgres(url: string, file: string): Promise<void> {
  const source = await openStore(url, { create: false, connections: 1 })
  try {
    if (!(await hasSchema(source))) throw unusable('There is no ledger in this database.')
    const schema = await readableSchema(source.read)
    await withFresh(file, async (target) => {
      const { to } = await migrate(target)
      if (schema !== to) {
        throw unusable(
          `The ledger has schema ${schema} and this release makes ${to}. Save it by the release that works ` +
            'on it, or run `npm run migrate` first.',
        )
      }
      await target.write.transaction().execute((into) => copyMoment(source, into))
    })
  } finally {
    await source.close()
  }
}

function copyMoment(source: Store, into: Store['write']): Promise<unknown> {
  return source.read
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (from) => {
      await sql`set transaction read only`.execute(from)
      await sql`set local statement_timeout = 0`.execute(from)
      await sql`set local idle_in_transaction_session_timeout = 0`.execute(from)
      return copyLedger(from, into, 'sqlite')
    })
}

async function withFresh(file: string, work: (store: Store) => Promise<void>): Promise<void> {
  const store = openFresh(file)
  try {
    await work(store)
  } finally {
    await store.close()
  }
}

/** What is in a saved ledger. */
export type LedgerSummary = {
  readonly identity: string
  readonly schema: number
  /** The end of the audit chain. */
  readonly sequence: number
  readonly headHash: string
  /** Rows of each table. */
  readonly rows: Readonly<Record<string, number>>
}

/** Reads it. Throws a sentence when this release cannot work with it. */
export async function summaryOf(file: string): Promise<LedgerSummary> {
  const store = openSqliteReader(file)
  try {
    const schema = await readableSchema(store.read)
    const { sequence, hash } = await auditHeadOf(store.read)
    const rows: Record<string, number> = {}
    const tables = await sql<{ name: string }>`select name from sqlite_master
      where type = 'table' and name not like 'sqlite_%' order by name`.execute(store.read)
    for (const { name } of tables.rows) {
      const counted = await sql<{ rows: number }>`select count(*) as rows
        from ${sql.table(name)}`.execute(store.read)
      rows[name] = counted.rows[0]?.rows ?? 0
    }
    return { identity: await identityOf(store.read), schema, sequence, headHash: hash, rows }
  } catch (error) {
    throw asSentence(error)
  } finally {
    await store.close()
  }
}
