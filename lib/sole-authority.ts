import { closeSync, existsSync, openSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Config, ConfigError } from '#lib/config.ts'
import { ensureFolder } from '#lib/folder.ts'
import { sqliteFile } from '#lib/ledger/address.ts'
import { isBusy } from '#lib/ledger/database-errors.ts'

/** Kept, since the lock ends with its connection. */
const held: DatabaseSync[] = []

/**
 * Makes this process the only authority on a ledger of SQLite, until it ends: the lock is the system's, on a file beside
 * the ledger, and a process that was killed leaves none. Whatever reads the ledger, or brings its schema up to date, asks for
 * none. Throws ConfigError when another has it, or nobody can.
 */
export function becomeSole({ database }: Pick<Config, 'database'>): void {
  const ledger = sqliteFile(database)
  if (ledger === null) return
  const file = `${ledger}.lock`
  try {
    ensureFolder(path.dirname(file))
    closeSync(openSync(file, 'a', 0o600))
    const lock = new DatabaseSync(file, { timeout: 0 })
    held.push(lock)
    // Nothing is ever written to it, so a journal beside it would be one file more of which nobody knows.
    lock.exec('pragma journal_mode = memory; begin exclusive')
  } catch (cause) {
    // What keeps every file from being made there is told when the ledger is opened.
    if (!existsSync(file)) return
    throw new ConfigError(isBusy(cause) ? heldSentence(ledger) : untakenSentence(file), { cause })
  }
}

/** Throws as becomeSole does, for who is about to start one; keeps no lock, and makes no file. */
export function checkSole(config: Pick<Config, 'database'>): void {
  const ledger = sqliteFile(config.database)
  if (ledger === null || !existsSync(`${ledger}.lock`)) return
  becomeSole(config)
  held.pop()?.close()
}

function heldSentence(ledger: string): string {
  return (
    `Another authority works on the ledger ${ledger}, and a ledger of SQLite has one. Stop the other, or set ` +
    'LATCHKEY_DATA and LATCHKEY_DATABASE to folders of this one; several share a PostgreSQL.'
  )
}

function untakenSentence(file: string): string {
  return `The lock of the ledger, ${file}, cannot be taken. Make it an empty file that this account may write.`
}
