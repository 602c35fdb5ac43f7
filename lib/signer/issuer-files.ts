import { readFileSync } from 'node:fs'
import path from 'node:path'
import { LatchkeyError } from '#lib/errors.ts'
import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import { readIssuer } from '#lib/pki/certificate/issuer.ts'
import type { Issuer, IssuerUrls } from '#lib/pki/certificate/profile.ts'
import { readCertificates } from './certificate-files.ts'

/** Files in the folder `ca` of the data folder. */
export const CA_FILES = {
  /** The issuing CA's certificate. */
  certificate: 'ca.pem',
  /** Issuing CA first, root last. */
  chain: 'chain.pem',
  key: 'ca.key.json',
  /** An encrypted PKCS#8 key that the operator brought, in place of ca.key.json. */
  broughtKey: 'ca.key.pem',
  /** The root's key, until the operator takes it off-line. */
  rootKey: 'root.key.json',
  /** The root's CRL and OCSP responses about the issuing CA; absent where the root issues itself. */
  rootStatus: 'root-status.pem',
} as const

export function caFolderOf(dataDir: string): string {
  return path.join(dataDir, 'ca')
}

/**
 * Reads the CA from `{dataDir}/ca`, without its key. Throws LatchkeyError with a sentence when a file is
 * missing, cannot be read or does not match the others.
 */
export function loadPublicIssuer(dataDir: string, urls: IssuerUrls): Issuer {
  const chain = loadChain(dataDir)
  try {
    return readIssuer(chain, urls)
  } catch (cause) {
    throw broken(caFolderOf(dataDir), cause instanceof Error ? cause.message : 'not a CA', cause)
  }
}

/** Gives the certificates, issuing CA first, root last, where no key is needed. Throws as loadPublicIssuer does. */
export function loadChain(dataDir: string): readonly Uint8Array[] {
  const folder = caFolderOf(dataDir)
  const [certificate] = readCertificateFile(folder, CA_FILES.certificate)
  const chain = readCertificateFile(folder, CA_FILES.chain)
  if (!certificate || !chain[0] || !equalBytes(certificate, chain[0])) {
    throw broken(folder, `${CA_FILES.chain} does not begin with ${CA_FILES.certificate}`)
  }
  return chain
}

/** Gives the path of the key in the CA folder. Throws LatchkeyError with a sentence when there is none. */
export function findKey(dataDir: string): string {
  const folder = caFolderOf(dataDir)
  const own = path.join(folder, CA_FILES.key)
  if (isReadable(own)) return own
  const brought = path.join(folder, CA_FILES.broughtKey)
  if (isReadable(brought)) return brought
  throw broken(folder, `${CA_FILES.key} is missing or cannot be read`)
}

function isReadable(file: string): boolean {
  try {
    readFileSync(file)
    return true
  } catch {
    return false
  }
}

function readCertificateFile(folder: string, name: string): readonly Uint8Array[] {
  try {
    return readCertificates(readFileSync(path.join(folder, name)))
  } catch (cause) {
    throw broken(folder, `${name} is missing or cannot be read`, cause)
  }
}

function broken(folder: string, what: string, cause?: unknown): LatchkeyError {
  return new LatchkeyError(
    'signer_unavailable',
    `The CA in ${folder} is not whole: ${what}. Put back its files from your backup; ` +
      'only if it never issued anything, remove the folder and run: npm run init-ca',
    { cause },
  )
}
