import { LatchkeyError } from '#lib/errors.ts'
import { fromBase64 } from '#lib/pki/asn1/base64.ts'

/** One block between BEGIN and END, RFC 7468 section 2. */
export type PemBlock = {
  readonly label: string
  /** Null where the base64 is broken. */
  readonly der: Uint8Array | null
  /** Has the headers of RFC 1421 (Proc-Type, DEK-Info), which mean an encryption of before PKCS#8. */
  readonly hasHeaders: boolean
}

export type PemReading = {
  readonly blocks: readonly PemBlock[]
  /** Labels of blocks that do not end. */
  readonly unended: readonly string[]
  readonly hasTextAround: boolean
}

/** More than any file for one person has. */
const BLOCKS_MAX = 64

/**
 * Finds the PEM blocks of a text by lines, in linear time and with no regular expression over the whole. Line ends
 * may be of any system. Throws LatchkeyError('malformed_request') for too many blocks.
 */
export function readPem(text: string): PemReading {
  const blocks: PemBlock[] = []
  const unended: string[] = []
  let hasTextAround = false
  let open: { readonly label: string; readonly lines: string[] } | null = null
  for (const raw of text.split(/\r\n|\n|\r/)) {
    const line = raw.trim()
    const begun = labelOf(line, '-----BEGIN ')
    const ended = labelOf(line, '-----END ')
    if (begun !== null) {
      if (open) unended.push(open.label)
      open = { label: begun, lines: [] }
    } else if (open && ended === open.label) {
      if (blocks.length === BLOCKS_MAX) {
        throw new LatchkeyError('malformed_request', 'There are too many blocks.')
      }
      blocks.push(blockOf(open.label, open.lines))
      open = null
    } else if (open) open.lines.push(line)
    else if (line !== '') hasTextAround = true
  }
  if (open) unended.push(open.label)
  return { blocks, unended, hasTextAround }
}

function labelOf(line: string, start: string): string | null {
  if (!line.startsWith(start) || !line.endsWith('-----') || line.length > 80) return null
  return line.slice(start.length, -'-----'.length)
}

function blockOf(label: string, lines: readonly string[]): PemBlock {
  const hasHeaders = lines.some((line) => line.includes(':'))
  return { label, hasHeaders, der: hasHeaders ? null : decoded(lines.join('')) }
}

/** Base64 in canonical form, or null. */
export function decoded(text: string): Uint8Array | null {
  try {
    return fromBase64(new TextEncoder().encode(text))
  } catch {
    return null
  }
}
