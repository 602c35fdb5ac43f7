import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '#lib/testing/free-port.ts'
import { canTry, find, has } from '#lib/testing/judge.ts'
import { untilSucceeds } from '#lib/testing/until-answers.ts'
import { openLedger, openReader, openStore } from './open.ts'
import {
  makePostgresHome,
  type PostgresHome,
  postgresUrl,
  type Served,
} from './testing/postgres.ts'
import { issueSample } from './testing/samples.ts'

const IGNORES = 'ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout'

function knowsPrepared(): boolean {
  const said = execFileSync(find('pgbouncer') ?? '', ['--version'], { encoding: 'utf8' })
  const [, major, minor] = /(\d+)\.(\d+)/.exec(said) ?? []
  return Number(major) > 1 || Number(minor) >= 21
}

describe.skipIf(!has('pgbouncer'))('through PgBouncer', () => {
  let home: PostgresHome
  let server: Served
  const direct = () => postgresUrl(home.folder, 'postgres', 'public')

  const asOwner = async (statement: string) => {
    const store = await openStore(direct(), { create: false })
    await sql.raw(statement).execute(store.write)
    await store.close()
  }

  beforeAll(async () => {
    home = makePostgresHome()
    const data = path.join(home.folder, 'data')
    await home.init(data)
    server = await home.serve(data, ['-k', home.folder])
    const ledger = await openLedger(direct())
    await ledger.close()
  })

  afterAll(async () => {
    await server.stop('SIGQUIT')
    rmSync(home.folder, { recursive: true })
  })

  /** Runs PgBouncer with these settings; the work gets the address of the ledger through it. */
  async function through<T>(settings: string, work: (url: string) => Promise<T>): Promise<T> {
    const port = await freePort()
    const own = [
      `listen_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =\nauth_type = any`,
      `[databases]\npostgres = host=${home.folder} user=postgres`,
    ].join('\n')
    const file = path.join(home.folder, 'pgbouncer.ini')
    writeFileSync(file, `[pgbouncer]\n${settings}\n${own}\n`)
    if (home.account.uid !== undefined) chownSync(file, home.account.uid, home.account.gid ?? 0)
    const pooler = spawn(find('pgbouncer') ?? '', ['-q', file], {
      ...home.account,
      stdio: 'ignore',
    })
    const ended = once(pooler, 'exit')
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`
    try {
      await untilSucceeds(() => listens(port), url, pooler)
      return await work(url)
    } finally {
      pooler.kill('SIGTERM')
      await ended
    }
  }

  const listens = async (port: number) => {
    const socket = connect({ port, host: '127.0.0.1' })
    await once(socket, 'connect').finally(() => socket.destroy())
  }

  const selfTested = async (url: string) => {
    const ledger = await openLedger(url)
    try {
      await ledger.selfTest()
      const serial = randomBytes(20).toString('hex')
      return await issueSample(ledger, serial, { requestKey: serial, keyThumbprint: serial })
    } finally {
      await ledger.close()
    }
  }

  test.each([
    ['as it is installed', '', '(08P01): a pooler in between refuses the connection'],
    ['without time limits', IGNORES, 'ALTER ROLE … SET statement_timeout = 10000; ALTER ROLE'],
  ])('%s it is refused with what it needs', async (_, settings, said) => {
    await expect(through(settings, selfTested)).rejects.toThrow(said)
    await expect(through(settings, openReader)).rejects.toThrow(said)
  })

  test('with limits of the user it works for sessions; for transactions it has to know prepared statements', async () => {
    await asOwner('alter role postgres set statement_timeout = 10000')
    await asOwner('alter role postgres set idle_in_transaction_session_timeout = 5000')
    await through(`${IGNORES}\npool_mode = session`, selfTested)
    const transactions = `${IGNORES}\npool_mode = transaction`
    const without = knowsPrepared() ? `${transactions}\nmax_prepared_statements = 0` : transactions
    await expect(through(without, selfTested)).rejects.toThrow(
      '(42P05): a pooler in between loses prepared statements.',
    )
    if (!canTry(knowsPrepared(), 'PgBouncer from 1.21, for transactions')) return
    await through(`${transactions}\nmax_prepared_statements = 100`, selfTested)
  })
})
