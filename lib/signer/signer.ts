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
  /**
   * Takes a place before anything of an issuance is recorded, and gives what frees it. Throws
   * LatchkeyError('signer_unavailable') when more is under way than can be signed in time, or too much of it
   * for the same `who`.
   */
  readonly enter: (who: string) => () => void
  /** False while signatures fail one after the other. */
  readonly isUp: () => boolean
}
