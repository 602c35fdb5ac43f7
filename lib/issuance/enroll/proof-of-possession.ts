import { constants, verify } from 'node:crypto'
import { LatchkeyError } from '#lib/errors.ts'
import { publicKeyOf } from '#lib/issuance/public-key.ts'
import type { Csr } from '#lib/pki/csr/csr.ts'

/**
 * Checks the CSR's own signature (RFC 2986 section 4.2), which proves that the requester holds the
 * private key. The key has passed lib/pki/keys/keys.ts before, so OpenSSL is given allowed sizes and
 * named curves only. Throws LatchkeyError('bad_signature').
 */
export function verifyPossession(csr: Csr): void {
  const { hash, name } = csr.signatureAlgorithm
  let genuine = false
  try {
    const key = publicKeyOf(csr.key.spki)
    const padding = constants.RSA_PKCS1_PSS_PADDING
    genuine = verify(
      hash,
      csr.info,
      // An options object costs more than the whole verification of an RSA signature. A bare key means the
      // same: DER for ECDSA, PKCS #1 v1.5 for RSA.
      name === 'rsa-pss' ? { key, padding, saltLength: constants.RSA_PSS_SALTLEN_AUTO } : key,
      csr.signature,
    )
  } catch (cause) {
    // OpenSSL throws for keys and signatures that it cannot parse.
    throw unsigned(cause)
  }
  if (!genuine) throw unsigned(null)
}

function unsigned(cause: unknown): LatchkeyError {
  return new LatchkeyError(
    'bad_signature',
    'The request is not signed by the key that it contains.',
    { remedy: 'Make the request anew with the private key that belongs to it.', cause },
  )
}
