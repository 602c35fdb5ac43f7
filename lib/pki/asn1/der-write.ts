import { LatchkeyError } from '#lib/errors.ts'
import { compareBytes, concat } from './bytes.ts'
import { TAG } from './der.ts'

/**
 * The writer of DER, X.690 sections 8, 10 and 11. Every function but header() gives one complete
 * element, tag and length included, in its only canonical form. The reader is der.ts.
 */

/**
 * Gives identifier and length octets for content of `length` octets, below 2^32. X.690 section 10.1:
 * the definite form, in as few octets as the length needs.
 */
export function header(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length)
  if (length < 0x100) return Uint8Array.of(tag, 0x81, length)
  if (length < 0x10000) return Uint8Array.of(tag, 0x82, length >> 8, length & 0xff)
  if (length < 0x1000000) {
    return Uint8Array.of(tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff)
  }
  const low = length % 0x1000000
  return Uint8Array.of(
    tag,
    0x84,
    Math.floor(length / 0x1000000),
    low >> 16,
    (low >> 8) & 0xff,
    low & 0xff,
  )
}

/** Writes one element of any single-octet tag around its content. */
export function tlv(tag: number, ...content: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const part of content) length += part.length
  if (length >= 0x80) return concat(header(tag, length), ...content)
  const bytes = new Uint8Array(2 + length)
  bytes[0] = tag
  bytes[1] = length
  let at = 2
  for (const part of content) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** SEQUENCE or SEQUENCE OF, X.690 sections 8.9 and 8.10: members in the given order. */
export function sequence(...content: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return tlv(TAG.sequence, ...content)
}

/** SET OF. X.690 section 11.6: the members are in ascending order of their encodings, so they are sorted here. */
export function setOf(...members: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return tlv(TAG.set, ...[...members].sort(compareBytes))
}

/** Context-specific constructed tag [n], X.690 section 8.14: EXPLICIT, or IMPLICIT of a constructed type. */
export function context(n: number, ...content: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return tlv(0xa0 | n, ...content)
}

/** Context-specific primitive tag [n]: IMPLICIT of a primitive type. */
export function contextPrimitive(n: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  return tlv(0x80 | n, content)
}

/** OCTET STRING, X.690 section 8.7; in DER always primitive (section 10.2). */
export function octetString(content: Uint8Array): Uint8Array<ArrayBuffer> {
  return tlv(TAG.octetString, content)
}

/** BIT STRING of whole octets, as keys and signatures are. X.690 section 8.6.2.2: 0 is the count of unused bits. */
export function bitString(content: Uint8Array): Uint8Array<ArrayBuffer> {
  return tlv(TAG.bitString, Uint8Array.of(0), content)
}

/**
 * BIT STRING of a named bit list, such as KeyUsage, from the numbers of the bits that are set. X.690
 * section 11.2.2: trailing zero bits are removed; with no bit set there is no octet of value at all.
 */
export function namedBits(flags: readonly number[]): Uint8Array<ArrayBuffer> {
  const last = Math.max(-1, ...flags)
  const octets = new Uint8Array(Math.floor(last / 8) + 1)
  for (const flag of flags) {
    const at = flag >> 3
    octets[at] = (octets[at] ?? 0) | (0x80 >> (flag & 7))
  }
  const unused = last < 0 ? 0 : 7 - (last & 7)
  return tlv(TAG.bitString, Uint8Array.of(unused), octets)
}

/** BOOLEAN TRUE. X.690 section 11.1: FF and nothing else. FALSE is a DEFAULT wherever we write one, so absent. */
export function booleanTrue(): Uint8Array<ArrayBuffer> {
  return tlv(TAG.boolean, Uint8Array.of(0xff))
}

/** NULL, X.690 section 8.8: no content. */
export function nullValue(): Uint8Array<ArrayBuffer> {
  return tlv(TAG.null)
}

/**
 * INTEGER from a magnitude (unsigned, big-endian) or a non-negative safe number. X.690 section 8.3.2:
 * no superfluous leading octet; a zero octet stands before a magnitude whose high bit is set.
 */
