import pg from 'pg'
import type { Statement } from './connection.ts'

/** What pg does for a statement that is sent again and again, without what is the same each time. */

const INT8 = 20

/** Gives what reads the text of a value of this type. */
export function parserOf(type: number, format?: 'text' | 'binary') {
  return type === INT8 ? safeInteger : pg.types.getTypeParser(type, format)
}

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError('A number in the ledger is too large.')
  return value
}

type Row = Record<string, unknown>
type Field = { readonly name: string; readonly dataTypeID: number }
type Column = Field & { readonly parse: (text: string) => unknown }
type Columns = { readonly each: readonly Column[]; readonly empty: Row }

/** Of each statement, as its last answer had them. */
const known = new WeakMap<Statement, Columns>()

/**
 * Runs a prepared statement. Other than by client.query({ name, text, values }) nothing is copied, and the columns are
 * worked out once: both took as long as to write the statement.
 */
export function ask(
  client: pg.ClientBase,
  statement: Statement,
  values: readonly unknown[],
): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    const query: Asked = new Asked(statement, values, (error) => {
      if (error ?? query.failure) reject(error ?? query.failure)
      else resolve(query.found)
    })
    client.query(query)
  })
}

class Asked extends pg.Query {
  readonly name: string
  readonly found: Row[] = []
  failure: unknown = null
  readonly #statement: Statement
  #columns: Columns = { each: [], empty: {} }

  constructor(
    statement: Statement,
    values: readonly unknown[],
    done: (error: Error | undefined) => void,
  ) {
    super(statement.text, [...values], done)
    this.name = statement.name
    this.#statement = statement
  }

  /** In place of pg's own, as the next. */
  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    const last = known.get(this.#statement)
    const isSame =
      last?.each.length === fields.length &&
      last.each.every(({ name, dataTypeID }, at) => {
        return name === fields[at]?.name && dataTypeID === fields[at].dataTypeID
      })
    this.#columns = isSame ? last : columnsOf(fields)
    known.set(this.#statement, this.#columns)
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const { each, empty } = this.#columns
    try {
      const row = { ...empty }
      for (const [at, { name, parse }] of each.entries()) {
        const text = fields[at] ?? null
        if (text !== null) row[name] = parse(text)
      }
      this.found.push(row)
    } catch (error) {
      this.failure ??= error
    }
  }
}

function columnsOf(fields: readonly Field[]): Columns {
  const each = fields.map(({ name, dataTypeID }) => {
    return { name, dataTypeID, parse: parserOf(dataTypeID, 'text') }
  })
  return { each, empty: Object.fromEntries(fields.map(({ name }) => [name, null])) }
}
