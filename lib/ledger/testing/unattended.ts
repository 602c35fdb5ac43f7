import { sql } from 'kysely'
import type { Store } from '#lib/ledger/schema/tables.ts'

/** Keeps the server from analysing the tables of a ledger by itself, as it does within a minute or two. */
export async function unattended({ write }: Store): Promise<void> {
  const names = sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = current_schema()`
  for (const { name } of (await names.execute(write)).rows) {
    await sql`alter table ${sql.table(name)} set (autovacuum_enabled = off)`.execute(write)
  }
}
