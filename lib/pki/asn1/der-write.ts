import { LatchkeyError } from '#lib/errors.ts'
import { compareBytes, concat } from './bytes.ts'
import { TAG } from './der.ts'

/** DER, X.690: the writer. Every function gives one complete element in canonical form. */

/** Tag and definite minimal length for `length` content octets. */
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

/** One element of any tag. */
export function tlv(tag: number, ...content: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const part of content) length += part.length
  return concat(header(tag, length), ...content)
}

export function sequence(...content: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return tlv(TAG.sequence, ...content)
}

/** SET OF: sorts its members, as X.690 section 11.6 asks. */
export function setOf(...members: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return tlv(TAG.set, ...[...members].sort(compareBytes))
}

/** Context-specific constructed tag [n]: EXPLICIT, or IMPLICIT of a constructed type. */
export function context(n: number, ...content: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return tlv(0xa0 | n, ...content)
}

/** Context-specific primitive tag [n]: IMPLICIT of a primitive type. */
export function contextPrimitive(n: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  return tlv(0x80 | n, content)
}

export function octetString(content: Uint8Array): Uint8Array<ArrayBuffer> {
  return tlv(TAG.octetString, content)
}

/** BIT STRING of whole octets. */
export function bitString(content: Uint8Array): Uint8Array<ArrayBuffer> {
  return tlv(TAG.bitString, Uint8Array.of(0), content)
}

/** BIT STRING of named flags: trailing zero bits are left out (X.690 section 11.2.2). */
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

export function booleanTrue(): Uint8Array<ArrayBuffer> {
  return tlv(TAG.boolean, Uint8Array.of(0xff))
}

export function nullValue(): Uint8Array<ArrayBuffer> {
  return tlv(TAG.null)
}

/** INTEGER from a magnitude (unsigned, big-endian) or a non-negative safe number. */
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

export function enumerated(value: number): Uint8Array<ArrayBuffer> {
  return tlv(TAG.enumerated, Uint8Array.of(value))
}

const oidCache = new Map<string, Uint8Array<ArrayBuffer>>()

/** OID from dotted form. The known ones are encoded once. */
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

export function utf8String(text: string): Uint8Array<ArrayBuffer> {
  return tlv(TAG.utf8String, encoder.encode(text))
}

/** IA5String. Throws when the text is not printable ASCII, so that no octet is silently cut. */
export function ia5String(text: string, tag: number = TAG.ia5String): Uint8Array<ArrayBuffer> {
  const octets = encoder.encode(text)
  for (const octet of octets) {
    if (octet < 0x21 || octet > 0x7e)
      throw new LatchkeyError('malformed_request', 'This text is not visible ASCII.')
  }
  return tlv(tag, octets)
}

/** BMPString, UTF-16 big-endian. */
export function bmpString(text: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(text.length * 2)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    octets[2 * i] = unit >> 8
    octets[2 * i + 1] = unit & 0xff
  }
  return tlv(TAG.bmpString, octets)
}

/** Time, RFC 5280 section 4.1.2.5: UTCTime until 2049, GeneralizedTime after; whole seconds. */
export function time(at: Date): Uint8Array<ArrayBuffer> {
  const digits = timeDigits(at)
  return at.getUTCFullYear() < 2050
    ? tlv(TAG.utcTime, digits.subarray(2))
    : tlv(TAG.generalizedTime, digits)
}

/** GeneralizedTime without fractions, as RFC 6960 responses need it. */
export function generalizedTime(at: Date): Uint8Array<ArrayBuffer> {
  return tlv(TAG.generalizedTime, timeDigits(at))
}

/** YYYYMMDDHHMMSSZ in ASCII: every entry of a CRL has one. */
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
  for (const [index, pair] of pairs.entries()) {
    digits[2 * index] = ZERO + Math.floor(pair / 10)
    digits[2 * index + 1] = ZERO + (pair % 10)
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
