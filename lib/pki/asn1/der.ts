import { LatchkeyError } from '#lib/errors.ts'
import { compareBytes, hexByte } from './bytes.ts'

/**
 * A strict reader of DER, X.690 sections 8, 10 and 11. The writer is der-write.ts.
 *
 * The reader takes canonical form only and refuses everything that two parsers could read in two
 * ways: indefinite and non-minimal lengths, high tag numbers, trailing bytes, too much depth, too
 * many nodes. It never runs a regular expression and never recurses deeper than its limit, so its
 * time is linear in the input. The caller's bytes are never copied, only viewed.
 */

/** Identifier octets of the universal types (X.680 section 8, table 1), with the constructed bit where DER sets it. */
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
  /** Content octets, without tag and length. */
  readonly value: Uint8Array
  /** Tag, length and content. */
  readonly bytes: Uint8Array
  readonly children: readonly DerNode[]
}

/** Bounds of the work for one input: its octets, how deep elements may nest, and how many there may be. */
export type DerLimits = {
  readonly bytesMax: number
  readonly depthMax: number
  readonly nodesMax: number
}

/** Enough for a CSR or the value of an extension. Readers of larger things pass limits of their own. */
const REQUEST_LIMITS: DerLimits = { bytesMax: 16_384, depthMax: 16, nodesMax: 1_000 }

/**
 * Parses exactly one element that fills `bytes` to the last octet.
 * Throws LatchkeyError('malformed_request') with the reason in its message.
 */
export function parseDer(bytes: Uint8Array, limits: DerLimits = REQUEST_LIMITS): DerNode {
  if (bytes.length > limits.bytesMax) throw malformed(`longer than ${limits.bytesMax} octets`)
  const budget = { nodes: limits.nodesMax }
  const node = readNode(bytes, 0, bytes.length, limits.depthMax, budget)
  if (node.end !== bytes.length) throw malformed('octets after the end')
  return node
}

/**
 * Gives the elements inside one SEQUENCE without reading their contents, so that an error can name
 * the part that is broken. Throws LatchkeyError('malformed_request').
 */
export function splitSequence(bytes: Uint8Array): readonly Omit<DerNode, 'children'>[] {
  const outer = readHeader(bytes, 0, bytes.length)
  if (outer.tag !== TAG.sequence) throw malformed('a SEQUENCE expected')
  return [...eachElement(outer.value)]
}

/**
 * Gives each of several joined elements in turn, without reading its content. For the entries of a CRL,
 * which are too many for one parseDer; the caller parses each element on its own. Throws
 * LatchkeyError('malformed_request').
 */
export function* eachElement(bytes: Uint8Array): Generator<Omit<DerNode, 'children'>> {
  for (let at = 0; at < bytes.length; ) {
    const element = readHeader(bytes, at, bytes.length)
    yield element
    at = element.end
  }
}

/** Makes its two views when they are asked for: of most elements nobody asks, and views cost more than parsing. */
class Element implements DerNode {
  readonly tag: number
  readonly end: number
  children: readonly DerNode[] = NO_CHILDREN
  readonly #all: Uint8Array
  readonly #start: number
  readonly contentStart: number

  constructor(tag: number, all: Uint8Array, start: number, contentStart: number, end: number) {
    this.tag = tag
    this.end = end
    this.#all = all
    this.#start = start
    this.contentStart = contentStart
  }

  get value(): Uint8Array {
    return this.#all.subarray(this.contentStart, this.end)
  }

  get bytes(): Uint8Array {
    return this.#all.subarray(this.#start, this.end)
  }
}

const NO_CHILDREN: readonly DerNode[] = []

type Budget = { nodes: number }

function readNode(
  bytes: Uint8Array,
  start: number,
  limit: number,
  depth: number,
  budget: Budget,
): Element {
  if (depth === 0) throw malformed('nested too deep')
  if (budget.nodes-- === 0) throw malformed('too many elements')
  const node = readHeader(bytes, start, limit)
  const { tag, end, contentStart } = node
  // Bit 6 marks a constructed element (X.690 section 8.1.2.5).
  if ((tag & 0x20) !== 0) {
    const children: Element[] = []
    for (let at = contentStart; at < end; ) {
      const child = readNode(bytes, at, end, depth - 1, budget)
      children.push(child)
      at = child.end
    }
    node.children = children
    if (tag === TAG.set) checkSetOrder(children)
  }
  checkForm(tag, bytes, contentStart, end)
  return node
}

