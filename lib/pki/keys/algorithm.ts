import { nullValue, oid, sequence } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'

/** Signature algorithms that an issuer, a responder or a ceremony may sign with. */
export type SignatureAlgorithm =
  | 'ecdsa-sha256'
  | 'ecdsa-sha384'
  | 'ecdsa-sha512'
  | 'rsa-sha256'
  | 'rsa-sha384'

/** AlgorithmIdentifier, RFC 5758 section 3.2 (ECDSA: no parameters) and RFC 4055 section 5 (RSA: NULL). */
export const SIGNATURE_ALGORITHMS = {
  'ecdsa-sha256': sequence(oid(OID.ecdsaWithSha256)),
  'ecdsa-sha384': sequence(oid(OID.ecdsaWithSha384)),
  'ecdsa-sha512': sequence(oid(OID.ecdsaWithSha512)),
  'rsa-sha256': sequence(oid(OID.sha256WithRsa), nullValue()),
  'rsa-sha384': sequence(oid(OID.sha384WithRsa), nullValue()),
} as const satisfies Record<SignatureAlgorithm, Uint8Array>
