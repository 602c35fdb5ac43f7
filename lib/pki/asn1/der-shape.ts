/**
 * Says whether the octets are exactly one element whose length, and the lengths of all elements inside
 * constructed ones, add up (X.690 section 8.1). Reads headers only, allocates no nodes and never
 * throws, so that random octets cost less than a real request. Contents are not checked: parseDer does.
 */
export function hasDerShape(bytes: Uint8Array): boolean {
  /** Ends of the constructed elements around the current place, innermost last. */
  const ends: number[] = []
  let limit = bytes.length
  let at = 0
  while (at < limit) {
    const header = derHeader(bytes, at)
    if (header === null || header.end > limit) return false
    // The outermost element fills the input: nothing may follow it.
    if (at === 0 && header.end !== bytes.length) return false
    // Bit 6 marks a constructed element (X.690 section 8.1.2.5).
    if (((bytes[at] ?? 0) & 0x20) === 0 || header.contentStart === header.end) at = header.end
    else {
      if (ends.length === DEPTH_MAX) return false
      ends.push(limit)
      limit = header.end
      at = header.contentStart
    }
    while (at === limit && ends.length > 0) limit = ends.pop() ?? 0
  }
  return at > 0 && at === limit && ends.length === 0
}

/** More than any OCSP request has; the limit bounds memory for hostile input. */
const DEPTH_MAX = 16

/**
 * Reads tag and length at an offset: a low tag number (X.690 section 8.1.2.2) and the shortest definite
 * length (section 10.1) of up to two octets. Null when no such header stands there. `end` may lie
 * beyond the bytes: the caller compares.
 */
export function derHeader(
  bytes: Uint8Array,
  at: number,
): { readonly contentStart: number; readonly end: number } | null {
  const tag = bytes[at] ?? 0
  const first = bytes[at + 1]
  if (tag === 0 || (tag & 0x1f) === 0x1f || first === undefined) return null
  if (first < 0x80) return { contentStart: at + 2, end: at + 2 + first }
  const count = first & 0x7f
  if (count === 0 || count > 2 || at + 2 + count > bytes.length) return null
  const high = count === 2 ? (bytes[at + 2] ?? 0) : 0
  const length = high * 256 + (bytes[at + 1 + count] ?? 0)
  if (length < (count === 2 ? 0x100 : 0x80)) return null
  return { contentStart: at + 2 + count, end: at + 2 + count + length }
}
