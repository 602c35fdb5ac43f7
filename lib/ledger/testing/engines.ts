import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { openLedger, openStore } from '#lib/ledger/open.ts'
import { migrate } from '#lib/ledger/schema/migrations.ts'
import { ledgerOn } from '#lib/ledger/sql.ts'
import { type PostgresServer, startPostgres } from './postgres.ts'

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
  return [sqliteFile(), sqliteMemory(), postgres()]
}

/** Opens a ledger together with its database, for tests that manipulate the rows. */
export async function openTestLedger(url: string) {
  const store = await openStore(url, { create: true })
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
    openWithStore: async () => {
      const both = await openTestLedger(await engine.newDatabase())
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
      folder = mkdtempSync(path.join(tmpdir(), 'latchkey-ledger-'))
    },
    newDatabase: async () => `sqlite:${path.join(folder, `${++count}.sqlite`)}`,
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

function postgres(): TestEngine {
  let server: PostgresServer | null = null
  let count = 0
  const running = () => {
    if (server === null) throw new Error('PostgreSQL was not started.')
    return server
  }
  return {
    name: 'postgres',
    shared: true,
    start: async () => {
      server = await startPostgres()
    },
    newDatabase: async () => {
      const name = `ledger_${++count}`
      const url = running().url(name)
      const admin = await openStore(url, { create: false })
      await sql.raw(`create schema ${name}`).execute(admin.write)
      await admin.close()
      return url
    },
    stop: async () => {
      const stopping = server
      server = null
      await stopping?.stop()
    },
  }
}
