import { LatchkeyError } from '#lib/errors.ts'
import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import { childrenOf, eachElement, parseDer, readOctetAlignedBits, TAG } from '#lib/pki/asn1/der.ts'
import { bitString, sequence } from '#lib/pki/asn1/der-write.ts'
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from '#lib/pki/keys/algorithm.ts'
import type { PublicKey } from '#lib/pki/keys/keys.ts'
import type { LintedTbs } from './linted.ts'
import { type Issuer, type Leaf, leafExtensions, subjectOf } from './profile.ts'
import { CERTIFICATE_LIMITS, ofType, readTbs, type Tbs, type Validity, writeTbs } from './tbs.ts'

/** Certificates, RFC 5280 section 4.1: building, assembling and strict reading. */

/**
 * Builds the TBSCertificate of a holder from the public key of the CSR, the names of the directory and
 * the profile. `serial` is hex. Times are cut to whole seconds; validity includes both (RFC 5280
 * section 4.1.2.5).
 */
export function buildTbs(
  issuer: Issuer,
  leaf: Leaf,
  key: PublicKey,
  serial: string,
  validity: Validity,
): Uint8Array<ArrayBuffer> {
  return writeTbs({
    serial,
    algorithm: issuer.algorithm,
    issuer: issuer.name,
    validity,
    subject: subjectOf(leaf),
    spki: key.spki,
    extensions: leafExtensions(issuer, leaf, key),
  })
}

/**
 * Assembles a certificate in DER from its linted TBSCertificate and the signature over it. Throws
 * LatchkeyError('internal') when the signer's algorithm is not the one inside the TBSCertificate:
 * RFC 5280 section 4.1.1.2 demands the same identifier in both places.
 */
export function assemble(
  linted: LintedTbs,
  algorithm: SignatureAlgorithm,
  signature: Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (linted.algorithm !== algorithm) {
    throw new LatchkeyError('internal', 'The signer has another algorithm than the issuer.')
  }
  return sequence(linted.tbs, SIGNATURE_ALGORITHMS[algorithm], bitString(signature))
}

/**
 * Says whether a certificate in DER is these linted octets, their algorithm, a signature of whole octets, and
 * nothing else. It need not be read again then: the linter read the same octets.
 */
export function isSignedTbs(der: Uint8Array, linted: LintedTbs): boolean {
  const [outer, ...moreOuter] = eachElement(der)
  if (outer?.tag !== TAG.sequence || moreOuter.length > 0) return false
  const [tbs, algorithm, signature, ...more] = eachElement(outer.value)
  return (
    more.length === 0 &&
    tbs !== undefined &&
    equalBytes(tbs.bytes, linted.tbs) &&
    algorithm !== undefined &&
    equalBytes(algorithm.bytes, SIGNATURE_ALGORITHMS[linted.algorithm]) &&
    signature?.tag === TAG.bitString &&
    signature.value[0] === 0
  )
}

/** A certificate with its parts as DER; `tbs` is what the signature covers. */
export type Certificate = Tbs & {
  readonly der: Uint8Array
  readonly tbs: Uint8Array
  readonly signature: Uint8Array
}

/**
 * Reads a certificate strictly: DER to the last octet, version 3, every extension at most once (RFC 5280
 * section 4.2), the same algorithm in both places (section 4.1.1.2). Checks no signature and no date.
 * Throws LatchkeyError('malformed_request').
 */
export function readCertificate(der: Uint8Array): Certificate {
  const [tbsNode, outer, signature, ...more] = childrenOf(
    parseDer(der, CERTIFICATE_LIMITS),
    TAG.sequence,
  )
  const tbs = ofType(tbsNode, TAG.sequence)
  const parts = readTbs(tbs)
  if (more.length > 0 || !outer || !equalBytes(outer.bytes, parts.algorithm)) {
    throw new LatchkeyError(
      'malformed_request',
      'This is not a certificate: one algorithm inside and out expected.',
    )
  }
  return { ...parts, der, tbs: tbs.bytes, signature: readOctetAlignedBits(signature) }
}
