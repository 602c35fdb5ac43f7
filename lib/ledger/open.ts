import path from 'node:path'
import { LatchkeyError } from '#lib/errors.ts'
import { damaged, isDamaged, unusable } from './database-errors.ts'
import type { Ledger } from './ledger.ts'
import { openPostgres } from './postgres.ts'
import { migrate } from './schema/migrations.ts'
import type { Store } from './schema/tables.ts'
import { ledgerOn } from './sql.ts'
import { isEmptySqlite, openSqlite } from './sqlite.ts'
import { hasSchema } from './traces.ts'

const SQLITE = 'sqlite:'

/**
 * Opens the ledger at `sqlite:FILE`, `sqlite::memory:` or `postgres://…` and brings its schema up
 * to date. Throws LatchkeyError('store_unavailable') with a sentence for the operator.
 */
export async function openLedger(url: string): Promise<Ledger> {
  const store = await openStore(url, { create: true })
  try {
    await migrate(store)
    return ledgerOn(store)
  } catch (error) {
    await store.close()
    throw asSentence(error)
  }
}

/** Whether there is a ledger at the address; creates none. Throws as openLedger does. */
export async function hasLedger(url: string): Promise<boolean> {
  const file = sqliteFile(url)
  if (url.startsWith(SQLITE) && (file === null || isEmptySqlite(file))) return false
  const store = await openStore(url, { create: false })
  try {
    return await hasSchema(store)
  } catch (error) {
    throw asSentence(error)
  } finally {
    await store.close()
  }
}

/** Gives the file of a ledger's address; null when the ledger is in memory or on a server. */
export function sqliteFile(url: string): string | null {
  if (!url.startsWith(SQLITE) || url === `${SQLITE}:memory:`) return null
  return path.resolve(url.slice(SQLITE.length))
}

/** Opens the database without the ledger's functions, for migration and verification. */
export async function openStore(url: string, options: { create: boolean }): Promise<Store> {
  if (url.startsWith(SQLITE)) return openSqlite(url.slice(SQLITE.length), options.create)
  if (/^postgres(?:ql)?:\/\//.test(url)) return openPostgres(url)
  // The message does not repeat the address, which may contain a password.
  throw unusable('The ledger’s address must begin with sqlite: or postgres://.')
}

function asSentence(error: unknown): LatchkeyError {
  if (error instanceof LatchkeyError) return error
  if (isDamaged(error)) return damaged('The ledger’s database', error)
  const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
  return unusable(`The ledger’s database cannot be reached or changed${code}.`, error)
}
