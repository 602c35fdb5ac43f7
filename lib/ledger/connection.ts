import type { Database } from './schema/tables.ts'

export type Value = string | number | null | Uint8Array

/** Of PostgreSQL. */
export type ArrayType = 'text' | 'bigint' | 'smallint' | 'bytea'

/**
 * A statement that is compiled once; `name` tells it from all others of this process. One with the types of its values
 * may be sent to PostgreSQL together with the same of other operations: a query, an insert of one row, an update or a delete.
 */
export type Statement = {
  readonly name: string
  readonly text: string
  readonly types?: readonly ArrayType[]
  /** Its text for rows of values `given`, where it is none of these alone. */
  readonly manyText?: (given: string) => string
}

/**
 * Runs a compiled statement, without Kysely and on SQLite without a promise. Each connection prepares it once.
 */
export type Run = (
  statement: Statement,
  values: readonly Value[],
) => readonly unknown[] | Promise<readonly unknown[]>

/** One connection in a transaction, or any connection outside: `run` for what every issuance does, `db` for the rest. */
export type Connection = { readonly db: Database; readonly run: Run }
