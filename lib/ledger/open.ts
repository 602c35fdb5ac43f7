import { LatchkeyError } from '#lib/errors.ts'
import { unusable } from './faults.ts'
import type { Ledger } from './ledger.ts'
import { migrate } from './migrations.ts'
import { openPostgres } from './postgres.ts'
import { ledgerOn } from './sql.ts'
import { openSqlite } from './sqlite.ts'
import type { Store } from './tables.ts'

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
    if (error instanceof LatchkeyError) throw error
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    throw unusable(`The ledger’s database cannot be reached or changed${code}.`, error)
  }
}

/** Opens the database alone, for what looks at it from outside: migration and verification. */
export async function openStore(url: string, options: { create: boolean }): Promise<Store> {
  if (url.startsWith('sqlite:')) return openSqlite(url.slice('sqlite:'.length), options.create)
  if (/^postgres(?:ql)?:\/\//.test(url)) return openPostgres(url)
  // Not repeated: it may hold a password.
  throw unusable('The ledger’s address must begin with sqlite: or postgres://.')
}
