import { nullValue, oid, sequence } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'

/** Signature algorithms of issuers, OCSP responders and key ceremonies. */
export type SignatureAlgorithm =
  | 'ecdsa-sha256'
  | 'ecdsa-sha384'
  | 'ecdsa-sha512'
  | 'rsa-sha256'
  | 'rsa-sha384'

/**
 * AlgorithmIdentifier in DER. RFC 5758 section 3.2: for ECDSA the parameters are absent. RFC 4055 section 5:
 * for RSASSA-PKCS1-v1_5 they are NULL.
 */
export const SIGNATURE_ALGORITHMS = {
  'ecdsa-sha256': sequence(oid(OID.ecdsaWithSha256)),
  'ecdsa-sha384': sequence(oid(OID.ecdsaWithSha384)),
  'ecdsa-sha512': sequence(oid(OID.ecdsaWithSha512)),
  'rsa-sha256': sequence(oid(OID.sha256WithRsa), nullValue()),
  'rsa-sha384': sequence(oid(OID.sha384WithRsa), nullValue()),
} as const satisfies Record<SignatureAlgorithm, Uint8Array>
