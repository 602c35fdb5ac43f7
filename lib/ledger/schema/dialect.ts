import type { Engine } from './tables.ts'

/** The SQL of the schema that differs between the two engines. */
export type Dialect = {
  /** Type of a surrogate key that increases. */
  readonly id: string
  readonly integer: string
  readonly small: string
  readonly bytes: string
  /** Type of text that is compared octet by octet, so that both engines sort it the same way. */
  readonly key: string
  readonly end: string
  /** Suffix of a column that is computed from others. */
  readonly stored: string
  /** 'YYYY-MM' in UTC, from a column of epoch milliseconds. */
  readonly month: (column: string) => string
  /** One of the four lines in a column; the first is 1. */
  readonly line: (column: string, number: number) => string
}

export const DIALECTS: Record<Engine, Dialect> = {
  sqlite: {
    id: 'integer primary key',
    integer: 'integer',
    small: 'integer',
    bytes: 'blob',
    key: 'text',
    end: 'strict',
    stored: 'virtual',
    month: (column) => `strftime('%Y-%m', ${column} / 1000, 'unixepoch')`,
    line: sqliteLine,
  },
  postgres: {
    id: 'bigint generated always as identity primary key',
    integer: 'bigint',
    small: 'smallint',
    bytes: 'bytea',
    key: 'text collate "C"',
    end: '',
    stored: 'stored',
    month: (column) => {
      // to_char() depends on settings of the session, so PostgreSQL refuses it in a computed column.
      const at = `timezone('UTC', to_timestamp(${column} / 1000))`
      const part = (name: string, digits: number) =>
        `lpad(extract(${name} from ${at})::integer::text, ${digits}, '0')`
      return `${part('year', 4)} || '-' || ${part('month', 2)}`
    },
    line: (column, number) => `split_part(${column}, chr(10), ${number})`,
  },
}

/** SQLite has no split_part(): the lines before the wanted one are cut off one by one. */
function sqliteLine(column: string, number: number): string {
  let rest = column
  for (let cut = 1; cut < number; cut++) rest = `substr(${rest}, instr(${rest}, char(10)) + 1)`
  return `substr(${rest}, 1, instr(${rest} || char(10), char(10)) - 1)`
}
