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
 * Readers of extension values, RFC 5280 section 4.2. Each takes the content of extnValue, is
 * strict, and throws LatchkeyError('malformed_request'). They share nothing with the writer, so
 * that a mistake there is seen here.
 */

export type BasicConstraints = { readonly ca: boolean; readonly pathLength: number | null }

export function readBasicConstraints(value: Uint8Array): BasicConstraints {
  const parts = childrenOf(parseDer(value), TAG.sequence)
  const ca = parts[0]?.tag === TAG.boolean
  if (ca && parts[0]?.value[0] === 0) throw malformed('an encoded DEFAULT')
  const rest = ca ? parts.slice(1) : parts
  if (rest.length > 1 || (rest.length === 1 && !ca)) throw malformed('basic constraints')
  return { ca, pathLength: rest[0] ? readSmallInteger(rest[0]) : null }
}

/** Numbers of the bits that are set: digitalSignature is 0, keyCertSign 5, cRLSign 6. */
export function readKeyUsage(value: Uint8Array): readonly number[] {
  const content = ofType(parseDer(value), TAG.bitString).value
  const [unused = 0, ...octets] = content
  const bits: number[] = []
  octets.forEach((octet, at) => {
    for (let bit = 0; bit < 8; bit++) if (octet & (0x80 >> bit)) bits.push(8 * at + bit)
  })
  // X.690 section 11.2.2: the last bit that is written is set.
  if (octets.length === 0 || bits.at(-1) !== 8 * octets.length - unused - 1) {
    throw malformed('key usage with trailing zero bits')
  }
  return bits
}

/** OIDs in their order, at least one. */
export function readExtendedKeyUsage(value: Uint8Array): readonly string[] {
  return nonEmpty(childrenOf(parseDer(value), TAG.sequence)).map(readOid)
}

export function readSubjectKeyId(value: Uint8Array): Uint8Array {
  return ofType(parseDer(value), TAG.octetString).value
}

/** Gives keyIdentifier, or null where only issuer and serial stand. */
export function readAuthorityKeyId(value: Uint8Array): Uint8Array | null {
  const first = childrenOf(parseDer(value), TAG.sequence)[0]
  return first?.tag === 0x80 ? first.value : null
}

/** Names in their order with their tag in lower case of RFC 5280; unknown kinds are kept as `other`. */
export type AltName = { readonly kind: 'dns' | 'uri' | 'upn' | 'other'; readonly value: string }

export function readAltNames(value: Uint8Array): readonly AltName[] {
  return nonEmpty(childrenOf(parseDer(value), TAG.sequence)).map(readAltName)
}

/** Access method and location, in their order. */
export function readInfoAccess(value: Uint8Array): readonly (readonly [string, string])[] {
  return nonEmpty(childrenOf(parseDer(value), TAG.sequence)).map((node) => {
    const [method, location, ...more] = childrenOf(node, TAG.sequence)
    if (more.length > 0) throw malformed('an access description')
    return [readOid(method), readUri(location)] as const
  })
}

/** URIs of the distribution points' full names, in their order. */
export function readDistributionPoints(value: Uint8Array): readonly string[] {
  return nonEmpty(childrenOf(parseDer(value), TAG.sequence)).flatMap((point) => {
    const [name, ...more] = childrenOf(point, TAG.sequence)
    if (more.length > 0) throw malformed('a distribution point by its name alone expected')
    return nonEmpty(childrenOf(childrenOf(name, 0xa0)[0], 0xa0)).map(readUri)
  })
}

/** Visible ASCII of an IA5String under `tag`. */
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

export function readUri(node: DerNode | undefined): string {
  return readAscii(node, 0x86)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text of a UTF8String; overlong forms, surrogates and the like are refused. */
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
