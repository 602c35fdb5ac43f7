import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { isBusy, unusable } from '#lib/ledger/database-errors.ts'
import type { Store } from '#lib/ledger/schema/tables.ts'
import { isEmptySqlite, storeOf } from '#lib/ledger/sqlite.ts'

/** SQLite files as copies are made of them and into them. */

const BUSY_TIMEOUT_MS = 5000

/**
 * Opens an existing ledger so that no other process can open it until this one closes it. Throws a sentence while
 * an authority runs on it: with WAL every connection holds a shared lock on the file for as long as it is open.
 */
export function openAlone(file: string): Store {
  if (isEmptySqlite(file)) throw unusable(`There is no ledger at ${file}.`)
  const database = new DatabaseSync(file, { timeout: 0, enableForeignKeyConstraints: true })
  try {
    database.exec('pragma locking_mode = exclusive')
    database.exec('pragma synchronous = full')
    database.exec('begin immediate; commit')
    return storeOf(database, null)
  } catch (error) {
    database.close()
    if (!isBusy(error)) throw error
    throw unusable(`The ledger ${file} is in use. Stop the authority first.`, error)
  }
}

/**
 * Makes a new file for a copy, readable by this account only. It is on disk when the caller has synced it: what a
 * crash leaves is no copy.
 */
export function openFresh(file: string): Store {
  makeEmpty(file)
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: true })
  // Without a file beside it, also when it is opened later.
  database.exec('pragma journal_mode = memory')
  database.exec('pragma synchronous = off')
  return storeOf(database, null)
}

/**
 * Copies a ledger as it is at one moment into a new file, beside the authority that writes to it: in WAL mode a
 * reader holds up nobody. Online backup (`backup()` of node:sqlite) would begin anew with each commit of another
 * process; and it would copy the free pages too.
 */
export function saveSqlite(file: string, to: string): void {
  if (isEmptySqlite(file)) throw unusable(`There is no ledger at ${file}.`)
  makeEmpty(to)
  const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  try {
    database.prepare('vacuum into ?').run(to)
  } finally {
    database.close()
  }
}

/** SQLite keeps the mode of an empty file, and would give a new one that of the umask. */
function makeEmpty(file: string): void {
  closeSync(openSync(file, 'wx', 0o600))
}
