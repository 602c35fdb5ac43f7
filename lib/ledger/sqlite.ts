import { closeSync, existsSync, openSync, statfsSync, statSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CompiledQuery, Kysely } from 'kysely'
import { LatchkeyError } from '#lib/errors.ts'
import { ensureFolder } from '#lib/folder.ts'
import type { Run } from './connection.ts'
import { damaged, isBusy, isDamaged, unusable } from './database-errors.ts'
import { compilerOf } from './prepared.ts'
import type { Database, Store, Tables } from './schema/tables.ts'
import { nodeSqliteDialect, runnerOn, whenFree } from './sqlite-dialect.ts'

/**
 * The embedded ledger: one file, WAL, synchronous=FULL, one connection that writes and one that reads, so
 * that nothing is read before its commit. For a local disk and one instance only.
 */

const BUSY_TIMEOUT_MS = 5000
/** Of the connection that reads. */
const READ_CACHE_KIB = 65_536
/** The release that fixed the WAL-reset bug, by which a committed row could be lost. */
const OLDEST_SQLITE = [3, 51, 3] as const

/**
 * statfs(2) types on which the shared memory or the locks of WAL do not work, those that `stat -f` of GNU
 * coreutils calls remote.
 */
const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  4283649346: 'CIFS',
  4266872130: 'SMB',
  20859: 'SMB',
  26985: 'NFS',
  16914839: '9p',
  // Also virtiofs and most file systems of desktop hypervisors.
  1702057286: 'FUSE',
  1397113167: 'AFS',
  1799439955: 'AFS',
  12805120: 'Ceph',
  1937076805: 'Coda',
  428016422: 'BeeGFS',
  18225520: 'GFS2',
  1196443219: 'GPFS',
  198183888: 'Lustre',
  1952539503: 'OCFS2',
  2866260714: 'PanFS',
  2020557398: 'VirtualBox',
  3133910204: 'VMware',
  2088527475: 'Parallels',
}
const OVERLAY_FILE_SYSTEM = 0x794c7630

/** Opens `location`, a path or `:memory:`. Throws a sentence when it is no safe place for a ledger. */
export async function openSqlite(location: string, create: boolean): Promise<Store> {
  if (location === ':memory:') return storeOf(await openWriter(location), null)

  const file = path.resolve(location)
  prepareFile(file, create)
  const writer = await openWriter(file)
  return storeOf(writer, openReader(file))
}

/**
 * Opens an existing file for reading alone, beside the process that writes: with WAL its readers see every
 * commit and hold up nobody.
 */
export function openSqliteReader(file: string): Store {
  if (isEmptySqlite(file)) throw unusable(`There is no ledger at ${file}.`)
  const reader = openReader(file)
  const read = new Kysely<Tables>({ dialect: nodeSqliteDialect(reader, 'begin') })
  return {
    engine: 'sqlite',
    // SQLite refuses every change on this connection.
    write: read,
    read,
    reader: { db: read, run: runnerOn(reader) },
    compiler: compilerOf(read),
    transaction: () => Promise.reject(unusable('The ledger was opened for reading alone.')),
    checkDurability: async () => undefined,
    close: async () => {
      if (reader.isOpen) reader.close()
    },
  }
}

function openReader(file: string): DatabaseSync {
  const reader = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  // The default of 2 MB is too small for a large ledger, in which each row would be read from disk again.
  reader.exec(`pragma cache_size = -${READ_CACHE_KIB}`)
  return reader
}

/** Says whether WAL can be trusted on a file system, by its statfs(2) type. */
export function fileSystemVerdict(
  type: number,
): { verdict: 'ok' } | { verdict: 'warn' | 'refuse'; name: string } {
  // statfs gives 32 bits, on some platforms as a signed number.
  const unsigned = type >>> 0
  const network = NETWORK_FILE_SYSTEMS[unsigned]
  if (network !== undefined) return { verdict: 'refuse', name: network }
  if (unsigned === OVERLAY_FILE_SYSTEM) return { verdict: 'warn', name: 'overlay' }
  return { verdict: 'ok' }
}

/** Whether the file is missing or has no tables. */
export function isEmptySqlite(file: string): boolean {
  return !existsSync(file) || statSync(file).size === 0
}

function prepareFile(file: string, create: boolean): void {
  if (!create && isEmptySqlite(file)) throw unusable(`There is no ledger at ${file}.`)
  const folder = path.dirname(file)
  try {
    ensureFolder(folder)
    // SQLite creates its -wal and -shm files with the mode of the database.
    closeSync(openSync(file, 'a', 0o600))
  } catch (error) {
    throw unusable(`The ledger ${file} cannot be written; see to the folder's permissions.`, error)
  }

  const checked = fileSystemVerdict(statfsSync(file).type)
  if (checked.verdict === 'refuse') {
    throw unusable(
      `The ledger ${file} lies on a network file system (${checked.name}), on which SQLite loses ` +
        'data. Put it on a local disk, or use PostgreSQL (LATCHKEY_DATABASE=postgres://…).',
    )
  }
  if (checked.verdict === 'warn') {
    process.emitWarning(
      `The ledger ${file} lies on a container's own layer and is gone with the container; mount a volume.`,
    )
  }
}

