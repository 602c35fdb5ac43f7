import { LatchkeyError } from '#lib/errors.ts'
import { compareBytes, hexByte } from './bytes.ts'

/**
 * DER, X.690 section 10 and 11: a strict reader. The writer is der-write.ts.
 *
 * The reader takes canonical form only and refuses everything that two parsers could read in two
 * ways: indefinite and non-minimal lengths, high tag numbers, trailing bytes, too much depth, too
 * many nodes. It never runs a regular expression and never recurses deeper than its limit, so its
 * time is linear in the input. The caller's bytes are never copied, only viewed.
 */

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
} as const

/** One parsed element. `children` is empty for a primitive one. */
export type DerNode = {
  readonly tag: number
  /** Content octets. */
  readonly value: Uint8Array
  /** Tag, length and content. */
  readonly bytes: Uint8Array
  readonly children: readonly DerNode[]
}

export type DerLimits = {
  readonly bytesMax: number
  readonly depthMax: number
  readonly nodesMax: number
}

const REQUEST_LIMITS: DerLimits = { bytesMax: 16_384, depthMax: 16, nodesMax: 1_000 }

/**
 * Parses exactly one element that fills `bytes` to the last octet.
 * Throws LatchkeyError('malformed_request') with the reason in its message.
 */
export function parseDer(bytes: Uint8Array, limits: DerLimits = REQUEST_LIMITS): DerNode {
  if (bytes.length > limits.bytesMax) throw malformed(`longer than ${limits.bytesMax} octets`)
  const budget = { nodes: limits.nodesMax }
  const { node, end } = readNode(bytes, 0, bytes.length, limits.depthMax, budget)
  if (end !== bytes.length) throw malformed('octets after the end')
  return node
}

/**
 * Gives the elements inside one SEQUENCE without looking into them, so that one broken part can be
 * told from another. Throws as parseDer does.
 */
export function splitSequence(bytes: Uint8Array): readonly Pick<DerNode, 'tag' | 'value'>[] {
  const outer = readHeader(bytes, 0, bytes.length)
  if (outer.tag !== TAG.sequence) throw malformed('a SEQUENCE expected')
  const parts: Pick<DerNode, 'tag' | 'value'>[] = []
  for (let at = outer.contentStart; at < outer.end; ) {
    const { tag, contentStart, end } = readHeader(bytes, at, outer.end)
    parts.push({ tag, value: bytes.subarray(contentStart, end) })
    at = end
  }
  return parts
}

/**
 * Gives each element of a concatenation in turn, without looking into it: for lists too long for
 * parseDer, whose members it is then given one by one. Throws as parseDer does.
 */
export function* eachElement(bytes: Uint8Array): Generator<Omit<DerNode, 'children'>> {
  for (let at = 0; at < bytes.length; ) {
    const { tag, contentStart, end } = readHeader(bytes, at, bytes.length)
    yield { tag, value: bytes.subarray(contentStart, end), bytes: bytes.subarray(at, end) }
    at = end
  }
}

type Budget = { nodes: number }

function readNode(bytes: Uint8Array, start: number, limit: number, depth: number, budget: Budget) {
  if (depth === 0) throw malformed('nested too deep')
  if (budget.nodes-- === 0) throw malformed('too many elements')
  const { tag, contentStart, end } = readHeader(bytes, start, limit)
  const children: DerNode[] = []
  // Bit 6 marks a constructed element (X.690 section 8.1.2.5).
  if ((tag & 0x20) !== 0) {
    let at = contentStart
    while (at < end) {
      const child = readNode(bytes, at, end, depth - 1, budget)
      children.push(child.node)
      at = child.end
    }
  }
  checkForm(tag, bytes, contentStart, end)
  const node: DerNode = {
    tag,
    value: bytes.subarray(contentStart, end),
    bytes: bytes.subarray(start, end),
    children,
  }
  if (tag === TAG.set) checkSetOrder(children)
  return { node, end }
}

function readHeader(bytes: Uint8Array, start: number, limit: number) {
  const tag = bytes[start]
  const first = bytes[start + 1]
  if (tag === undefined || first === undefined || start + 2 > limit) throw malformed('truncated')
  if ((tag & 0x1f) === 0x1f) throw malformed('a high tag number')
  if (tag === 0) throw malformed('an end-of-contents tag')
  let contentStart = start + 2
  let length = first
  if (first >= 0x80) {
    const count = first & 0x7f
    if (count === 0) throw malformed('an indefinite length')
    if (count > 4) throw malformed('a length of more than four octets')
    length = 0
    for (let i = 0; i < count; i++) {
      const octet = bytes[contentStart + i]
      if (octet === undefined || contentStart + i >= limit) throw malformed('truncated')
      length = length * 256 + octet
    }
    contentStart += count
    // X.690 section 10.1: the shortest form only.
    if (length < 0x80 || length < 2 ** (8 * (count - 1))) throw malformed('a non-minimal length')
  }
  const end = contentStart + length
  if (end > limit) throw malformed('truncated')
  return { tag, contentStart, end }
}

