import { sqliteFile } from './address.ts'
import { asSentence } from './as-sentence.ts'
import { unusable } from './database-errors.ts'
import type { Writer } from './group-commit.ts'
import type { Ledger, LedgerReader } from './ledger.ts'
import { openPostgres } from './postgres.ts'
import { hasSchema, migrate, readableSchema } from './schema/migrations.ts'
import type { Store } from './schema/tables.ts'
import { ledgerOn } from './sql.ts'
import { isEmptySqlite, openSqlite, openSqliteReader } from './sqlite.ts'

const SQLITE = 'sqlite:'

/**
 * Opens the ledger at `sqlite:FILE`, `sqlite::memory:` or `postgres://…` and brings its schema up
 * to date. Throws LatchkeyError('store_unavailable') with a sentence for the operator.
 */
export async function openLedger(url: string, options: OpenOptions = {}): Promise<Ledger> {
  const store = await openStore(url, { create: true, ...options })
  return orClosed(store, async () => {
    await migrate(store)
    return ledgerOn(store)
  })
}

/**
 * Opens an existing ledger for reading alone, as a user who may do no more, or beside the process that writes.
 * Throws as openLedger does.
 */
export async function openReader(url: string, options: OpenOptions = {}): Promise<LedgerReader> {
  const file = sqliteFile(url)
  const store = file ? openSqliteReader(file) : await openStore(url, { create: false, ...options })
  return orClosed(store, async () => {
    if (!(await hasSchema(store))) throw unusable(NOT_MADE)
    await readableSchema(store.read)
    await store.checkDurability()
    return ledgerOn(store, WRITES_NOTHING)
  })
}

export type OpenOptions = {
  /** How many connections to PostgreSQL this process may open. */
  readonly connections?: number
}

const NOT_MADE =
  'There is no ledger yet for what only reads it: start the part that issues first, or run ' +
  '`npm run migrate`.'

const WRITES_NOTHING: Writer = {
  submit: () => Promise.reject(unusable('The ledger was opened for reading alone.')),
  close: async () => undefined,
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

/** Opens the database of a ledger that is there, for verification. Throws as openLedger does. */
export async function openExisting(url: string): Promise<Store> {
  const store = await openStore(url, { create: false })
  return orClosed(store, async () => {
    if (!(await hasSchema(store))) throw unusable('There is no ledger in this database.')
    return store
  })
}

/** Gives what is made of the store, which is closed where that fails. */
async function orClosed<T>(store: Store, make: () => Promise<T>): Promise<T> {
  try {
    return await make()
  } catch (error) {
    await store.close()
    throw asSentence(error)
  }
}

/** Opens the database without the ledger's functions, for migration. */
export async function openStore(
  url: string,
  { create, connections }: OpenOptions & { readonly create: boolean },
): Promise<Store> {
  if (url.startsWith(SQLITE)) return openSqlite(url.slice(SQLITE.length), create)
  if (/^postgres(?:ql)?:\/\//.test(url)) return openPostgres(url, connections)
  // The message does not repeat the address, which may contain a password.
  throw unusable('The ledger’s address must begin with sqlite: or postgres://.')
}