export function integer(value: Uint8Array | number): Uint8Array<ArrayBuffer> {
  const magnitude = typeof value === 'number' ? numberToBytes(value) : value
  let start = 0
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++
  const trimmed = magnitude.subarray(start)
  if (trimmed.length === 0) return tlv(TAG.integer, Uint8Array.of(0))
  return (trimmed[0] ?? 0) >= 0x80
    ? tlv(TAG.integer, Uint8Array.of(0), trimmed)
    : tlv(TAG.integer, trimmed)
}

/** ENUMERATED of a value from 0 to 127, encoded as the INTEGER would be (X.690 section 8.4). */
export function enumerated(value: number): Uint8Array<ArrayBuffer> {
  return tlv(TAG.enumerated, Uint8Array.of(value))
}

const oidCache = new Map<string, Uint8Array<ArrayBuffer>>()

/**
 * OBJECT IDENTIFIER from dotted form, X.690 section 8.19: the first two arcs in one subidentifier, seven
 * bits an octet. Encodings are cached, since the same few dozen are written over and over.
 */
export function oid(dotted: string): Uint8Array<ArrayBuffer> {
  const known = oidCache.get(dotted)
  if (known) return known
  const [root = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt)
  const octets: number[] = []
  for (const arc of [root * 40n + second, ...rest]) {
    const group = [Number(arc & 0x7fn)]
    for (let left = arc >> 7n; left > 0n; left >>= 7n) group.unshift(Number(left & 0x7fn) | 0x80)
    octets.push(...group)
  }
  const encoded = tlv(TAG.oid, Uint8Array.from(octets))
  if (oidCache.size < 256) oidCache.set(dotted, encoded)
  return encoded
}

const encoder = new TextEncoder()

/** UTF8String of a well-formed text. */
export function utf8String(text: string): Uint8Array<ArrayBuffer> {
  return tlv(TAG.utf8String, encoder.encode(text))
}

/**
 * IA5String, or an IMPLICIT one under `tag`, as URI and DNS name in GeneralName (RFC 5280 section
 * 4.2.1.6) are. Throws LatchkeyError('malformed_request') for anything but visible ASCII: a writer that
 * kept the low octet of each character would turn a look-alike into somebody else's name.
 */
export function ia5String(text: string, tag: number = TAG.ia5String): Uint8Array<ArrayBuffer> {
  const octets = encoder.encode(text)
  for (const octet of octets) {
    if (octet < 0x21 || octet > 0x7e)
      throw new LatchkeyError('malformed_request', 'This text is not visible ASCII.')
  }
  return tlv(tag, octets)
}

/** BMPString: two octets for each UTF-16 unit, big-endian. */
export function bmpString(text: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(text.length * 2)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    octets[2 * i] = unit >> 8
    octets[2 * i + 1] = unit & 0xff
  }
  return tlv(TAG.bmpString, octets)
}

/**
 * Time of a certificate or CRL. RFC 5280 sections 4.1.2.5 and 5.1.2.4: dates through 2049 are UTCTime,
 * from 2050 GeneralizedTime; in Zulu, with seconds, without fractions. Milliseconds are cut off.
 */
export function time(at: Date): Uint8Array<ArrayBuffer> {
  const digits = timeDigits(at)
  return at.getUTCFullYear() < 2050
    ? tlv(TAG.utcTime, digits.subarray(2))
    : tlv(TAG.generalizedTime, digits)
}

/**
 * GeneralizedTime, the only time type of OCSP (RFC 6960 section 4.2.1), formed as RFC 5280 section
 * 4.1.2.5.2 demands: in Zulu, with seconds, without fractions.
 */
export function generalizedTime(at: Date): Uint8Array<ArrayBuffer> {
  return tlv(TAG.generalizedTime, timeDigits(at))
}

/** YYYYMMDDHHMMSSZ in ASCII. Built without strings: a CRL has one for each entry. */
function timeDigits(at: Date): Uint8Array {
  const year = at.getUTCFullYear()
  const pairs = [
    Math.floor(year / 100),
    year % 100,
    at.getUTCMonth() + 1,
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
  ]
  const digits = new Uint8Array(15)
  let index = 0
  for (const pair of pairs) {
    digits[index++] = ZERO + Math.floor(pair / 10)
    digits[index++] = ZERO + (pair % 10)
  }
  digits[14] = ZULU
  return digits
}

const ZERO = 0x30
const ZULU = 0x5a

function numberToBytes(value: number): Uint8Array {
  const octets: number[] = []
  for (let left = value; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256)
  return Uint8Array.from(octets)
}
