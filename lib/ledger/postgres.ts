import type { Duplex } from 'node:stream'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { Connection, Statement } from './connection.ts'
import { StandbyError, unusable } from './database-errors.ts'
import { gathered } from './gathered.ts'
import { ask, parserOf } from './postgres-query.ts'
import { compilerOf } from './prepared.ts'
import type { Database, Store, Tables } from './schema/tables.ts'

/** The ledger on PostgreSQL, for several replicas or where there is no local disk. */

/** Connections of one process, where it is not told another number. */
const CONNECTIONS_MAX = 8
const CONNECT_TIMEOUT_MS = 5000
const STATEMENT_TIMEOUT_MS = 10_000
/** Longer than the server's own limit: ends the wait for a server that has disappeared. */
const QUERY_TIMEOUT_MS = 15_000
/** Ends a replica that froze while it held the head of the audit chain, before those end that wait for the head. */
const IDLE_TIMEOUT_MS = 5000

/** Autovacuum, which has PostgreSQL plan anew by itself, looks at a table once a minute. */
const PLANS_MAX_MS = 10_000

/** Opens the database at a `postgres://` URL. Connects at the first query. */
export function openPostgres(url: string, connections = CONNECTIONS_MAX): Store {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'latchkey',
    max: connections,
    keepAlive: true,
    // Queries that do not wait for each other are sent at once.
    pipeline: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_TIMEOUT_MS,
    onConnect: refuseStandby,
    types: { getTypeParser: parserOf },
  })
  // Without a listener the loss of an idle or busy connection would end the process. The pool drops the
  // connection, and a running query fails by itself.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  pool.on('acquire', plannedAnew())

  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  return {
    engine: 'postgres',
    write: db,
    read: db,
    reader: { db, run: gathered(readerOn(pool), 'reads') },
    compiler: compilerOf(db),
    transaction: transactionsOn(pool),
    checkDurability: async () => {
      await checkSettings(db)
      if (connections > 1) await provePrepared(pool)
    },
    close: () => pool.end(),
  }
}

/**
 * Has the statements of a connection planned anew before its next use, now and then: PostgreSQL keeps a plan for as long as
 * the table is not analysed again, and one of when it had few rows reads all of them, however many there are by now.
 */
function plannedAnew(): (client: pg.PoolClient) => void {
  const plannedAt = new WeakMap<pg.PoolClient, number>()
  return (client) => {
    const now = performance.now()
    const last = plannedAt.get(client)
    if (last !== undefined && now - last < PLANS_MAX_MS) return
    plannedAt.set(client, now)
    // What fails here fails in what is sent after it.
    if (last !== undefined) client.query('discard plans').catch(() => undefined)
  }
}

/**
 * Ends a connection to a server that copies another one. It may be behind, and what was revoked since would be
 * good here; each connection is asked, since an address may come to lead to another server.
 */
async function refuseStandby(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query('select pg_is_in_recovery() as standby')
  if (rows[0]?.standby === true) throw new StandbyError()
}

type Runner = (statement: Statement, values: readonly unknown[]) => Promise<readonly unknown[]>

function runnerOn(client: pg.PoolClient): Runner {
  return (statement, values) => {
    sendAtOnce(client.connection.stream)
    return ask(client, statement, values)
  }
}

/** What is asked at once goes over one connection, in one write. */
function readerOn(pool: pg.Pool): Runner {
  let shared: { readonly client: Promise<pg.PoolClient>; users: number; broken: boolean } | null =
    null
  return async (statement, values) => {
    if (shared === null) {
      shared = { client: pool.connect(), users: 0, broken: false }
      process.nextTick(() => {
        shared = null
      })
    }
    const own = shared
    own.users += 1
    const client = await own.client
    try {
      return await runnerOn(client)(statement, values)
    } catch (error) {
      own.broken = true
      throw error
    } finally {
      own.users -= 1
      if (own.users === 0) client.release(own.broken)
    }
  }
}

/** What is sent until the end of this turn goes out in one write, which costs more than what is in it. */
function sendAtOnce(stream: Duplex): void {
  if (stream.writableCorked > 0) return
  stream.cork()
  process.nextTick(() => stream.uncork())
}

function transactionsOn(pool: pg.Pool): Store['transaction'] {
  const connections = new WeakMap<pg.PoolClient, Connection>()
  const connectionOf = (client: pg.PoolClient): Connection => {
    const made = connections.get(client) ?? {
      db: databaseOn(client),
      run: gathered(runnerOn(client), 'transaction'),
    }
    connections.set(client, made)
    return made
  }
  return async (first, work, last) => {
    const client = await pool.connect()
    const connection = connectionOf(client)
    let broken = false
    try {
      const begin = `begin isolation level read committed; ${first.text}`
      // Several statements in one text have several results, of which the type does not know.
      const begun = (await client.query(begin)) as unknown as readonly pg.QueryResult[]
      await work(connection, begun[1]?.rows ?? [])
      await last(async () => {
        const { command } = await client.query('commit')
        if (command !== 'COMMIT') throw new Error('The transaction was rolled back.')
      })
    } catch (error) {
      await client.query('rollback').catch(() => {
        broken = true
      })
      throw error
    } finally {
      client.release(broken)
    }
  }
}

/** Kysely on one connection, for those queries of a transaction that are not compiled ahead. */
function databaseOn(client: pg.PoolClient): Database {
  const same = {
    query: client.query.bind(client),
    release: () => undefined,
  } as unknown as pg.PoolClient
  const pool = { connect: async () => same, end: async () => undefined } as unknown as pg.Pool
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}

async function checkSettings(db: Kysely<Tables>): Promise<void> {
  const settings = await sql<
    Record<'fsync' | 'commit' | 'encoding' | 'statement' | 'idle', string>
  >`
    select current_setting('fsync') as fsync,
           current_setting('synchronous_commit') as commit,
           current_setting('server_encoding') as encoding,
           current_setting('statement_timeout') as statement,
           current_setting('idle_in_transaction_session_timeout') as idle`.execute(db)
  const row = settings.rows[0]
  if (row?.fsync !== 'on') throw unusable('The ledger’s PostgreSQL runs with fsync off.')
  if (row.commit === 'off') throw unusable('The ledger’s PostgreSQL runs synchronous_commit=off.')
  if (row.encoding !== 'UTF8') throw unusable('The ledger’s PostgreSQL database is not UTF8.')
  if (row.statement === '0' || row.idle === '0') {
    throw unusable(
      'PostgreSQL does not get the time limits of the ledger’s connections, since a pooler in between ignores them. ' +
        'Set them for the user, then let the pooler connect anew: ' +
        `ALTER ROLE … SET statement_timeout = ${STATEMENT_TIMEOUT_MS}; ` +
        `ALTER ROLE … SET idle_in_transaction_session_timeout = ${IDLE_TIMEOUT_MS};`,
    )
  }
}

/**
 * Prepares one statement on two connections and runs it on the first again. A pooler that gives one server connection to
 * both, and knows nothing of prepared statements, would have the second prepare what is there already.
 */
async function provePrepared(pool: pg.Pool): Promise<void> {
  const probe = (client: pg.PoolClient) =>
    client.query({ name: 'latchkey_probe', text: 'select 1' })
  const first = await pool.connect()
  try {
    const second = await pool.connect()
    await probe(first)
      .then(() => probe(second))
      .finally(() => second.release())
    await probe(first)
  } finally {
    first.release()
  }
}
