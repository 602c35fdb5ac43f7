import { LatchkeyError } from '#lib/errors.ts'
import { damaged, isDamaged, unusable } from './faults.ts'
import type { Ledger } from './ledger.ts'
import { migrate } from './migrations.ts'
import { openPostgres } from './postgres.ts'
import { ledgerOn } from './sql.ts'
import { openSqlite } from './sqlite.ts'
import type { Store } from './tables.ts'

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

/** Opens the database alone, for what looks at it from outside: migration and verification. */
export async function openStore(url: string, options: { create: boolean }): Promise<Store> {
  if (url.startsWith(SQLITE)) return openSqlite(url.slice(SQLITE.length), options.create)
  if (/^postgres(?:ql)?:\/\//.test(url)) return openPostgres(url)
  // Not repeated: it may hold a password.
  throw unusable('The ledger’s address must begin with sqlite: or postgres://.')
}

function asSentence(error: unknown): LatchkeyError {
  if (error instanceof LatchkeyError) return error
  if (isDamaged(error)) return damaged('The ledger’s database', error)
  const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
  return unusable(`The ledger’s database cannot be reached or changed${code}.`, error)
}
