import {
  type Compilable,
  type KyselyPlugin,
  OperationNodeTransformer,
  type ValueNode,
} from 'kysely'
import type { ArrayType, Connection, Statement, Value } from './connection.ts'
import type { Database } from './schema/tables.ts'

/** Stands for a value in a query that is compiled before the value is known. */
class Placeholder {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/**
 * Gives a database for the queries of `prepared`: constants are written into the text. SQLite plans a
 * statement anew, which takes longer than to run it, whenever a bound value changes that it may have planned
 * with: that of a LIMIT, or one that is compared with a column in the condition of a partial index.
 */
export function compilerOf(db: Database): Database {
  return db.withPlugin(constantsInText)
}

class ConstantsInText extends OperationNodeTransformer {
  protected override transformValue(node: ValueNode): ValueNode {
    return node.value instanceof Placeholder ? node : { ...node, immediate: true }
  }
}

const transformer = new ConstantsInText()
const constantsInText: KyselyPlugin = {
  transformQuery: ({ node, queryId }) => transformer.transformNode(node, queryId),
  transformResult: async ({ result }) => result,
}

type Runner<Input, Row> = (
  connection: Pick<Connection, 'run'>,
  input: Input,
) => readonly Row[] | Promise<readonly Row[]>

export type Prepared<Input, Row> = Runner<Input, Row> & { readonly statement: Statement }

let count = 0

/** Types of values by their names, for a statement that is sent together with others: see Statement. Else text. */
export type Types<Name extends string> = { readonly [name in Name]?: ArrayType }

function statementOf<Name extends string>(
  text: string,
  names: readonly (Name | null)[],
  types?: Types<Name>,
): Statement {
  const name = `latchkey_${++count}`
  if (!types) return { name, text }
  const typeOf = (one: Name | null) => {
    if (one === null) throw new Error(`a value without a name: ${text}`)
    return types[one] ?? 'text'
  }
  return { name, text, types: names.map(typeOf) }
}

/**
 * Compiles a query of compilerOf once and gives the function that runs it. Kysely takes longer to compile a
 * query (7 to 55 µs) than SQLite takes to answer it. On SQLite the rows are there at once.
 */
export function prepared<Input extends Readonly<Record<string, Value>>, Row>(
  build: (input: Input) => Compilable<Row>,
  types?: Types<keyof Input & string>,
  manyText?: Statement['manyText'],
): Prepared<Input, Row> {
  // The query is built with a placeholder in place of every value. Kysely passes values through unchanged, so
  // the compiled parameters show which placeholder goes where.
  const marks = new Proxy({}, { get: (_, name) => new Placeholder(String(name)) }) as Input
  const compiled = build(marks).compile()
  const order = compiled.parameters.map((value) =>
    value instanceof Placeholder
      ? { name: value.name, value: null }
      : { name: null, value: value as Value },
  )
  const names = order.map(({ name }) => name)
  const statement = {
    ...statementOf<string>(compiled.sql, names, types),
    ...(manyText && { manyText }),
  }

  const runOn: Runner<Input, Row> = ({ run }, input) => {
    const values = order.map(({ name, value }) => (name === null ? value : (input[name] ?? null)))
    return run(statement, values) as readonly Row[] | Promise<readonly Row[]>
  }
  return Object.assign(runOn, { statement })
}

/**
 * The same for a query over some rows, which has these columns of each, row by row, and no other values. It is compiled
 * once for each number of rows, when that is first needed. Throws for a query with its values in another order.
 */
export function preparedRows<Column extends string, Row>(
  columns: readonly Column[],
  build: (rows: readonly Readonly<Record<Column, never>>[]) => Compilable<Row>,
  types?: Types<Column>,
): Runner<readonly Readonly<Record<Column, Value>>[], Row> {
  const statements = new Map<number, Statement>()
  const marks = Object.fromEntries(columns.map((column) => [column, new Placeholder(column)]))
  const compiledFor = (length: number): Statement => {
    const rows = Array.from({ length }, () => marks as Record<Column, never>)
    const { sql, parameters } = build(rows).compile()
    const wanted = rows.flatMap(() => columns)
    const isInOrder = parameters.every(
      (value, at) => value instanceof Placeholder && value.name === wanted[at],
    )
    if (!isInOrder || parameters.length !== wanted.length) throw new Error(`not row by row: ${sql}`)
    const statement = statementOf(sql, wanted, types)
    statements.set(length, statement)
    return statement
  }
  return ({ run }, rows) => {
    const statement = statements.get(rows.length) ?? compiledFor(rows.length)
    const values = rows.flatMap((row) => columns.map((column) => row[column]))
    return run(statement, values) as readonly Row[] | Promise<readonly Row[]>
  }
}
