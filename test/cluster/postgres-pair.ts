import { execFileSync } from 'node:child_process'
import { rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { makePostgresHome, postgresUrl } from '#lib/ledger/testing/postgres.ts'

/**
 * A PostgreSQL with a standby that has confirmed every commit before it counts (synchronous replication), so
 * that a failover loses nothing. One address leads to whichever is the primary: the socket folder `current`, a
 * link that a failover turns round, as a virtual address or a service name would be.
 */
export type PostgresPair = {
  readonly url: string
  /** Makes another, empty database on the primary; gives its address. */
  readonly newDatabase: (name: string) => Promise<string>
  /** Stops the primary in order and starts it again. */
  readonly restart: () => Promise<void>
  /** Ends the primary as a power failure would, and lets the standby take its place. Once only. */
  readonly failOver: () => Promise<void>
  readonly stop: () => Promise<void>
}

const SCHEMA = 'public'
const STANDBY = 'standby'

export async function startPostgresPair(): Promise<PostgresPair> {
  const home = makePostgresHome()
  const at = (name: string) => path.join(home.folder, name)
  const current = at('current')
  const serve = (name: string, options: readonly string[]) =>
    home.serve(at(name), ['-k', at(name), ...options])
  const confirmed = ['-c', `synchronous_standby_names=${STANDBY}`]

  await home.init(at('first'))
  // A copy of a server that was stopped in order needs no pg_basebackup.
  const asServer = { ...home.account, cwd: home.folder }
  execFileSync('cp', ['-a', at('first'), at('second')], asServer)
  execFileSync('touch', [path.join(at('second'), 'standby.signal')], asServer)
  let primary = await serve('first', confirmed)
  const source = `host=${at('first')} user=postgres application_name=${STANDBY}`
  const standby = await serve('second', [
    ...['-c', `primary_conninfo=${source}`, '-c', 'wal_retrieve_retry_interval=200ms'],
  ])
  symlinkSync(at('first'), current)
  let isStandbyPrimary = false

  const run = async (statement: string) => {
    const client = new pg.Client(postgresUrl(current, 'postgres', SCHEMA))
    await client.connect()
    await client.query(statement).finally(() => client.end())
  }
  return {
    url: postgresUrl(current, 'postgres', SCHEMA),
    newDatabase: async (name) => {
      await run(`create database ${name}`)
      return postgresUrl(current, name, SCHEMA)
    },
    restart: async () => {
      await primary.stop('SIGINT')
      primary = await serve('first', confirmed)
    },
    failOver: async () => {
      await primary.stop('SIGQUIT')
      rmSync(current)
      symlinkSync(at('second'), current)
      await run('select pg_promote()')
      isStandbyPrimary = true
    },
    stop: async () => {
      await standby.stop('SIGQUIT')
      if (!isStandbyPrimary) await primary.stop('SIGQUIT')
      rmSync(home.folder, { recursive: true, force: true })
    },
  }
}
