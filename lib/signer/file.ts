import type { KeyObject } from 'node:crypto'
import path from 'node:path'
import { LatchkeyError } from '#lib/errors.ts'
import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import { publicKeyFrom, signerOf, spkiOf } from './key.ts'
import { readKeyFile, readPrivateFile } from './key-file.ts'
import type { Signer } from './signer.ts'

/** A CA that was made without a passphrase (the sandbox's) has one of its own in this file beside its key. */
export const OWN_PASSPHRASE = 'passphrase'

/**
 * Opens the CA key of a file and holds it in memory. Without a passphrase the sandbox's own is used, if there
 * is one. Throws LatchkeyError('signer_unavailable') with a sentence when the key cannot be opened or is not
 * the key of the CA certificate (`issuerSpki`).
 */
export async function openFileSigner(
  keyPath: string,
  passphrase: string | null,
  issuerSpki: Uint8Array,
): Promise<Signer> {
  const key = await readKeyFile(keyPath, passphrase ?? (await ownPassphrase(keyPath)))
  if (!isKeyOf(key, issuerSpki)) {
    throw new LatchkeyError(
      'signer_unavailable',
      `The key in ${keyPath} is not the key of the CA certificate.`,
    )
  }
  // The certificate's encoding of the key, so that ids computed from it are equal.
  return { ...signerOf(key), spki: issuerSpki }
}

/** Whether a key, private or public, belongs to a SubjectPublicKeyInfo, in any encoding of that. */
export function isKeyOf(key: KeyObject, spki: Uint8Array): boolean {
  return equalBytes(spkiOf(publicKeyFrom(spki)), spkiOf(key))
}

async function ownPassphrase(keyPath: string): Promise<string> {
  try {
    const text = await readPrivateFile(path.join(path.dirname(keyPath), OWN_PASSPHRASE))
    return text.trimEnd()
  } catch (cause) {
    if (cause instanceof LatchkeyError && !isMissing(cause)) throw cause
    throw new LatchkeyError(
      'signer_unavailable',
      'The CA key is locked. Set LATCHKEY_CA_PASSPHRASE_FILE or LATCHKEY_CA_PASSPHRASE.',
      { cause },
    )
  }
}

function isMissing({ cause }: LatchkeyError): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}