/** Universal types whose content has one canonical form only, and whose form bit is fixed. */
function checkForm(tag: number, bytes: Uint8Array, start: number, end: number): void {
  const length = end - start
  if ((tag & 0xc0) !== 0) return
  const constructed = (tag & 0x20) !== 0
  const number = tag & 0x1f
  const mustBeConstructed = number === 0x10 || number === 0x11
  if (constructed !== mustBeConstructed) throw malformed('the wrong form for its type')
  switch (tag) {
    case TAG.boolean:
      if (length !== 1 || (bytes[start] !== 0 && bytes[start] !== 0xff)) {
        throw malformed('a BOOLEAN that is neither 00 nor FF')
      }
      return
    case TAG.integer:
    case TAG.enumerated: {
      if (length === 0) throw malformed('an empty INTEGER')
      const [first, second] = [bytes[start], bytes[start + 1]]
      if (length > 1 && second !== undefined) {
        if (first === 0 && second < 0x80) throw malformed('an INTEGER with leading zeros')
        if (first === 0xff && second >= 0x80) throw malformed('an INTEGER with leading ones')
      }
      return
    }
    case TAG.null:
      if (length !== 0) throw malformed('a NULL with content')
      return
    case TAG.bitString:
      checkBitString(bytes, start, end)
      return
    case TAG.oid:
      checkOid(bytes, start, end)
      return
    default:
  }
}

function checkBitString(bytes: Uint8Array, start: number, end: number): void {
  const unused = bytes[start]
  if (unused === undefined || start === end || unused > 7) throw malformed('a broken BIT STRING')
  const last = bytes[end - 1] ?? 0
  // X.690 section 11.2.1: unused bits are zero.
  if (unused > 0 && (end - start < 2 || (last & ((1 << unused) - 1)) !== 0)) {
    throw malformed('a BIT STRING with unused bits set')
  }
}

function checkOid(bytes: Uint8Array, start: number, end: number): void {
  if (start === end || end - start > 32) throw malformed('an empty or overlong OID')
  let fresh = true
  for (let at = start; at < end; at++) {
    const octet = bytes[at] ?? 0
    if (fresh && octet === 0x80) throw malformed('an OID with a padded arc')
    fresh = octet < 0x80
  }
  if (!fresh) throw malformed('an OID that ends in the middle of an arc')
}

function checkSetOrder(children: readonly DerNode[]): void {
  for (let i = 1; i < children.length; i++) {
    const [before, after] = [children[i - 1], children[i]]
    if (before && after && compareBytes(before.bytes, after.bytes) > 0) {
      throw malformed('a SET OF that is not in order')
    }
  }
}

function malformed(what: string): LatchkeyError {
  return new LatchkeyError('malformed_request', `This is not DER: ${what}.`)
}

// Readers of single values. Each takes a node and throws when it is of another type.

/** Gives the children of a SEQUENCE, SET or constructed context tag. */
export function childrenOf(node: DerNode | undefined, tag: number): readonly DerNode[] {
  if (node?.tag !== tag) throw malformed(`tag ${hexByte(tag)} expected`)
  return node.children
}

/** Gives the content octets of a primitive element. */
export function contentOf(node: DerNode | undefined, tag: number): Uint8Array {
  if (node?.tag !== tag) throw malformed(`tag ${hexByte(tag)} expected`)
  return node.value
}

/** Gives an OID in dotted form. */
export function readOid(node: DerNode | undefined): string {
  const value = contentOf(node, TAG.oid)
  const arcs: bigint[] = []
  let arc = 0n
  for (const octet of value) {
    arc = arc * 128n + BigInt(octet & 0x7f)
    if (octet < 0x80) {
      arcs.push(arc)
      arc = 0n
    }
  }
  const first = arcs[0] ?? 0n
  const root = first < 40n ? 0n : first < 80n ? 1n : 2n
  return [root, first - root * 40n, ...arcs.slice(1)].join('.')
}

/** Gives a non-negative INTEGER below 2^31, such as a version. */
export function readSmallInteger(node: DerNode | undefined): number {
  const value = contentOf(node, TAG.integer)
  if (value.length > 4 || (value[0] ?? 0) >= 0x80) throw malformed('a small INTEGER expected')
  return value.reduce((sum, octet) => sum * 256 + octet, 0)
}

/** Gives the magnitude of a positive INTEGER without its leading zero octet. */
export function readPositiveInteger(node: DerNode | undefined): Uint8Array {
  const value = contentOf(node, TAG.integer)
  if ((value[0] ?? 0) >= 0x80) throw malformed('a positive INTEGER expected')
  return value[0] === 0 && value.length > 1 ? value.subarray(1) : value
}

/** Gives a BIT STRING that is a whole number of octets, as keys and signatures are. */
export function readOctetAlignedBits(node: DerNode | undefined): Uint8Array {
  const value = contentOf(node, TAG.bitString)
  if (value[0] !== 0) throw malformed('a BIT STRING of whole octets expected')
  return value.subarray(1)
}
