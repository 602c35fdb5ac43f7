import { CompiledQuery, sql } from 'kysely'
import { unusable } from '#lib/ledger/database-errors.ts'
import type { Database, Engine } from '#lib/ledger/schema/tables.ts'
import {
  differences,
  type LedgerProof,
  pagesOf,
  proofOf,
  type Row,
  startProof,
  type TableProof,
} from './proof.ts'
import { COPIED_TABLES, type CopiedTable } from './tables.ts'

/** Rows of one INSERT. */
const ROWS_MAX = 100

/**
 * Copies every row from one ledger to an empty one with the same schema, reads all of it back, and gives the
 * proof that both are equal. Each side is one transaction of the caller: what the first sees is of one moment, and
 * of the second all is there or nothing. Holds a page of rows in memory at a time. Throws a sentence when the
 * copy is not the same.
 */
export async function copyLedger(
  from: Database,
  to: Database,
  engine: Engine,
): Promise<LedgerProof> {
  // The rows that the schema begins with are in the other ledger too.
  for (const { name } of COPIED_TABLES.toReversed()) {
    await sql`delete from ${sql.table(name)}`.execute(to)
  }
  const read: Record<string, TableProof> = {}
  for (const table of COPIED_TABLES) {
    const proof = startProof()
    const insert = inserter(to, table, engine)
    for await (const rows of pagesOf(from, table)) {
      proof.add(rows)
      await insert(rows)
    }
    if (table.numbered && engine === 'postgres') await goOnNumbering(to, table)
    read[table.name] = proof.end()
  }
  const source = read as LedgerProof
  const wrong = differences(source, await proofOf(to))
  if (wrong.length === 0) return source
  throw unusable(`The copy of the ledger is not the same as the ledger: ${wrong.join(', ')}.`)
}

function inserter(db: Database, { name, columns, numbered }: CopiedTable, engine: Engine) {
  const quoted = columns.map((column) => `"${column}"`).join(', ')
  const over = numbered && engine === 'postgres' ? 'overriding system value' : ''
  const texts = new Map<number, string>()
  const textFor = (rows: number) => {
    const groups = Array.from({ length: rows }, (_, row) => {
      const values = columns.map((_, column) =>
        engine === 'postgres' ? `$${row * columns.length + column + 1}` : '?',
      )
      return `(${values.join(', ')})`
    })
    return `insert into "${name}" (${quoted}) ${over} values ${groups.join(', ')}`
  }
  return async (rows: readonly Row[]) => {
    for (let start = 0; start < rows.length; start += ROWS_MAX) {
      const some = rows.slice(start, start + ROWS_MAX)
      const text = texts.get(some.length) ?? textFor(some.length)
      texts.set(some.length, text)
      await db.executeQuery(CompiledQuery.raw(text, some.flat()))
    }
  }
}

/** The next id is one that no row has. SQLite sees to that by itself. */
async function goOnNumbering(db: Database, { name }: CopiedTable): Promise<void> {
  await sql`select setval(pg_get_serial_sequence(${sql.lit(name)}, 'id'),
    (select coalesce(max(id), 0) + 1 from ${sql.table(name)}), false)`.execute(db)
}
