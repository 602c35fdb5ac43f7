import { LatchkeyError } from '#lib/errors.ts'
import {
  childrenOf,
  type DerNode,
  parseDer,
  readOid,
  readSmallInteger,
  TAG,
} from '#lib/pki/asn1/der.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { ofType } from './tbs.ts'

/**
 * Readers of extension values, RFC 5280 section 4.2. Each takes the content of extnValue, accepts DER
 * only, and throws LatchkeyError('malformed_request'). They share no code with the writer, so that the
 * linter sees a mistake of the writer.
 */

/** RFC 5280 section 4.2.1.9; `pathLength` is null for no limit. */
export type BasicConstraints = { readonly ca: boolean; readonly pathLength: number | null }

/** BasicConstraints. RFC 5280 section 4.2.1.9: a path length is allowed for a CA only. */
export function readBasicConstraints(value: Uint8Array): BasicConstraints {
  const parts = childrenOf(parseDer(value), TAG.sequence)
  const ca = parts[0]?.tag === TAG.boolean
  if (ca && parts[0]?.value[0] === 0) throw malformed('an encoded DEFAULT')
  const rest = ca ? parts.slice(1) : parts
  if (rest.length > 1 || (rest.length === 1 && !ca)) throw malformed('basic constraints')
  return { ca, pathLength: rest[0] ? readSmallInteger(rest[0]) : null }
}

/**
 * KeyUsage, RFC 5280 section 4.2.1.3: gives the numbers of the bits that are set (digitalSignature is 0,
 * keyCertSign 5, cRLSign 6). At least one must be.
 */
export function readKeyUsage(value: Uint8Array): readonly number[] {
  const content = ofType(parseDer(value), TAG.bitString).value
  const [unused = 0, ...octets] = content
  const bits: number[] = []
  octets.forEach((octet, at) => {
    for (let bit = 0; bit < 8; bit++) if (octet & (0x80 >> bit)) bits.push(8 * at + bit)
  })
  // X.690 section 11.2.2: trailing zero bits are removed, so the last bit that is encoded is set.
  if (octets.length === 0 || bits.at(-1) !== 8 * octets.length - unused - 1) {
    throw malformed('key usage with trailing zero bits')
  }
  return bits
}

/** ExtKeyUsageSyntax, RFC 5280 section 4.2.1.12: gives the OIDs in their order, at least one. */
export function readExtendedKeyUsage(value: Uint8Array): readonly string[] {
  return nonEmpty(childrenOf(parseDer(value), TAG.sequence)).map(readOid)
}

/** SubjectKeyIdentifier, RFC 5280 section 4.2.1.2. */
export function readSubjectKeyId(value: Uint8Array): Uint8Array {
  return ofType(parseDer(value), TAG.octetString).value
}

/** AuthorityKeyIdentifier, RFC 5280 section 4.2.1.1: gives keyIdentifier, or null where it is left out. */
export function readAuthorityKeyId(value: Uint8Array): Uint8Array | null {
  const first = childrenOf(parseDer(value), TAG.sequence)[0]
  return first?.tag === 0x80 ? first.value : null
}

/**
 * One name of subjectAltName: dNSName, uniformResourceIdentifier or a user principal name. `other` is
 * any other type, with its OID as value where it is an otherName, so that no name is overlooked.
 */
export type AltName = { readonly kind: 'dns' | 'uri' | 'upn' | 'other'; readonly value: string }

/** SubjectAltName, RFC 5280 section 4.2.1.6: gives all names in their order, at least one. */
export function readAltNames(value: Uint8Array): readonly AltName[] {
  return nonEmpty(childrenOf(parseDer(value), TAG.sequence)).map(readAltName)
}

/** AuthorityInfoAccessSyntax, RFC 5280 section 4.2.2.1: gives each method's OID with its URI, in their order. */
export function readInfoAccess(value: Uint8Array): readonly (readonly [string, string])[] {
  return nonEmpty(childrenOf(parseDer(value), TAG.sequence)).map((node) => {
    const [method, location, ...more] = childrenOf(node, TAG.sequence)
    if (more.length > 0) throw malformed('an access description')
    return [readOid(method), readUri(location)] as const
  })
}

/**
 * CRLDistributionPoints, RFC 5280 section 4.2.1.13: gives the URIs of the full names, in their order. Points
 * with reasons or cRLIssuer are refused.
 */
export function readDistributionPoints(value: Uint8Array): readonly string[] {
  return nonEmpty(childrenOf(parseDer(value), TAG.sequence)).flatMap((point) => {
    const [name, ...more] = childrenOf(point, TAG.sequence)
    if (more.length > 0) throw malformed('a distribution point by its name alone expected')
    return nonEmpty(childrenOf(childrenOf(name, 0xa0)[0], 0xa0)).map(readUri)
  })
}

/** IA5String under the IMPLICIT `tag`, of at least one character, all of them visible ASCII. */
function readAscii(node: DerNode | undefined, tag: number): string {
  const { value } = ofType(node, tag)
  let text = ''
  for (const octet of value) {
    if (octet < 0x21 || octet > 0x7e) throw malformed('a name that is not visible ASCII')
    text += String.fromCharCode(octet)
  }
  if (text === '') throw malformed('an empty name')
  return text
}

/** uniformResourceIdentifier of GeneralName, [6] IMPLICIT IA5String (RFC 5280 section 4.2.1.6). */
export function readUri(node: DerNode | undefined): string {
  return readAscii(node, 0x86)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text of a UTF8String; octets that are not UTF-8 (RFC 3629 section 3) are refused. */
export function readUtf8(node: DerNode | undefined): string {
  const { value } = ofType(node, TAG.utf8String)
  try {
    return utf8.decode(value)
  } catch {
    throw malformed('a text that is not UTF-8')
  }
}

function readAltName(node: DerNode): AltName {
  switch (node.tag) {
    case 0x82:
      return { kind: 'dns', value: readAscii(node, 0x82) }
    case 0x86:
      return { kind: 'uri', value: readUri(node) }
    case 0xa0: {
      const [type, wrapped, ...more] = node.children
      const [text, ...others] = childrenOf(wrapped, 0xa0)
      if (readOid(type) !== OID.userPrincipalName) return { kind: 'other', value: readOid(type) }
      if (more.length + others.length > 0) throw malformed('a user principal name')
      return { kind: 'upn', value: readUtf8(text) }
    }
    default:
      return { kind: 'other', value: '' }
  }
}

function nonEmpty<T>(list: readonly T[]): readonly T[] {
  if (list.length === 0) throw malformed('an empty list')
  return list
}

function malformed(what: string): LatchkeyError {
  return new LatchkeyError('malformed_request', `This is not DER of RFC 5280: ${what}.`)
}
