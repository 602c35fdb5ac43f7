import { LatchkeyError } from '#lib/errors.ts'

/**
 * Errors of the engines contain SQL, table names and values. They go into `cause`, which is logged, and never
 * into a message.
 */

const RETRY_AFTER_SECONDS = 5
const DAMAGED_RETRY_AFTER_SECONDS = 600

/** Runs an operation; any error of the engine becomes LatchkeyError('store_unavailable'). */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asUnavailable(error)
  }
}

export function asUnavailable(error: unknown): LatchkeyError {
  if (error instanceof LatchkeyError) return error
  if (isDamaged(error)) return damaged('The ledger’s database', error)
  return new LatchkeyError(
    'store_unavailable',
    'The ledger is not answering. Try again in a moment.',
    { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: error },
  )
}

/** Whether it is what asUnavailable or auditUnavailable made of an error of the engine, which may pass. */
export function isOfMoment({ retryAfterSeconds }: LatchkeyError): boolean {
  return retryAfterSeconds === RETRY_AFTER_SECONDS
}

/** For an error while the event was written, which may have been that of the whole database. */
export function auditUnavailable(error: unknown): LatchkeyError {
  if (isDamaged(error) || isConnectionLost(error)) return asUnavailable(error)
  return new LatchkeyError(
    'audit_unavailable',
    'The audit log is not answering, and without it nothing is done. Try again in a moment.',
    { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: error },
  )
}

/** Makes the error for damaged pages: retrying is useless until somebody has restored the database. */
export function damaged(what: string, cause: unknown): LatchkeyError {
  return new LatchkeyError(
    'store_unavailable',
    `${what} is damaged. Only IT can mend that: stop the authority and restore the ledger from ` +
      'its backup (docs/operate.md, “Restore”).',
    { retryAfterSeconds: DAMAGED_RETRY_AFTER_SECONDS, cause },
  )
}

// PostgreSQL: data_corrupted and index_corrupted.
const POSTGRES_DAMAGED: readonly unknown[] = ['XX001', 'XX002']
const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26

/** Whether the engine reports broken pages, or a file that is no database. */
export function isDamaged(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && POSTGRES_DAMAGED.includes(error.code)) return true
  const primary = 'errcode' in error ? Number(error.errcode) & 0xff : null
  return primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB
}

// PostgreSQL: connection_exception, and operator_intervention such as admin_shutdown.
const POSTGRES_CONNECTION_LOST = /^(?:08|57P)/

/** Whether it was the connection that failed, or the server at the other end. */
function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error) || 'errcode' in error) return false
  // An error of the socket has a name such as ECONNRESET, or none, in place of PostgreSQL's five characters.
  const isFromServer = 'code' in error && /^[0-9A-Z]{5}$/.test(String(error.code))
  return !isFromServer || POSTGRES_CONNECTION_LOST.test(String(error.code))
}

// PostgreSQL: data_exception.
const POSTGRES_REFUSED_VALUE = /^22/

/** Whether it is of one value or row, which PostgreSQL refuses or which cannot be read; others may be asked for. */
export function isOfOneRow(error: unknown): boolean {
  if (error instanceof RangeError || isDamaged(error)) return true
  return (
    error instanceof Error && 'code' in error && POSTGRES_REFUSED_VALUE.test(String(error.code))
  )
}

// PostgreSQL: in_failed_sql_transaction.
const POSTGRES_AFTER_ERROR = '25P02'

/** Whether PostgreSQL refused a statement only because one before it in the transaction had failed. */
export function isAfterError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === POSTGRES_AFTER_ERROR
}

// PostgreSQL: insufficient_privilege; and invalid_schema_name, where the user may not see the schema.
const POSTGRES_FORBIDDEN: readonly unknown[] = ['42501', '3F000']

/** Whether the database user lacks a right. */
export function isForbidden(error: unknown): boolean {
  return error instanceof Error && 'code' in error && POSTGRES_FORBIDDEN.includes(error.code)
}

/** PostgreSQL answers, and is the copy of another one, which may know more. */
export class StandbyError extends Error {
  override readonly name = 'StandbyError'

  constructor() {
    super('PostgreSQL is a standby.')
  }
}

/** Makes the error for an operator who starts the service or runs a command. */
export function unusable(sentence: string, cause?: unknown): LatchkeyError {
  return new LatchkeyError('store_unavailable', sentence, { cause })
}

// PostgreSQL: unique_violation. SQLite: SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE.
const POSTGRES_UNIQUE_VIOLATION = '23505'
const SQLITE_UNIQUE_VIOLATIONS: readonly unknown[] = [1555, 2067]

const SQLITE_BUSY = 5

/**
 * Whether another connection holds the lock. SQLite's extended codes have the primary code in their low
 * octet.
 */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false
  return typeof error.errcode === 'number' && (error.errcode & 0xff) === SQLITE_BUSY
}

export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && error.code === POSTGRES_UNIQUE_VIOLATION) return true
  return 'errcode' in error && SQLITE_UNIQUE_VIOLATIONS.includes(error.errcode)
}
