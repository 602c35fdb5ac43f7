import { LatchkeyError } from '#lib/errors.ts'

/** Base64, RFC 4648, in canonical form only. No regular expression, so the time is linear. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

const VALUES = new Map([...ALPHABET].map((sign, value) => [sign.charCodeAt(0), value]))

/** Base64 on one line, with padding. */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    text += sign(group >> 18) + sign(group >> 12)
    text += left > 1 ? sign(group >> 6) : '='
    text += left > 2 ? sign(group) : '='
  }
  return text
}

/** Columns of a line in PEM (RFC 7468 section 2), and the most that every version of OpenSSL reads. */
const COLUMNS = 64

/**
 * Base64 in lines of 64 columns with a line feed between two of them and none at the end. OpenSSL's
 * decoder reads nothing from a text of which no line has an end.
 */
export function toBase64Lines(bytes: Uint8Array): string {
  const base64 = toBase64(bytes)
  const lines: string[] = []
  for (let at = 0; at < base64.length; at += COLUMNS) lines.push(base64.slice(at, at + COLUMNS))
  return lines.join('\n')
}

/** Base64url without padding (RFC 4648 section 5), as JOSE has it. */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * Decodes ASCII octets of base64. Spaces, tabs and line ends between the characters are skipped; all
 * else that is not canonical is refused: the URL alphabet, missing padding, bits left over.
 * Throws LatchkeyError('malformed_request').
 */
export function fromBase64(text: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4))
  let length = 0
  let characters = 0
  let padding = 0
  let group = 0
  for (const octet of text) {
    if (isSpace(octet)) continue
    const value = octet === PADDING ? 0 : VALUES.get(octet)
    if (value === undefined) throw malformed(describe(octet))
    if (octet === PADDING) padding++
    else if (padding > 0) throw malformed('there is something after the padding')
    group = ((group << 6) | value) & 0xffffff
    if (++characters % 4 !== 0) continue
    bytes[length++] = group >> 16
    bytes[length++] = (group >> 8) & 0xff
    bytes[length++] = group & 0xff
  }
  if (characters % 4 !== 0) throw malformed('its end or its padding is missing')
  if (padding > 2) throw malformed('it has too much padding')
  // RFC 4648 section 3.5: the bits that padding leaves over are zero, or two texts are one value.
  const unused = group & (padding === 2 ? 0xffff : padding === 1 ? 0xff : 0)
  if (unused !== 0) throw malformed('its last sign has bits left over')
  return bytes.slice(0, length - padding)
}

const PADDING = 0x3d

/** Space, tab, line feed, carriage return. */
export function isSpace(octet: number | undefined): boolean {
  return octet === 0x20 || octet === 0x09 || octet === 0x0a || octet === 0x0d
}

function sign(value: number): string {
  return ALPHABET.charAt(value & 0x3f)
}

function describe(octet: number): string {
  if (octet === 0x2d || octet === 0x5f) {
    return 'it has a sign of the URL alphabet or a dash inside'
  }
  return 'it has a sign that does not belong there'
}

function malformed(what: string): LatchkeyError {
  return new LatchkeyError('malformed_request', `This is not base64: ${what}.`)
}
