import type { SignatureAlgorithm } from '#lib/pki/keys/algorithm.ts'

/**
 * A private key that signs and cannot be read.
 *
 * `sign` takes the bytes to be signed and not their digest, because Node cannot sign an ECDSA or RSA-PSS
 * digest; a vault hashes them first and sends only the digest. It gives the signature as it is in a
 * certificate (ECDSA: DER SEQUENCE of r and s). It throws LatchkeyError('signer_unavailable') when the key
 * cannot be reached.
 */
export type Signer = {
  readonly algorithm: SignatureAlgorithm
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  readonly sign: (tbs: Uint8Array) => Promise<Uint8Array>
}
