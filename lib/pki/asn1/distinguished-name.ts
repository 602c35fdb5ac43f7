import { LatchkeyError } from '#lib/errors.ts'
import { type DerNode, parseDer, readOid, TAG } from './der.ts'
import { oid, sequence, setOf, utf8String } from './der-write.ts'
import { OID } from './oid.ts'

/** Distinguished names, RFC 5280 section 4.1.2.4: we write UTF8String only and read every string type. */

/** ub-common-name, RFC 5280 appendix A.1, in characters. */
export const COMMON_NAME_MAX = 64

export type NameAttribute = readonly [type: 'commonName' | 'organizationName', value: string]

/** Writes a Name with one attribute per RDN, in the given order. Throws when a value is empty or too long. */
export function writeName(attributes: readonly NameAttribute[]): Uint8Array<ArrayBuffer> {
  const rdns = attributes.map(([type, value]) => {
    if (value === '' || [...value].length > COMMON_NAME_MAX || !value.isWellFormed()) {
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
  const clean = [...text.toWellFormed()].map((one) => (isUnprintable(one) ? ' ' : one))
  const name = clean.join('').trim()
  if ([...name].length <= COMMON_NAME_MAX) return name
  return `${cutToFit(name, COMMON_NAME_MAX - 1).trimEnd()}…`
}

/** The first graphemes that together have at most so many characters; a longer one is cut itself. */
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

/** C0, DEL, C1, and the embeddings, overrides and isolates of Unicode's bidirectional algorithm. */
export function isUnprintable(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  return (
    code < 0x20 ||
    (code >= 0x7f && code <= 0x9f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  )
}

/** Gives the last common name of a Name in DER, or else its last attribute; for people, never to compare. */
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
      // PrintableString and IA5String are ASCII; T61String is Latin-1 in every CA that still uses it.
      return decodeUnits(node.value, 1)
  }
}

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
