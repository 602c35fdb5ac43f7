import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { type OpenOptions, openLedger, openStore } from '#lib/ledger/open.ts'
import { migrate } from '#lib/ledger/schema/migrations.ts'
import { ledgerOn } from '#lib/ledger/sql.ts'
import { makeFolder } from '#lib/testing/memory.ts'
import { type PostgresServer, postgresUrl, startPostgres } from './postgres.ts'
import { sharedPostgresFolder } from './shared-postgres.ts'

/** The engines on which every test of the ledger runs. */
export type TestEngine = {
  readonly name: 'sqlite file' | 'sqlite memory' | 'postgres'
  /** Whether several ledgers, and several processes, can open the same database. */
  readonly shared: boolean
  readonly start: () => Promise<void>
  /** URL of a new, empty database. */
  readonly newDatabase: () => Promise<string>
  /** May be called twice. */
  readonly stop: () => Promise<void>
}

export function testEngines(): readonly TestEngine[] {
  return [sqliteFile(), sqliteMemory(), sharedPostgres()]
}

/** Opens a ledger together with its database, for tests that manipulate the rows. */
export async function openTestLedger(url: string, options: OpenOptions = {}) {
  const store = await openStore(url, { create: true, ...options })
  await migrate(store)
  return { store, ledger: ledgerOn(store) }
}

/**
 * For the tests of one describe: starts the engine before them, and closes after each test what the two
 * functions have opened. Each ledger is on a new database by default.
 */
export function ledgersOn(engine: TestEngine) {
  const opened: Ledger[] = []
  beforeAll(engine.start)
  afterAll(engine.stop)
  afterEach(async () => {
    for (const ledger of opened.splice(0)) await ledger.close()
  })
  return {
    open: async (url?: string): Promise<Ledger> => {
      const ledger = await openLedger(url ?? (await engine.newDatabase()))
      opened.push(ledger)
      return ledger
    },
    openWithStore: async (options?: OpenOptions) => {
      const both = await openTestLedger(await engine.newDatabase(), options)
      opened.push(both.ledger)
      return both
    },
  }
}

function sqliteMemory(): TestEngine {
  return {
    name: 'sqlite memory',
    shared: false,
    start: async () => undefined,
    newDatabase: async () => 'sqlite::memory:',
    stop: async () => undefined,
  }
}

function sqliteFile(): TestEngine {
  let folder = ''
  let count = 0
  return {
    name: 'sqlite file',
    shared: true,
    start: async () => {
      folder = makeFolder('latchkey-ledger-')
    },
    newDatabase: async () => `sqlite:${path.join(folder, `${++count}.sqlite`)}`,
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A PostgreSQL of its own, for tests that stop or damage the server. */
export function ownPostgres(): TestEngine {
  return postgres(() => startPostgres())
}

/** Databases on the server of the whole run. */
function sharedPostgres(): TestEngine {
  return postgres(async () => ({
    folder: await sharedPostgresFolder(),
    stop: async () => undefined,
  }))
}

function postgres(startServer: () => Promise<PostgresServer>): TestEngine {
  let running: { readonly server: PostgresServer; readonly database: string } | null = null
  let count = 0
  return {
    name: 'postgres',
    shared: true,
    start: async () => {
      const server = await startServer()
      // Its own, since locks and settings are those of a database.
      const database = `test_${randomBytes(8).toString('hex')}`
      await runOn(postgresUrl(server.folder, 'postgres', 'public'), `create database ${database}`)
      running = { server, database }
    },
    newDatabase: async () => {
      if (running === null) throw new Error('PostgreSQL was not started.')
      const name = `ledger_${++count}`
      const url = postgresUrl(running.server.folder, running.database, name)
      await runOn(url, `create schema ${name}`)
      return url
    },
    stop: async () => {
      const stopping = running
      running = null
      await stopping?.server.stop()
    },
  }
}

async function runOn(url: string, statement: string): Promise<void> {
  const store = await openStore(url, { create: false })
  await sql.raw(statement).execute(store.write)
  await store.close()
}