/** Identifier and length octets (X.690 sections 8.1.2 and 8.1.3), in the one form that DER allows. */
function readHeader(bytes: Uint8Array, start: number, limit: number): Element {
  const tag = bytes[start]
  const first = bytes[start + 1]
  if (tag === undefined || first === undefined || start + 2 > limit) throw malformed('truncated')
  // X.690 section 8.1.2.4: tag numbers from 31 on take more octets. None of our formats has one.
  if ((tag & 0x1f) === 0x1f) throw malformed('a high tag number')
  if (tag === 0) throw malformed('an end-of-contents tag')
  let contentStart = start + 2
  let length = first
  if (first >= 0x80) {
    const count = first & 0x7f
    // X.690 section 8.1.3.6: 80 announces the indefinite form, which section 10.1 rules out in DER.
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
  return new Element(tag, bytes, start, contentStart, end)
}

/**
 * Checks universal types whose content has one canonical form. X.690 sections 8.9 to 8.12: SEQUENCE and
 * SET are constructed; section 10.2: everything else, strings included, is primitive in DER.
 */
function checkForm(tag: number, bytes: Uint8Array, start: number, end: number): void {
  const length = end - start
  if ((tag & 0xc0) !== 0) return
  const constructed = (tag & 0x20) !== 0
  const number = tag & 0x1f
  const mustBeConstructed = number === 0x10 || number === 0x11
  if (constructed !== mustBeConstructed) throw malformed('the wrong form for its type')
  switch (tag) {
    case TAG.boolean:
      // X.690 section 11.1: TRUE is FF.
      if (length !== 1 || (bytes[start] !== 0 && bytes[start] !== 0xff)) {
        throw malformed('a BOOLEAN that is neither 00 nor FF')
      }
      return
    case TAG.integer:
    case TAG.enumerated: {
      if (length === 0) throw malformed('an empty INTEGER')
      const [first, second] = [bytes[start], bytes[start + 1]]
      // X.690 section 8.3.2: the first nine bits are neither all zero nor all one.
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

/** X.690 section 8.6.2.2: the first octet says how many bits of the last one are unused, 0 to 7. */
function checkBitString(bytes: Uint8Array, start: number, end: number): void {
  const unused = bytes[start]
  if (unused === undefined || start === end || unused > 7) throw malformed('a broken BIT STRING')
  const last = bytes[end - 1] ?? 0
  // X.690 section 11.2.1: unused bits are zero. Section 8.6.2.3: an empty string has none.
  if (unused > 0 && (end - start < 2 || (last & ((1 << unused) - 1)) !== 0)) {
    throw malformed('a BIT STRING with unused bits set')
  }
}

/** X.690 section 8.19.2: each arc in seven-bit groups, the first of which is not 80 (no padding). */
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

/** X.690 section 11.6: the members of a SET OF are in ascending order of their encodings. */
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

// Readers of single values. Each throws LatchkeyError('malformed_request') for a node of another type
// and for undefined, which is what a missing element of a destructured list is.

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

/** Gives an OBJECT IDENTIFIER in dotted form. */
export function readOid(node: DerNode | undefined): string {
  const value = contentOf(node, TAG.oid)
  let text = ''
  // A bigint where a number would not be exact: 2.25 has an arc of 128 bits under it (X.667 section 7).
  let arc: number | bigint = 0
  for (const octet of value) {
    const group = octet & 0x7f
    arc = arc < EXACT_MAX ? Number(arc) * 128 + group : BigInt(arc) * 128n + BigInt(group)
    if (octet >= 0x80) continue
    // X.690 section 8.19.4: the first subidentifier is 40 times the root arc plus the second one.
    text += text === '' ? beginningOf(arc) : `.${arc}`
    arc = 0
  }
  return text
}

const EXACT_MAX = 2 ** 46

function beginningOf(arc: number | bigint): string {
  if (arc < 40) return `0.${arc}`
  return arc < 80 ? `1.${Number(arc) - 40}` : `2.${BigInt(arc) - 80n}`
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
