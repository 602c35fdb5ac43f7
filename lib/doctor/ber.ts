import { LatchkeyError } from '#lib/errors.ts'
import { concat } from '#lib/pki/asn1/bytes.ts'
import { type DerNode, TAG } from '#lib/pki/asn1/der.ts'

/** Bounds of the work: how deep elements may nest, and how many there may be. */
const DEPTH_MAX = 24
const NODES_MAX = 40_000

/**
 * Reads BER (X.690 section 8), since NSS, macOS and some versions of Windows write PKCS#12 with indefinite lengths
 * and octet strings in pieces; such a string is put together. Unlike parseDer it takes lengths and sets in any
 * form. Throws LatchkeyError('malformed_request').
 */
export function readBer(bytes: Uint8Array): DerNode {
  const budget = { nodes: NODES_MAX }
  const { node, end } = readNode(bytes, 0, bytes.length, DEPTH_MAX, budget)
  if (end !== bytes.length) throw malformed('octets after the end')
  return node
}

type Header = {
  readonly tag: number
  readonly contentStart: number
  /** Null for the indefinite form, X.690 section 8.1.3.6. */
  readonly length: number | null
}

/** Identifier and length octets at an offset. Null where no header of up to four octets of length stands. */
export function berHeader(bytes: Uint8Array, at: number): Header | null {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return null
  if (first < 0x80) return { tag, contentStart: at + 2, length: first }
  const count = first & 0x7f
  if (count === 0) return { tag, contentStart: at + 2, length: null }
  if (count > 4 || at + 2 + count > bytes.length) return null
  const octets = bytes.subarray(at + 2, at + 2 + count)
  const length = octets.reduce((sum, octet) => sum * 256 + octet, 0)
  return { tag, contentStart: at + 2 + count, length }
}

function readNode(
  bytes: Uint8Array,
  start: number,
  limit: number,
  depth: number,
  budget: { nodes: number },
): { readonly node: DerNode; readonly end: number } {
  if (depth === 0) throw malformed('nested too deep')
  if (budget.nodes-- === 0) throw malformed('too many elements')
  const header = berHeader(bytes, start)
  if (header === null) throw malformed('truncated')
  const { tag, contentStart, length } = header
  const constructed = (tag & 0x20) !== 0
  const stop = length === null ? limit : contentStart + length
  if (stop > limit) throw malformed('truncated')
  if (!constructed) {
    if (length === null) throw malformed('an indefinite length')
    const value = bytes.subarray(contentStart, stop)
    return { node: { tag, value, bytes: bytes.subarray(start, stop), children: [] }, end: stop }
  }
  const children: DerNode[] = []
  let at = contentStart
  while (at < stop && !(length === null && isEnd(bytes, at))) {
    const child = readNode(bytes, at, stop, depth - 1, budget)
    children.push(child.node)
    at = child.end
  }
  if (length === null && !isEnd(bytes, at)) throw malformed('truncated')
  const end = length === null ? at + 2 : at
  const whole = bytes.subarray(start, end)
  if (tag === CONSTRUCTED_OCTETS) {
    const value = concat(...children.map((child) => child.value))
    return { node: { tag: TAG.octetString, value, bytes: whole, children: [] }, end }
  }
  const value = bytes.subarray(contentStart, at)
  return { node: { tag, value, bytes: whole, children }, end }
}

const CONSTRUCTED_OCTETS = 0x24

/** End-of-contents octets, X.690 section 8.1.5. */
function isEnd(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0 && bytes[at + 1] === 0
}

/** Content of an OCTET STRING under an IMPLICIT [0], in one piece or in several. */
export function implicitOctets(node: DerNode | undefined): Uint8Array {
  if (node?.tag === 0x80) return node.value
  if (node?.tag === 0xa0) return concat(...node.children.map((child) => child.value))
  throw malformed('an octet string expected')
}

function malformed(what: string): LatchkeyError {
  return new LatchkeyError('malformed_request', `This is not BER: ${what}.`)
}
