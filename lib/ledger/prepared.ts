import type { Compilable } from 'kysely'
import type { Database } from './schema/tables.ts'

type Value = string | number | null | Uint8Array

/**
 * Compiles a query once and gives the function that runs it. Kysely takes longer to compile a
 * query (7 to 55 µs) than SQLite to answer it, so the statements of every issuance are kept.
 */
export function prepared<Input extends Readonly<Record<string, Value>>, Row>(
  build: (input: Input) => Compilable<Row>,
): (db: Database, input: Input) => Promise<{ rows: readonly Row[]; changed: number }> {
  const nameOf = new Map<unknown, string>()
  const placeholder = (name: string) => {
    const mark = { placeholder: name }
    nameOf.set(mark, name)
    return mark
  }
  // While it is built the query sees a mark in the place of every value; Kysely passes values
  // through untouched, so the marks come out again in the order of the parameters.
  const marks = new Proxy({}, { get: (_, name) => placeholder(String(name)) }) as Input
  const compiled = build(marks).compile()
  const order = compiled.parameters.map((value) => ({ value, name: nameOf.get(value) }))

  return async (db, input) => {
    const parameters = order.map(({ value, name }) => (name === undefined ? value : input[name]))
    const result = await db.executeQuery<Row>({ ...compiled, parameters })
    return { rows: result.rows, changed: Number(result.numAffectedRows ?? 0) }
  }
}
