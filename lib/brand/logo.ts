import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/**
 * The operator's logo: a PNG or an SVG, shown as an image only. Browsers run no script of an SVG in an image;
 * one that has any is refused all the same, since its address can be opened by itself.
 */
export type Logo = {
  readonly type: 'image/png' | 'image/svg+xml'
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Changes with the file, so that browsers may keep what they have. */
  readonly version: string
}

const BYTES_MAX = 256 * 1024
const PIXELS_MAX = 2048

/** Reads the file, or gives the sentence that says what is wrong with it. */
export function readLogo(name: string, file: string): Logo | { readonly problem: string } {
  const bytes = read(file)
  if (bytes === null) return { problem: `${name}: ${file} cannot be read.` }
  const problem = problemOf(bytes)
  if (problem !== null) return { problem: `${name}: ${file} ${problem}` }
  const type = isPng(bytes) ? 'image/png' : 'image/svg+xml'
  return { type, bytes, version: hash('sha256', bytes).slice(0, 12) }
}

function read(file: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(readFileSync(file))
  } catch {
    return null
  }
}

function problemOf(bytes: Uint8Array<ArrayBuffer>): string | null {
  if (bytes.length > BYTES_MAX) {
    return `has ${bytes.length} bytes, and a logo has at most ${BYTES_MAX}. Make it smaller.`
  }
  if (isPng(bytes)) {
    // The width and height stand at a fixed place (ISO/IEC 15948 section 11.2.1).
    const view = new DataView(bytes.buffer)
    const [width, height] = [view.getUint32(16), view.getUint32(20)]
    if (width > 0 && height > 0 && Math.max(width, height) <= PIXELS_MAX) return null
    return `is ${width} by ${height} pixels; a logo has at most ${PIXELS_MAX} each way.`
  }
  const text = textOf(bytes)
  if (text === null || !/^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<svg[\s>]/.test(text)) {
    return 'is neither a PNG nor an SVG. Export it as one of the two.'
  }
  return ACTIVE.test(text)
    ? 'is an SVG with a script, a frame or an address in it. Export it as a plain drawing.'
    : null
}

/** What a drawing does not need: scripts, other documents, entities, and addresses outside of it. */
const ACTIVE =
  /<script|<foreignObject|<iframe|<!DOCTYPE|<!ENTITY|\son[a-z]+\s*=|javascript:|href\s*=\s*["'](?!#|data:image\/)|url\(\s*["']?(?!["'#\s]|data:image\/)|@import/i

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const PNG_HEADER = 24

function isPng(bytes: Uint8Array): boolean {
  return bytes.length > PNG_HEADER && PNG.every((octet, index) => bytes[index] === octet)
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}
