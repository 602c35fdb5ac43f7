import type { Database } from './schema/tables.ts'

export type Value = string | number | null | Uint8Array

/** A statement that is compiled once; `name` tells it from all others of this process. */
export type Statement = { readonly name: string; readonly text: string }

/**
 * Runs a compiled statement, without Kysely and on SQLite without a promise. Each connection prepares it once.
 */
export type Run = (
  statement: Statement,
  values: readonly Value[],
) => readonly unknown[] | Promise<readonly unknown[]>

/** One connection in a transaction, or any connection outside: `run` for what every issuance does, `db` for the rest. */
export type Connection = { readonly db: Database; readonly run: Run }
