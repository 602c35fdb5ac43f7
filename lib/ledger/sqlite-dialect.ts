import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { CompiledQuery, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely'
import type { Run, Statement } from './connection.ts'
import { isBusy } from './database-errors.ts'

const STATEMENTS_MAX = 500
const BUSY_TIMEOUT_MS = 5000
const BUSY_RETRY_MS = 1

/**
 * Kysely on node:sqlite. Kysely's own dialect expects better-sqlite3, prepares every statement anew and
 * begins DEFERRED: a transaction that reads first and writes later then fails at once with
 * SQLITE_BUSY_SNAPSHOT, whatever the busy timeout. `begin` is "begin immediate" for the writer.
 */
export function nodeSqliteDialect(
  database: DatabaseSync,
  begin: 'begin' | 'begin immediate',
): SqliteDialect {
  const dialect = new SqliteDialect({ database: withStatementCache(database) })
  const createDriver = dialect.createDriver.bind(dialect)
  dialect.createDriver = () => {
    const driver = createDriver()
    driver.beginTransaction = async (connection) => {
      await whenFree(() => connection.executeQuery(CompiledQuery.raw(begin)))
    }
    // A full disk ends the transaction by itself; a second rollback would hide that error.
    driver.rollbackTransaction = async (connection) => {
      if (database.isTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'))
    }
    return driver
  }
  return dialect
}

/**
 * Repeats an attempt that fails because another connection holds the lock, for five seconds at most. SQLite's
 * own busy timeout would block the event loop, and with it another ledger of this process that is about to
 * release the lock.
 */
export async function whenFree<T>(attempt: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + BUSY_TIMEOUT_MS
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error
      await delay(BUSY_RETRY_MS)
    }
  }
}

/** Runs compiled statements on a connection, each prepared when it is first used. */
export function runnerOn(database: DatabaseSync): Run {
  const known = new Map<Statement, (values: readonly SQLInputValue[]) => readonly unknown[]>()
  return (statement, values) => {
    const ready = known.get(statement)
    if (ready) return ready(values)
    const made = runnerOf(database, statement)
    known.set(statement, made)
    return made(values)
  }
}

const NO_ROWS: readonly unknown[] = []

function runnerOf(database: DatabaseSync, { text }: Statement) {
  const statement = database.prepare(text)
  if (statement.columns().length > 0) {
    return (values: readonly SQLInputValue[]) => statement.all(...values)
  }
  return (values: readonly SQLInputValue[]) => {
    statement.run(...values)
    return NO_ROWS
  }
}

function withStatementCache(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>()
  return {
    close: () => database.close(),
    prepare: (text) => {
      const known = statements.get(text)
      if (known) return known
      const statement = prepare(database, text)
      if (statements.size < STATEMENTS_MAX) statements.set(text, statement)
      return statement
    },
  }
}

function prepare(database: DatabaseSync, text: string): SqliteStatement {
  const statement = database.prepare(text)
  // Kysely passes the values of the queries on: strings, numbers, octets and null.
  const values = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[]
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  }
}
