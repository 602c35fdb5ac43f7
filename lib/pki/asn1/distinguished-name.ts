import { LatchkeyError } from '#lib/errors.ts'
import { type DerNode, parseDer, readOid, TAG } from './der.ts'
import { oid, sequence, setOf, utf8String } from './der-write.ts'
import { OID } from './oid.ts'

/**
 * Distinguished names. RFC 5280 section 4.1.2.4: conforming CAs write PrintableString or UTF8String. We
 * write UTF8String only and read every string type, since CAs of others may be older than that rule.
 */

/** ub-common-name, RFC 5280 appendix A.1, in characters. */
export const COMMON_NAME_MAX = 64

/** Attributes that our own names have: CAs have both, holders a common name only. */
export type NameAttribute = readonly [type: 'commonName' | 'organizationName', value: string]

/**
 * Writes a Name with one attribute per RDN, in the given order. Throws LatchkeyError('internal') for a
 * value that is empty, has lone surrogates, or is longer than the 64 characters of ub-common-name and
 * ub-organization-name (RFC 5280 appendix A.1).
 */
export function writeName(attributes: readonly NameAttribute[]): Uint8Array<ArrayBuffer> {
  const rdns = attributes.map(([type, value]) => {
    if (value === '' || isTooLong(value) || !value.isWellFormed()) {
      throw new LatchkeyError('internal', `A ${type} has 1 to ${COMMON_NAME_MAX} characters.`)
    }
    return setOf(sequence(oid(OID[type]), utf8String(value)))
  })
  return sequence(...rdns)
}

/**
 * Gives a common name as it can stand in a certificate. One of more than 64 characters (RFC 5280
 * appendix A.1, ub-common-name) is cut between two graphemes (Unicode TR 29) and ends in "…", so
 * that what is left can never be taken for somebody's user principal name or a device id. Control
 * characters and those that turn the direction of text become spaces: names are printed in logs.
 */
export function fitCommonName(text: string): string {
  if (SHORT_ASCII.test(text)) return text
  const clean = [...text.toWellFormed()].map((one) => (isUnprintable(one) ? ' ' : one))
  const name = clean.join('').trim()
  if (!isTooLong(name)) return name
  return `${cutToFit(name, COMMON_NAME_MAX - 1).trimEnd()}…`
}

/** Most names: nothing to clean and nothing to cut. */
const SHORT_ASCII = /^[!-~](?:[ -~]{0,62}[!-~])?$/

function isTooLong(text: string): boolean {
  return text.length > COMMON_NAME_MAX && [...text].length > COMMON_NAME_MAX
}

/** Gives as many leading graphemes as have at most `charactersMax` code points. A longer first one is cut inside. */
function cutToFit(text: string, charactersMax: number): string {
  const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })
  let kept = ''
  let left = charactersMax
  for (const { segment } of graphemes.segment(text)) {
    left -= [...segment].length
    if (left < 0) break
    kept += segment
  }
  return kept === '' ? [...text].slice(0, charactersMax).join('') : kept
}

/**
 * Says whether a character is a control (C0, DEL, C1) or an embedding, override or isolate of the
 * bidirectional algorithm (Unicode UAX 9), which would reorder the text around a name.
 */
export function isUnprintable(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  return (
    code < 0x20 ||
    (code >= 0x7f && code <= 0x9f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  )
}

/**
 * Gives the last common name of a Name in DER, or else the value of its last attribute. For display
 * only: issuer and subject are compared as DER, never by this text. Throws
 * LatchkeyError('malformed_request') when the octets are no DER.
 */
export function displayNameOf(name: Uint8Array): string {
  const attributes = parseDer(name).children.flatMap((rdn) => rdn.children)
  const named = attributes.filter((one) => readOid(one.children[0]) === OID.commonName)
  const shown = named.at(-1) ?? attributes.at(-1)
  return shown ? decodeText(shown.children[1]) : ''
}

const utf8 = new TextDecoder()

/** Decodes a DirectoryString or IA5String of a certificate that somebody else made. */
function decodeText(node: DerNode | undefined): string {
  if (!node) return ''
  switch (node.tag) {
    case TAG.utf8String:
      return utf8.decode(node.value)
    case TAG.bmpString:
      return decodeUnits(node.value, 2)
    case TAG.universalString:
      return decodeUnits(node.value, 4)
    default:
      // PrintableString and IA5String are ASCII. T61String is read as Latin-1, as CAs use it in practice.
      return decodeUnits(node.value, 1)
  }
}

/** Decodes octets as big-endian code units of 1 (Latin-1), 2 (UTF-16) or 4 octets (UTF-32). */
function decodeUnits(octets: Uint8Array, width: 1 | 2 | 4): string {
  let text = ''
  for (let at = 0; at + width <= octets.length; at += width) {
    let unit = 0
    for (let i = 0; i < width; i++) unit = unit * 256 + (octets[at + i] ?? 0)
    text +=
      unit < 0x10000 ? String.fromCharCode(unit) : String.fromCodePoint(Math.min(unit, 0x10ffff))
  }
  return text
}
