import { mkdirSync, statSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '#lib/config.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { ensureFolder } from '#lib/folder.ts'
import { saveLedger, summaryOf } from '#lib/ledger/copy/save.ts'
import { ledgerOn } from '#lib/ledger/sql.ts'
import { openSqliteReader } from '#lib/ledger/sqlite.ts'
import { lossIn } from '#lib/reconcile/ledger-guard.ts'
import { loadChain } from '#lib/signer/issuer-files.ts'
import { SIGNATURE_LOG } from '#lib/signer/signature-log.ts'
import { contentsOf, LEDGER_FILE } from './contents.ts'
import { copyFile, syncPath } from './files.ts'
import { copyLog } from './log-copy.ts'
import { MANIFEST, type Manifest, manifestText, measure } from './manifest.ts'

export type Backup = { readonly folder: string; readonly manifest: Omit<Manifest, 'format'> }

/**
 * Makes a backup of the data folder and the ledger in a new folder below `into`, while the authority works: CA,
 * ledger and the signer's log of one moment, with the hash of each file. Written beside its place and renamed, so
 * that a folder with its name is whole. Throws LatchkeyError('store_unavailable') with a sentence.
 */
export async function makeBackup(
  config: Pick<Config, 'dataDir' | 'database' | 'sandbox'>,
  into: string,
  now: Date,
): Promise<Backup> {
  const parent = path.resolve(into)
  if (!path.relative(config.dataDir, parent).startsWith('..')) {
    throw new LatchkeyError(
      'store_unavailable',
      `The backup would lie in the data folder ${config.dataDir}, and be lost with it. Name another folder.`,
    )
  }
  const folder = path.join(
    parent,
    `latchkey-${now.toISOString().slice(0, 19).replaceAll(':', '-')}Z`,
  )
  const making = await beginFolder(parent, folder)
  try {
    const manifest = await fill(making, config, now)
    // Fails when there is one of the same second, unless that is empty.
    await rename(making, folder)
    syncPath(parent)
    return { folder, manifest }
  } catch (cause) {
    await rm(making, { recursive: true, force: true })
    throw cause instanceof LatchkeyError ? cause : unwritable(folder, cause)
  }
}

async function beginFolder(parent: string, folder: string): Promise<string> {
  try {
    ensureFolder(parent)
    return await mkdtemp(`${folder}.making-`)
  } catch (cause) {
    throw unwritable(folder, cause)
  }
}

async function fill(
  making: string,
  config: Pick<Config, 'dataDir' | 'database' | 'sandbox'>,
  now: Date,
): Promise<Backup['manifest']> {
  // Without a CA there is nothing to keep.
  loadChain(config.dataDir)
  const { names, leftOut } = contentsOf(config)
  const log = path.join(config.dataDir, SIGNATURE_LOG)
  const logSize = statSync(log, { throwIfNoEntry: false })?.size ?? 0
  for (const name of names.filter((one) => one !== SIGNATURE_LOG)) {
    mkdirSync(path.join(making, path.dirname(name)), { recursive: true, mode: 0o700 })
    await copyFile(path.join(config.dataDir, name), path.join(making, name))
  }
  const file = path.join(making, LEDGER_FILE)
  const engine = await saveLedger(config.database, file)
  syncPath(file)
  const ledger = ledgerOn(openSqliteReader(file))
  try {
    if (names.includes(SIGNATURE_LOG)) {
      await copyLog(log, path.join(making, SIGNATURE_LOG), ledger, logSize)
    }
    if (await lossIn({ dataDir: making }, ledger)) throw notWhole()
  } finally {
    await ledger.close()
  }

  const files = []
  for (const name of [...names, LEDGER_FILE]) files.push(await measure(making, name))
  const summary = await summaryOf(file)
  const manifest = {
    ...{ madeAt: now.toISOString(), engine, ledger: summary, files },
    leftOut: [...leftOut],
  }
  const target = path.join(making, MANIFEST)
  await writeFile(target, manifestText(manifest), { mode: 0o600 })
  for (const name of new Set([...names, MANIFEST].map((one) => path.dirname(one)))) {
    syncPath(path.join(making, name))
  }
  syncPath(target)
  return manifest
}

/** A ledger that lacks what the log knew before it was saved could not be started from again. */
function notWhole(): LatchkeyError {
  return new LatchkeyError(
    'store_unavailable',
    'The ledger is not the one that this data folder belongs to, or it has lost its end: no backup was made. ' +
      'Start the authority, which says what is missing.',
  )
}

function unwritable(folder: string, cause: unknown): LatchkeyError {
  const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : ''
  const message = `The backup ${folder} cannot be written${code}. Nothing was left of it.`
  return new LatchkeyError('store_unavailable', message, { cause })
}
