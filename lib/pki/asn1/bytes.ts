import { LatchkeyError } from '#lib/errors.ts'

/** Byte strings: join, compare, hex. */

/** Joins byte strings. */
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

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0
}

/** Lower-case hex of even length. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const octet of bytes) text += HEX_BYTES[octet]
  return text
}

/** Bytes of a hex string; throws when it is not hex of even length. */
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

export function hexByte(octet: number): string {
  return (octet < 16 ? '0' : '') + octet.toString(16)
}
