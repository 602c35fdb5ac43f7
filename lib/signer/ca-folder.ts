import { randomBytes } from 'node:crypto'
import { mkdtemp, open, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { LatchkeyError } from '#lib/errors.ts'
import { ensureFolder } from '#lib/folder.ts'

/**
 * Writes folders completely or not at all: written beside their place, synced and renamed. A crash leaves a
 * folder `ca.making-…` that nothing reads.
 */

export type NewFile = {
  readonly name: string
  readonly content: string
  /** 0o600 for a secret file. */
  readonly mode: 0o600 | 0o644
}

/**
 * Makes `folder` with its files. Throws LatchkeyError with a sentence when the folder exists and is not
 * empty; existing files are never changed.
 */
export async function makeFolder(folder: string, files: readonly NewFile[]): Promise<void> {
  if (await isFull(folder)) throw taken(folder)
  const parent = path.dirname(folder)
  const making = await beginFolder(folder, parent)
  try {
    for (const file of files) await writeSynced(path.join(making, file.name), file)
    await syncFolder(making)
    // rename replaces an empty folder only, so it fails when somebody else made the folder meanwhile.
    await rename(making, folder).catch((cause: unknown) => {
      throw codeOf(cause) === 'ENOTEMPTY' || codeOf(cause) === 'EEXIST'
        ? taken(folder, cause)
        : unwritable(parent, cause)
    })
    await syncFolder(parent)
  } catch (error) {
    await rm(making, { recursive: true, force: true })
    throw error
  }
}

/**
 * Replaces a file completely or not at all. Throws LatchkeyError with a sentence when the folder cannot be
 * written.
 */
export async function replaceFile(folder: string, file: NewFile): Promise<void> {
  const making = path.join(folder, `.${file.name}.making-${randomBytes(6).toString('hex')}`)
  try {
    await writeSynced(making, file)
    await rename(making, path.join(folder, file.name))
    await syncFolder(folder)
  } catch (cause) {
    await rm(making, { force: true })
    throw unwritable(folder, cause)
  }
}

/**
 * Whether the folder exists and is not empty. Throws LatchkeyError with a sentence when it cannot be read.
 */
export async function isFull(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length > 0
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return false
    throw new LatchkeyError('signer_unavailable', `The folder ${folder} cannot be read.`, { cause })
  }
}

/** Makes a passphrase of 256 random bits, for a CA that opens its key without a person. */
export function makePassphrase(): string {
  return randomBytes(32).toString('base64url')
}

async function beginFolder(folder: string, parent: string): Promise<string> {
  try {
    ensureFolder(parent)
    return await mkdtemp(`${folder}.making-`)
  } catch (cause) {
    throw unwritable(parent, cause)
  }
}

function taken(folder: string, cause?: unknown): LatchkeyError {
  const message = `There is something in ${folder} already, and it is never overwritten.`
  return new LatchkeyError('policy_violation', message, { cause })
}

function unwritable(folder: string, cause: unknown): LatchkeyError {
  const message = `The folder ${folder} cannot be written.`
  return new LatchkeyError('signer_unavailable', message, { cause })
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null
}

async function writeSynced(target: string, { content, mode }: NewFile): Promise<void> {
  const file = await open(target, 'wx', mode)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; its file system keeps renames in order by itself.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
