import type { ArrayType, Run, Statement, Value } from './connection.ts'
import { isOfOneRow } from './database-errors.ts'

/**
 * The same statement of several operations, sent to PostgreSQL as one: what a statement costs by itself, in this process
 * and there, is more than what most of them ask or write.
 */

type Send = (
  statement: Statement,
  values: readonly (Value | readonly Value[])[],
) => Promise<readonly unknown[]>

type Call = {
  readonly values: readonly Value[]
  readonly resolve: (rows: readonly unknown[]) => void
  readonly reject: (error: unknown) => void
}

/**
 * Gathers in a transaction what those operations send that go on at once, which fails for all of them, as their transaction
 * does; outside what is asked in one turn of the event loop, of which each is asked alone where a value or row of one is bad.
 */
export function gathered(run: Send, where: 'transaction' | 'reads'): Run {
  const waiting = new Map<Statement, Call[]>()
  const send = () => {
    const all = [...waiting]
    waiting.clear()
    for (const [statement, calls] of all) void sendAll(run, statement, calls, where)
  }
  return (statement, values) => {
    if (statement.types === undefined) return run(statement, values)
    return new Promise((resolve, reject) => {
      if (waiting.size === 0) where === 'reads' ? setImmediate(send) : process.nextTick(send)
      const calls = waiting.get(statement)
      if (calls) calls.push({ values, resolve, reject })
      else waiting.set(statement, [{ values, resolve, reject }])
    })
  }
}

async function sendAll(
  run: Send,
  statement: Statement,
  calls: readonly Call[],
  where: 'transaction' | 'reads',
): Promise<void> {
  const alone = ({ values, resolve, reject }: Call) => run(statement, values).then(resolve, reject)
  const [first, second] = calls
  if (first && !second) return alone(first)
  try {
    const many = manyOf(statement)
    const lists = many.types.map((_, at) => calls.map(({ values }) => values[at] ?? null))
    const rows = (await run(many.statement, lists)) as readonly { readonly call: number }[]
    const found = calls.map((): unknown[] => [])
    for (const row of rows) found[row.call - 1]?.push(row)
    for (const [at, { resolve }] of calls.entries()) resolve(found[at] ?? [])
  } catch (error) {
    if (where === 'reads' && isOfOneRow(error)) await Promise.all(calls.map(alone))
    else for (const { reject } of calls) reject(error)
  }
}

type Many = { readonly statement: Statement; readonly types: readonly ArrayType[] }

const made = new WeakMap<Statement, Many>()

function manyOf(statement: Statement): Many {
  const known = made.get(statement)
  if (known) return known
  const { name, types = [] } = statement
  const many = { statement: { name: `${name}_many`, text: textOf(statement, types) }, types }
  made.set(statement, many)
  return many
}

/** Each row that a query finds says in `call` by whose values; a change gives none. */
function textOf({ text, manyText }: Statement, types: readonly ArrayType[]): string {
  // By a subquery, or PostgreSQL would plan each call anew for the length of its arrays.
  const arrays = types.map((type, at) => `(select $${at + 1}::${type}[])`)
  const names = types.map((_, at) => `p${at + 1}`)
  const given = `unnest(${arrays}) with ordinality as given (${names}, call)`
  if (manyText) return manyText(given)
  const own = text.replace(/\$(\d+)/g, 'given.p$1')
  if (own.startsWith('update ') || own.startsWith('delete ')) {
    // Of rows up to a limit that it cannot know it expects few, and finds each by its key rather than scan the table.
    const few = `(select * from ${given} limit (select null::bigint)) as given`
    return own.replace(
      ' where ',
      () => ` ${own.startsWith('update ') ? 'from' : 'using'} ${few} where `,
    )
  }
  if (own.startsWith('insert ')) {
    return own.replace(/values \(([^()]*)\)/, (_, row) => `select ${row} from ${given}`)
  }
  // Without OFFSET it would be one join, and planned by how many rows PostgreSQL believes to be there.
  return `select given.call, found.* from ${given} cross join lateral (${own} offset 0) as found`
}
