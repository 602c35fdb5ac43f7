import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { openStore } from '#lib/ledger/open.ts'
import { migrate, readableSchema, STEPS } from '#lib/ledger/schema/migrations.ts'
import type { Store } from '#lib/ledger/schema/tables.ts'
import { openSqliteReader } from '#lib/ledger/sqlite.ts'

/**
 * Opens a saved ledger for reading, with the schema of this release: one of an earlier release is copied, and the
 * copy brought up to date, since what is saved is never changed. Throws a sentence when this release cannot work
 * with it.
 */
export async function withSaved<T>(file: string, work: (store: Store) => Promise<T>): Promise<T> {
  const reader = openSqliteReader(file)
  try {
    if ((await readableSchema(reader.read)) >= STEPS.length) return await work(reader)
  } finally {
    await reader.close()
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-saved-'))
  try {
    const copy = path.join(folder, 'ledger.sqlite')
    copyFileSync(file, copy)
    const store = await openStore(`sqlite:${copy}`, { create: false })
    try {
      await migrate(store)
      return await work(store)
    } finally {
      await store.close()
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * Gives the triggers and views of a saved ledger. Ours have none: what is found would run when somebody issues or
 * revokes, long after it was checked.
 */
export async function programsIn({ read }: Store): Promise<readonly string[]> {
  const { rows } = await sql<{ type: string; name: string }>`select type, name from sqlite_master
    where type in ('trigger', 'view') order by name`.execute(read)
  return rows.map(({ type, name }) => `${type} ${name}`)
}
