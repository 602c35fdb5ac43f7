import { LatchkeyError } from '#lib/errors.ts'

/**
 * Errors of the engines carry SQL, table names and values. They go into `cause`, which is logged,
 * and never into a message.
 */

const RETRY_AFTER_SECONDS = 5

/** Runs a piece of work; whatever the engine throws becomes store_unavailable. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asUnavailable(error)
  }
}

export function asUnavailable(error: unknown): LatchkeyError {
  if (error instanceof LatchkeyError) return error
  return new LatchkeyError(
    'store_unavailable',
    'The ledger is not answering. Try again in a moment.',
    { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: error },
  )
}

export function auditUnavailable(error: unknown): LatchkeyError {
  return new LatchkeyError(
    'audit_unavailable',
    'The audit log is not answering, and without it nothing is done. Try again in a moment.',
    { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: error },
  )
}

/** A sentence for the operator who starts the service or runs a command. */
export function unusable(sentence: string, cause?: unknown): LatchkeyError {
  return new LatchkeyError('store_unavailable', sentence, { cause })
}

// PostgreSQL: unique_violation. SQLite: SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE.
const POSTGRES_UNIQUE_VIOLATION = '23505'
const SQLITE_UNIQUE_VIOLATIONS: readonly unknown[] = [1555, 2067]

const SQLITE_BUSY = 5

/** Another connection holds the lock; SQLite's extended codes carry the primary one in one octet. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false
  return typeof error.errcode === 'number' && (error.errcode & 0xff) === SQLITE_BUSY
}

export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && error.code === POSTGRES_UNIQUE_VIOLATION) return true
  return 'errcode' in error && SQLITE_UNIQUE_VIOLATIONS.includes(error.errcode)
}
