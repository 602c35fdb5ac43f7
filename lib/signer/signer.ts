import type { SignatureAlgorithm } from '#lib/pki/keys/algorithm.ts'

/**
 * A private key that signs and never shows itself.
 *
 * `sign` takes the to-be-signed bytes and not their digest, because Node cannot sign a bare ECDSA
 * or RSA-PSS digest; a vault hashes them first and sends only the digest. It gives the signature
 * as it stands in a certificate (ECDSA: DER SEQUENCE of r and s). It throws
 * LatchkeyError('signer_unavailable') when the key cannot be reached.
 */
export type Signer = {
  readonly algorithm: SignatureAlgorithm
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  readonly sign: (tbs: Uint8Array) => Promise<Uint8Array>
}
