import { LatchkeyError } from '#lib/errors.ts'
import { childrenOf, contentOf, parseDer, TAG } from '#lib/pki/asn1/der.ts'
import { octetString, sequence } from '#lib/pki/asn1/der-write.ts'
import type { Protection, RandomBytes } from './pkcs12.ts'

/**
 * Locks a PKCS#8 key under a password: EncryptedPrivateKeyInfo (RFC 5958 section 3), the content
 * of a PEM file that begins with BEGIN ENCRYPTED PRIVATE KEY.
 */
export async function sealPrivateKey(
  protection: Protection,
  privateKey: Uint8Array,
  password: string,
  randomBytes: RandomBytes,
): Promise<Uint8Array<ArrayBuffer>> {
  const { algorithm, octets } = await protection.seal(privateKey, password, randomBytes)
  return sequence(algorithm, octetString(octets))
}

/** Opens it again. Throws LatchkeyError('malformed_request') when it does not open with this password. */
export async function openPrivateKey(
  protection: Protection,
  sealed: Uint8Array,
  password: string,
): Promise<Uint8Array> {
  const [algorithm, octets] = childrenOf(parseDer(sealed), TAG.sequence)
  if (!algorithm) throw notOpened()
  try {
    return await protection.open(algorithm, contentOf(octets, TAG.octetString), password)
  } catch (cause) {
    // There is no MAC here: a wrong password shows as broken padding, or as octets that are no key.
    throw cause instanceof LatchkeyError ? cause : notOpened(cause)
  }
}

function notOpened(cause?: unknown): LatchkeyError {
  return new LatchkeyError('malformed_request', 'The key does not open with this password.', {
    cause,
  })
}
