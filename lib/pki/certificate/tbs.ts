import { sha1 } from '@noble/hashes/legacy.js'
import { LatchkeyError } from '#lib/errors.ts'
import { fromHex, toHex } from '#lib/pki/asn1/bytes.ts'
import {
  childrenOf,
  type DerNode,
  parseDer,
  readOctetAlignedBits,
  readOid,
  TAG,
} from '#lib/pki/asn1/der.ts'
import {
  booleanTrue,
  context,
  integer,
  octetString,
  oid,
  sequence,
  time,
} from '#lib/pki/asn1/der-write.ts'
import { readTime } from '#lib/pki/asn1/time.ts'
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from '#lib/pki/keys/algorithm.ts'

/**
 * TBSCertificate, RFC 5280 section 4.1: the part of a certificate that is signed. One writer for all
 * certificates that we sign (holders, CAs, OCSP responders), one strict reader for all that we read.
 */

/** RFC 5280 section 4.1.2.5: both seconds belong to the validity. */
export type Validity = { readonly notBefore: Date; readonly notAfter: Date }

/** Limits of the reader. Higher than those for a CSR: certificates of other CAs have more extensions. */
export const CERTIFICATE_LIMITS = { bytesMax: 16_384, depthMax: 16, nodesMax: 2_000 }

export type TbsParts = {
  readonly serial: string
  readonly algorithm: SignatureAlgorithm
  /** DER Name, byte for byte the issuer's own subject (RFC 5280 section 4.1.2.6 (a): the same encoding). */
  readonly issuer: Uint8Array
  readonly validity: Validity
  readonly subject: Uint8Array
  readonly spki: Uint8Array
  /** Encoded Extension values in the order of the profile. */
  readonly extensions: readonly Uint8Array[]
}

// RFC 5280 section 4.1.2.1: version 3, encoded as 2, since our certificates have extensions.
const VERSION_3 = context(0, integer(2))

/** Writes a TBSCertificate in the order of RFC 5280 section 4.1, version 3, without unique identifiers. */
export function writeTbs(parts: TbsParts): Uint8Array<ArrayBuffer> {
  return sequence(
    VERSION_3,
    integer(fromHex(parts.serial)),
    SIGNATURE_ALGORITHMS[parts.algorithm],
    parts.issuer,
    sequence(time(parts.validity.notBefore), time(parts.validity.notAfter)),
    parts.subject,
    parts.spki,
    context(3, sequence(...parts.extensions)),
  )
}

/**
 * Writes one Extension, RFC 5280 section 4.1. `critical` is DEFAULT FALSE, so it is written only when true
 * (X.690 section 11.5). extnValue is an OCTET STRING around the DER of the value.
 */
export function extension(
  id: string,
  critical: 'critical' | 'not critical',
  value: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return critical === 'critical'
    ? sequence(oid(id), booleanTrue(), octetString(value))
    : sequence(oid(id), octetString(value))
}

/**
 * Gives a subject key identifier from a SubjectPublicKeyInfo. RFC 5280 section 4.2.1.2, method (1): SHA-1 of
 * the BIT STRING without tag, length and count of unused bits. SHA-1 is a name here and protects nothing.
 */
export function subjectKeyIdOf(spki: Uint8Array): Uint8Array {
  return sha1(readOctetAlignedBits(parseDer(spki).children[1]))
}

/** `value` is the content of extnValue, DER. */
export type Extension = {
  readonly id: string
  readonly critical: boolean
  readonly value: Uint8Array
}

export type Tbs = {
  /** Lower-case hex of even length. */
  readonly serial: string
  /** DER AlgorithmIdentifier. */
  readonly algorithm: Uint8Array
  readonly issuer: Uint8Array
  readonly validity: Validity
  readonly subject: Uint8Array
  readonly spki: Uint8Array
  readonly extensions: readonly Extension[]
}

/** Reads a version 3 TBSCertificate strictly. Throws LatchkeyError('malformed_request'). */
export function readTbs(tbs: DerNode): Tbs {
  const [version, serial, algorithm, issuer, validity, subject, spki, extensions, ...more] =
    childrenOf(tbs, TAG.sequence)
  // RFC 5280 section 4.1.2.1: [0] EXPLICIT INTEGER, where 2 stands for version 3.
  const [number] = childrenOf(version, 0xa0)
  if (version?.children.length !== 1 || number?.tag !== TAG.integer || number.value[0] !== 2) {
    throw malformed('version 3 expected')
  }
  const [notBefore, notAfter, ...moreTimes] = childrenOf(validity, TAG.sequence)
  if (moreTimes.length > 0) throw malformed('two times expected')
  // RFC 5280 section 4.1.2.8: conforming CAs do not write unique identifiers ([1] and [2]).
  if (more.length > 0) throw malformed('an element that does not belong there')
  return {
    serial: readSerial(serial),
    algorithm: ofType(algorithm, TAG.sequence).bytes,
    issuer: ofType(issuer, TAG.sequence).bytes,
    validity: { notBefore: readTime(notBefore), notAfter: readTime(notAfter) },
    subject: ofType(subject, TAG.sequence).bytes,
    spki: ofType(spki, TAG.sequence).bytes,
    extensions: readExtensions(extensions),
  }
}

/**
 * Reads Extensions under [3] of a certificate, [0] of a CRL or [1] of an OCSP response: at least one. RFC
 * 5280 section 4.2: no more than one instance of each. Throws LatchkeyError('malformed_request').
 */
export function readExtensions(tagged: DerNode | undefined, tag = 0xa3): readonly Extension[] {
  const [list, ...others] = childrenOf(tagged, tag)
  const found = childrenOf(list, TAG.sequence).map(readExtension)
  if (found.length === 0 || others.length > 0) throw malformed('a list of extensions expected')
  const seen = new Set<string>()
  for (const { id } of found) {
    if (seen.has(id)) throw malformed(`extension ${id} twice`)
    seen.add(id)
  }
  return found
}

/** Reads one Extension, RFC 5280 section 4.1. Throws LatchkeyError('malformed_request'). */
export function readExtension(node: DerNode): Extension {
  const [id, ...rest] = childrenOf(node, TAG.sequence)
  const critical = rest[0]?.tag === TAG.boolean
  // X.690 section 11.5: a component with its default value, here FALSE, is left out.
  if (critical && rest[0]?.value[0] === 0) throw malformed('an encoded DEFAULT')
  const value = ofType(critical ? rest[1] : rest[0], TAG.octetString)
  if (rest.length !== (critical ? 2 : 1)) throw malformed('an extension of three parts expected')
  return { id: readOid(id), critical, value: value.value }
}

/**
 * Gives a serial number in lower-case hex. RFC 5280 section 4.1.2.2: up to 20 octets, not negative. Zero
 * passes, which other CAs have used. Throws LatchkeyError('malformed_request').
 */
export function readSerial(node: DerNode | undefined): string {
  const { value } = ofType(node, TAG.integer)
  if ((value[0] ?? 0) >= 0x80) throw malformed('a negative serial number')
  if (value.length > 20) throw malformed('a serial number of more than 20 octets')
  return toHex(value[0] === 0 && value.length > 1 ? value.subarray(1) : value)
}

/** Gives the node if it has this tag. Throws LatchkeyError('malformed_request') for any other and for undefined. */
export function ofType(node: DerNode | undefined, tag: number): DerNode {
  if (node?.tag !== tag) throw malformed('an element of another type')
  return node
}

function malformed(what: string): LatchkeyError {
  return new LatchkeyError('malformed_request', `This is not a certificate: ${what}.`)
}
