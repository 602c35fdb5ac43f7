import { LatchkeyError } from '#lib/errors.ts'
import { childrenOf, contentOf, parseDer, TAG } from '#lib/pki/asn1/der.ts'
import { octetString, sequence } from '#lib/pki/asn1/der-write.ts'
import type { Protection, RandomBytes } from './pkcs12.ts'

/**
 * Encrypts a PKCS#8 key under a password. Gives an EncryptedPrivateKeyInfo in DER (RFC 5958 section 3),
 * which PEM labels ENCRYPTED PRIVATE KEY (RFC 7468 section 11).
 */
export async function sealPrivateKey(
  protection: Protection,
  privateKey: Uint8Array,
  password: string,
  randomBytes: RandomBytes,
): Promise<Uint8Array<ArrayBuffer>> {
  const seal = await protection.prepareSeal(password, randomBytes)
  const { algorithm, octets } = await seal(privateKey)
  return sequence(algorithm, octetString(octets))
}

/**
 * Decrypts an EncryptedPrivateKeyInfo to PKCS#8. Throws LatchkeyError('malformed_request') when it is
 * encrypted otherwise or the password is another one.
 */
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
    // EncryptedPrivateKeyInfo has no MAC: a wrong password shows as broken padding, and one time in some
    // 256 as octets that are no key.
    throw cause instanceof LatchkeyError ? cause : notOpened(cause)
  }
}

function notOpened(cause?: unknown): LatchkeyError {
  return new LatchkeyError('malformed_request', 'The key does not open with this password.', {
    cause,
  })
}
