import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '#lib/config.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { ensureFolder } from '#lib/folder.ts'
import { sqliteFile } from '#lib/ledger/address.ts'
import { fillPostgres, requireEmptyPostgres } from '#lib/ledger/copy/move.ts'
import { withSaved } from '#lib/ledger/copy/open-saved.ts'
import { SIGNATURE_LOG } from '#lib/signer/signature-log.ts'
import { KEPT_WHERE_NEWER, LEDGER_FILE } from './contents.ts'
import { beginsWith, copyFile, syncPath } from './files.ts'
import { type Manifest, type ManifestFile, measure } from './manifest.ts'

export type Restored = {
  readonly made: readonly string[]
  /** Files of the data folder that stay as they are, since they may be newer. */
  readonly kept: readonly string[]
}

type Place = Pick<Config, 'dataDir' | 'database'>

/**
 * Puts a checked backup in its place: what is missing in the data folder, and the ledger, which comes last: until
 * then no authority starts, since the other files know that there was one. Overwrites nothing. A run that was
 * stopped is repeated. Throws LatchkeyError('store_unavailable') with a sentence for each obstacle, and has changed
 * nothing then.
 */
export async function restoreBackup(
  folder: string,
  manifest: Manifest,
  place: Place,
): Promise<Restored> {
  const { files } = manifest
  const names = files.map(({ name }) => name).filter((name) => name !== LEDGER_FILE)
  const obstacles = [...(await ledgerObstacles(place))]
  const made: string[] = []
  const kept: string[] = []
  const hasTls = existsSync(path.join(place.dataDir, 'tls', 'ca.pem'))
  for (const name of names) {
    const target = path.join(place.dataDir, name)
    // Its certificate and its key belong together.
    const isOfOther = hasTls && name.startsWith('tls/')
    if (!isOfOther && !existsSync(target)) made.push(name)
    else if (isOfOther || (await mayStay(folder, name, place.dataDir))) kept.push(name)
    else obstacles.push(`${target} is there already and is another one.`)
  }
  if (obstacles.length > 0) {
    const rest =
      'Nothing was changed: move away what is in the way, or restore into an empty folder.'
    throw new LatchkeyError('store_unavailable', [...obstacles, rest].join('\n'))
  }
  for (const name of made)
    await put(folder, path.join(place.dataDir, name), entryOf(manifest, name))
  await putLedger(folder, place, entryOf(manifest, LEDGER_FILE))
  return { made, kept }
}

async function ledgerObstacles({ database }: Place): Promise<readonly string[]> {
  const file = sqliteFile(database)
  if (file === null) {
    if (database.startsWith('sqlite:')) return ['A ledger in memory cannot be restored.']
    return sentenceOf(() => requireEmptyPostgres(database))
  }
  return ['', '-wal', '-shm', '-journal']
    .map((end) => file + end)
    .filter((one) => existsSync(one))
    .map((one) =>
      one === file
        ? `There is a ledger at ${file} already.`
        : `${one} is left of another ledger, and would be taken for a part of this one.`,
    )
}

async function sentenceOf(attempt: () => Promise<void>): Promise<readonly string[]> {
  try {
    await attempt()
    return []
  } catch (error) {
    if (error instanceof LatchkeyError) return [error.message]
    throw error
  }
}

/** Whether the file of the data folder is the same, or may be newer than that of the backup. */
async function mayStay(folder: string, name: string, dataDir: string): Promise<boolean> {
  if (name === SIGNATURE_LOG) {
    return beginsWith(path.join(dataDir, name), path.join(folder, name))
  }
  if (KEPT_WHERE_NEWER.includes(name)) return true
  const [theirs, ours] = [await measure(folder, name), await measure(dataDir, name)]
  return theirs.sha256 === ours.sha256
}

function entryOf({ files }: Manifest, wanted: string): ManifestFile {
  const entry = files.find(({ name }) => name === wanted)
  if (!entry) throw new LatchkeyError('store_unavailable', `The backup has no ${wanted}.`)
  return entry
}

/**
 * Copies a file of the backup and compares the copy: the backup may lie where others write, and was checked a while
 * ago.
 */
async function copyChecked(folder: string, to: string, entry: ManifestFile): Promise<void> {
  ensureFolder(path.dirname(to))
  await rm(to, { force: true })
  await copyFile(path.join(folder, entry.name), to)
  const { sha256 } = await measure(path.dirname(to), path.basename(to))
  if (sha256 === entry.sha256) return
  await rm(to)
  throw new LatchkeyError(
    'store_unavailable',
    `${entry.name} was changed while it was restored. What is restored so far is good; make sure that nobody else ` +
      'writes into the backup, and repeat.',
  )
}

async function put(folder: string, to: string, entry: ManifestFile): Promise<void> {
  const making = `${to}.making`
  await copyChecked(folder, making, entry)
  await rename(making, to)
  syncPath(path.dirname(to))
}

async function putLedger(
  folder: string,
  { dataDir, database }: Place,
  entry: ManifestFile,
): Promise<void> {
  const target = sqliteFile(database)
  if (target !== null) return put(folder, target, entry)
  const copy = path.join(dataDir, `${LEDGER_FILE}.making`)
  try {
    await copyChecked(folder, copy, entry)
    await withSaved(copy, ({ read }) => fillPostgres(read, database))
  } finally {
    await rm(copy, { force: true })
  }
}
