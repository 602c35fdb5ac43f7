import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { unusable } from '#lib/ledger/database-errors.ts'
import { certificateTables } from './certificate-tables.ts'
import { DIALECTS, type Dialect } from './dialect.ts'
import { grantRights } from './grants.ts'
import { auditTables, crlTables, directoryTables, keyAndQuotaTables } from './other-tables.ts'
import { reminderTables } from './reminder-tables.ts'
import type { Database, Store } from './tables.ts'

/**
 * Migrations of the schema, forward only. All missing steps run in one transaction, in one process at a time:
 * by an advisory lock on PostgreSQL, by BEGIN IMMEDIATE on SQLite. A step only adds, so that the previous
 * release still works on the new schema; a step that cannot do so sets `readableFrom`.
 */

type Step = {
  /** The oldest schema number whose release still works on this schema. */
  readonly readableFrom: number
  /** The first release with that schema number, for people. */
  readonly oldestRelease: string
  readonly statements: (dialect: Dialect) => readonly string[]
}

export const STEPS: readonly Step[] = [
  { readableFrom: 1, oldestRelease: '0.1.0', statements: first },
  { readableFrom: 1, oldestRelease: '0.1.0', statements: reminderTables },
]

/** The number of the schema that this release makes. */
export const LATEST_SCHEMA = STEPS.length

function first(dialect: Dialect): readonly string[] {
  return [
    ...certificateTables(dialect),
    ...auditTables(dialect),
    ...keyAndQuotaTables(dialect),
    ...directoryTables(dialect),
    ...crlTables(dialect),
  ]
}

/** Key of the row in `meta` with the ledger's identity, which is made with the schema and never changes. */
export const IDENTITY = 'identity'

/** Key of the row in `meta` that says when the ledger was moved to another database, for good. */
export const MOVED = 'moved_at'

const OLDEST_RELEASE = 'oldest_release'

/** Whether the database has the schema of a ledger. */
export async function hasSchema({ engine, read }: Store): Promise<boolean> {
  const query =
    engine === 'sqlite'
      ? sql<{ found: unknown }>`select name as found from sqlite_master where name = 'meta'`
      : sql<{ found: unknown }>`select to_regclass('meta') as found`
  const { rows } = await query.execute(read)
  return (rows[0]?.found ?? null) !== null
}

/**
 * Brings the schema up to date. Gives the schema numbers before and after. A schema that is up to date is
 * only read, so that users without the right to change it can open the ledger.
 */
export async function migrate(store: Store): Promise<{ from: number; to: number }> {
  const present = (await hasSchema(store)) ? await readableSchema(store.read) : 0
  return present >= STEPS.length ? { from: present, to: present } : bringUpToDate(store)
}

/** Gives the number of the schema. Throws a sentence when nothing can, or this release cannot, work with it. */
export async function readableSchema(db: Database): Promise<number> {
  const rows = await db.selectFrom('meta').select(['name', 'value']).execute()
  const values = new Map(rows.map(({ name, value }) => [name, value]))
  if (Number(values.get('schema_readable_from') ?? 0) > STEPS.length) {
    const oldest = values.get(OLDEST_RELEASE)
    const which = oldest ? `${oldest} or newer` : 'a newer one'
    throw unusable(
      `The ledger was changed by a newer Latchkey; this one cannot work with it. Start ${which}, or ` +
        'restore the backup of before the upgrade.',
    )
  }
  const movedAt = values.get(MOVED)
  if (movedAt !== undefined) {
    throw unusable(
      `This ledger was moved to PostgreSQL at ${movedAt} and is not used any more. Set LATCHKEY_DATABASE to ` +
        'where it is now.',
    )
  }
  return Number(values.get('schema') ?? 0)
}

export function metaTable({ end }: Dialect): string {
  return `create table if not exists meta (
    name text primary key,
    value text not null
  ) ${end}`
}

function bringUpToDate(store: Store): Promise<{ from: number; to: number }> {
  return store.write
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (db) => {
      if (store.engine === 'postgres') await lock(db)
      await sql.raw(metaTable(DIALECTS[store.engine])).execute(db)

      const from = await readableSchema(db)
      for (const step of STEPS.slice(from)) {
        for (const statement of step.statements(DIALECTS[store.engine])) {
          await sql.raw(statement).execute(db)
        }
        await setMeta(db, 'schema_readable_from', String(step.readableFrom))
        await setMeta(db, OLDEST_RELEASE, step.oldestRelease)
      }
      await db
        .insertInto('meta')
        .values({ name: IDENTITY, value: randomUUID() })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute()
      const to = Math.max(from, STEPS.length)
      if (to > from) await setMeta(db, 'schema', String(to))
      if (store.engine === 'postgres') await grantRights(db)
      return { from, to }
    })
}

async function lock(db: Database): Promise<void> {
  // Another replica may be migrating for long, so the wait has no time limit.
  await sql`set local statement_timeout = 0`.execute(db)
  // "Latch" in ASCII. The lock belongs to the transaction, so it works behind a connection pooler.
  await sql`select pg_advisory_xact_lock(${sql.lit(0x4c_61_74_63_68)})`.execute(db)
}

async function setMeta(db: Database, name: string, value: string): Promise<void> {
  await db
    .insertInto('meta')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}