async function openWriter(location: string): Promise<DatabaseSync> {
  const database = new DatabaseSync(location, {
    timeout: BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: true,
  })
  try {
    requireVersion(database)
    await setPragmas(database)
    return database
  } catch (error) {
    database.close()
    if (error instanceof LatchkeyError) throw error
    if (isDamaged(error)) throw damaged(`The ledger ${location} is no SQLite file, or it`, error)
    const said = error instanceof Error ? error.message : String(error)
    const why = isBusy(error) ? 'another program holds it' : `SQLite says “${said}”`
    throw unusable(`The ledger ${location} cannot be opened: ${why}.`, error)
  }
}

function requireVersion(database: DatabaseSync): void {
  const version = String(database.prepare('select sqlite_version() as version').get()?.version)
  const parts = version.split('.').map(Number)
  for (const [index, oldest] of OLDEST_SQLITE.entries()) {
    const part = parts[index] ?? 0
    if (part > oldest) return
    if (part < oldest) {
      throw unusable(`SQLite ${OLDEST_SQLITE.join('.')} or newer is needed, this is ${version}.`)
    }
  }
}

/**
 * The commit that fills the log makes the checkpoint, and the whole process waits for it: twice as long with 4,000
 * pages. With fewer, the same pages are copied more often (bench/README.md).
 */
const CHECKPOINT_PAGES = 1_000

async function setPragmas(database: DatabaseSync): Promise<void> {
  // The switch to WAL ignores the busy timeout when several processes start at once.
  await whenFree(() => database.exec('pragma journal_mode = wal'))
  database.exec('pragma synchronous = full')
  // The cache stays as small as SQLite makes it: after a split of a node the commit looks through all of it.
  database.exec(`pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  // From here on whenFree does the waiting, at the beginning of each transaction, where the lock is taken.
  database.exec('pragma busy_timeout = 0')
}

/** The ledger's tables on open connections; without a reader one of them does everything. */
export function storeOf(writer: DatabaseSync, reader: DatabaseSync | null): Store {
  const run = runnerOn(writer)
  const write = new Kysely<Tables>({ dialect: nodeSqliteDialect(writer, 'begin immediate') })
  const read =
    reader === null ? write : new Kysely<Tables>({ dialect: nodeSqliteDialect(reader, 'begin') })
  return {
    engine: 'sqlite',
    write,
    read,
    reader: {
      db: read,
      run: reader === null ? committedOnly(write) : committedOf(writer, run, runnerOn(reader)),
    },
    compiler: compilerOf(write),
    transaction: transactionsOn(writer, write, run),
    checkDurability: async () => checkPragmas(writer, reader === null ? 'memory' : 'wal'),
    close: async () => {
      // Kysely closes only what it has used. The writer is closed last, with a checkpoint.
      if (reader?.isOpen) reader.close()
      if (writer.isOpen) writer.close()
    },
  }
}

/** A database in memory has one connection only, so Kysely has to let a transaction end first. */
function committedOnly(db: Database): Run {
  return async ({ text }, values) => {
    const { rows } = await db.executeQuery(CompiledQuery.raw(text, [...values]))
    return rows
  }
}

/**
 * Between two transactions the writer reads what is committed as well, and has the pages of its commits still in memory:
 * each of them empties the reader's cache. Where another process has the whole file, only the reader waits.
 */
function committedOf(writer: DatabaseSync, run: Run, read: Run): Run {
  return (statement, values) => {
    if (writer.isTransaction) return read(statement, values)
    try {
      return run(statement, values)
    } catch (error) {
      if (!isBusy(error)) throw error
      return read(statement, values)
    }
  }
}

function transactionsOn(database: DatabaseSync, write: Database, run: Run): Store['transaction'] {
  // For those queries of a transaction that are not compiled ahead; made once, since most have none.
  const db = new Kysely<Tables>({ dialect: nodeSqliteDialect(database, 'begin immediate') })
  const connection = { db, run }
  return (first, work, last) =>
    // Keeps the connection of `write`, so that nobody else's query gets into the transaction.
    write.getExecutor().provideConnection(async () => {
      await whenFree(() => run(BEGIN, []))
      try {
        await work(connection, await run(first, []))
        await last(() => run(COMMIT, []))
      } catch (error) {
        // A full disk ends the transaction by itself; a second rollback would hide that error.
        if (database.isTransaction) await run(ROLLBACK, [])
        throw error
      }
    })
}

const BEGIN = { name: 'begin', text: 'begin immediate' }
const COMMIT = { name: 'commit', text: 'commit' }
const ROLLBACK = { name: 'rollback', text: 'rollback' }

function checkPragmas(database: DatabaseSync, journal: 'wal' | 'memory'): void {
  const pragma = (name: string): unknown =>
    Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0]
  if (pragma('journal_mode') !== journal) throw unusable('The ledger is not in WAL mode.')
  // 2 is FULL, 3 is EXTRA. With NORMAL, a loss of power loses the last committed certificates.
  if (Number(pragma('synchronous')) < 2) throw unusable('The ledger does not run synchronous=FULL.')
  if (pragma('foreign_keys') !== 1) throw unusable('The ledger does not check foreign keys.')
}
