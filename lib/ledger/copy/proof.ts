import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { Value } from '#lib/ledger/connection.ts'
import type { Database, Tables } from '#lib/ledger/schema/tables.ts'
import { COPIED_TABLES, type CopiedTable } from './tables.ts'

/** Reads whole tables in pages, and says what is in them in a form that does not depend on the engine. */

/** The values of one row, in the order of the table's columns. */
export type Row = readonly Value[]

/** How many rows a table has, and the SHA-256 over them in the order of their key, in hex. */
export type TableProof = { readonly rows: number; readonly hash: string }

/** Two ledgers with the same proof have the same rows. */
export type LedgerProof = Readonly<Record<keyof Tables, TableProof>>

/** Gives the rows of a table in the order of its key, some at a time. */
export async function* pagesOf(db: Database, table: CopiedTable): AsyncGenerator<readonly Row[]> {
  const { columns, key, page, name, small } = table
  const keyIndexes = key.map((column) => columns.indexOf(column))
  const all = sql`select ${names(columns)} from ${sql.table(name)}`
  if (small) {
    const rows = await rowsOf(db, all, columns)
    yield rows.toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1))
    return
  }
  const order = sql`order by ${names(key)} limit ${sql.lit(page)}`
  let rows = await rowsOf(db, sql`${all} ${order}`, columns)
  while (rows.length > 0) {
    yield rows
    const last: Row = rows.at(-1) ?? []
    const behind = sql.join(keyIndexes.map((index) => last[index]))
    const next = sql`${all} where (${names(key)}) > (${behind}) ${order}`
    rows = rows.length < page ? [] : await rowsOf(db, next, columns)
  }
}

function names(columns: readonly string[]): RawBuilder<unknown> {
  return sql.join(columns.map((column) => sql.id(column)))
}

async function rowsOf(
  db: Database,
  query: RawBuilder<unknown>,
  columns: readonly string[],
): Promise<readonly Row[]> {
  const { rows } = await (query as RawBuilder<Record<string, Value>>).execute(db)
  return rows.map((row) => columns.map((column) => row[column] ?? null))
}

/** Collects the proof of one table. */
export function startProof(): {
  readonly add: (rows: readonly Row[]) => void
  readonly end: () => TableProof
} {
  const hash = createHash('sha256')
  let count = 0
  return {
    add: (rows) => {
      count += rows.length
      for (const row of rows) hash.update(`${JSON.stringify(row.map(canonical))}\n`)
    },
    end: () => ({ rows: count, hash: hash.digest('hex') }),
  }
}

/** Octets are no text that could stand there too: a list in place of a value. */
function canonical(value: Value): unknown {
  return value instanceof Uint8Array ? [Buffer.from(value).toString('base64')] : value
}

/** Reads all tables. To be called in a transaction that sees one state. */
export async function proofOf(db: Database): Promise<LedgerProof> {
  const proofs: [string, TableProof][] = []
  for (const table of COPIED_TABLES) {
    const proof = startProof()
    for await (const rows of pagesOf(db, table)) proof.add(rows)
    proofs.push([table.name, proof.end()])
  }
  return Object.fromEntries(proofs) as LedgerProof
}

/** The tables in which two ledgers differ. */
export function differences(one: LedgerProof, other: LedgerProof): readonly (keyof Tables)[] {
  return COPIED_TABLES.map(({ name }) => name).filter(
    (name) => one[name].rows !== other[name].rows || one[name].hash !== other[name].hash,
  )
}
