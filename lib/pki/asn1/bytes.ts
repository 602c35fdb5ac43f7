import { LatchkeyError } from '#lib/errors.ts'

/** Helpers for byte strings: join, compare, hex. */

/** Gives a new byte string of all parts in their order. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const part of parts) length += part.length
  const joined = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/**
 * Compares octet by octet as unsigned numbers; a prefix sorts before the longer string. Gives a
 * number for sort(): the order of SET OF in DER (X.690 section 11.6). Not constant in time.
 */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Says whether two byte strings are equal. The time depends on the content: not for secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0
}

/** Gives lower-case hex, two digits for each octet. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const octet of bytes) text += HEX_BYTES[octet]
  return text
}

/** Gives the octets of a hex string, in either case. Throws LatchkeyError('malformed_request') for any other text. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 2 !== 0)
    throw new LatchkeyError('malformed_request', 'This is not hex of even length.')
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = hexDigit(text, 2 * i) * 16 + hexDigit(text, 2 * i + 1)
  }
  return bytes
}

function hexDigit(text: string, at: number): number {
  const code = text.charCodeAt(at) | 0x20
  if (code >= 0x61 && code <= 0x66) return code - 0x57
  const digit = text.charCodeAt(at) - 0x30
  if (digit < 0 || digit > 9) throw new LatchkeyError('malformed_request', 'This is not hex.')
  return digit
}

const HEX_BYTES = Array.from({ length: 256 }, (_, octet) => hexByte(octet))

/** Gives one octet as two lower-case hex digits. */
export function hexByte(octet: number): string {
  return (octet < 16 ? '0' : '') + octet.toString(16)
}
