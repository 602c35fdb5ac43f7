import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { LatchkeyError } from '#lib/errors.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { type OwnRoot, ownRootOf } from '#lib/pki/certificate/own-root.ts'
import type { ReadRoot, RootReading, RootStatus } from '#lib/pki/ocsp/root-status.ts'
import { replaceFile } from './ca-folder.ts'
import { pemBlocks } from './certificate-files.ts'
import { CA_FILES, caFolderOf } from './issuer-files.ts'
import { readRootStatus } from './root-status.ts'

/**
 * The root's CRL and OCSP responses about the issuing CA, as one file of the CA folder: PEM with the CRL
 * first. The file is public and replaced as a whole. It is not trusted: only what the root has signed is
 * used.
 */

export function rootStatusPath(dataDir: string): string {
  return path.join(caFolderOf(dataDir), CA_FILES.rootStatus)
}

export function rootStatusText({ crl, answers }: RootStatus): string {
  const responses = answers.map(({ der }) => toPem('OCSP RESPONSE', der))
  return [toPem('X509 CRL', crl), ...responses].join('')
}

/** Replaces the file. Throws LatchkeyError when the folder cannot be written. */
export async function writeRootStatus(dataDir: string, status: RootStatus): Promise<void> {
  const content = rootStatusText(status)
  await replaceFile(caFolderOf(dataDir), { name: CA_FILES.rootStatus, content, mode: 0o644 })
}

/**
 * Reads the file. Throws LatchkeyError with a sentence when it is missing or the root did not sign its
 * content.
 */
export function loadRootStatus(dataDir: string, root: OwnRoot): RootStatus {
  const file = rootStatusPath(dataDir)
  const text = readText(file)
  try {
    const [crl, ...others] = blocksOf(text, 'X509 CRL')
    if (!crl || others.length > 0) throw unusable(file, 'It holds not one CRL.')
    return readRootStatus(root, crl, blocksOf(text, 'OCSP RESPONSE'))
  } catch (cause) {
    if (!(cause instanceof LatchkeyError) || cause.code === 'signer_unavailable') throw cause
    throw unusable(file, cause.message, cause)
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch (cause) {
    throw unusable(file, 'It is missing or cannot be read.', cause)
  }
}

function blocksOf(text: string, label: 'X509 CRL' | 'OCSP RESPONSE'): readonly Uint8Array[] {
  return pemBlocks(text, label).map(({ der }) => der)
}

function unusable(file: string, why: string, cause?: unknown): LatchkeyError {
  const message = `The root CRL in ${file} cannot be used. ${why}`
  return new LatchkeyError('signer_unavailable', message, { cause })
}

/**
 * Gives the file's content, and reads it again when it was replaced, so that a renewed CRL is used at once. A
 * file that cannot be used, or with a lower CRL number, does not replace the previous content.
 */
export function openRootStatus(dataDir: string, chain: readonly Uint8Array[]): ReadRoot {
  const root = ownRootOf(chain)
  if (root === null) return () => null
  let reading: RootReading = { root, status: null, problem: null }
  let seen: string | null = null
  return () => {
    const mark = markOf(rootStatusPath(dataDir))
    if (mark !== seen) {
      reading = readAgain(dataDir, reading)
      seen = mark
    }
    return reading
  }
}

function readAgain(dataDir: string, { root, status: before }: RootReading): RootReading {
  try {
    const status = loadRootStatus(dataDir, root)
    if (before && status.number < before.number) {
      const file = rootStatusPath(dataDir)
      const numbers = `Its number is ${status.number}, after ${before.number}.`
      return { root, status: before, problem: unusable(file, numbers).message }
    }
    return { root, status, problem: null }
  } catch (error) {
    if (!(error instanceof LatchkeyError)) throw error
    return { root, status: before, problem: error.message }
  }
}

/** Changes whenever the file does, also when it is replaced within one tick of the clock. */
function markOf(file: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true })
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`
  } catch {
    // The next reader of the file gets the error.
    return 'out of reach'
  }
}
