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
  /** The end of a table that has no key but its primary key, and few or short columns. */
  readonly keyedEnd: string
  /** Suffix of a column that is computed from others. */
  readonly stored: string
  /** 'YYYY-MM' in UTC, from a column of epoch milliseconds. */
  readonly month: (column: string) => string
}

export const DIALECTS: Record<Engine, Dialect> = {
  sqlite: {
    id: 'integer primary key',
    integer: 'integer',
    small: 'integer',
    bytes: 'blob',
    key: 'text',
    end: 'strict',
    keyedEnd: 'strict, without rowid',
    stored: 'virtual',
    month: (column) => `strftime('%Y-%m', ${column} / 1000, 'unixepoch')`,
  },
  postgres: {
    id: 'bigint generated always as identity primary key',
    integer: 'bigint',
    small: 'smallint',
    bytes: 'bytea',
    key: 'text collate "C"',
    end: '',
    keyedEnd: '',
    stored: 'stored',
    month: (column) => {
      // to_char() depends on settings of the session, so PostgreSQL refuses it in a computed column.
      const at = `timezone('UTC', to_timestamp(${column} / 1000))`
      const part = (name: string, digits: number) =>
        `lpad(extract(${name} from ${at})::integer::text, ${digits}, '0')`
      return `${part('year', 4)} || '-' || ${part('month', 2)}`
    },
  },
}
