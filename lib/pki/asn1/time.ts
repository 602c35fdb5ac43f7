import { LatchkeyError } from '#lib/errors.ts'
import { type DerNode, TAG } from './der.ts'

/**
 * Reads a Time of a certificate or CRL, RFC 5280 section 4.1.2.5: UTCTime through 2049,
 * GeneralizedTime from 2050, with seconds, without fractions, ending in "Z". Any other spelling of the
 * same moment is refused. Throws LatchkeyError('malformed_request').
 */
export function readTime(node: DerNode | undefined): Date {
  if (node?.tag === TAG.utcTime && node.value.length === 13) {
    // RFC 5280 section 4.1.2.5.1: YY of 50 and more is 19YY, below 50 it is 20YY.
    const year = digits(node.value, 0, 2)
    return readParts(node.value, year < 50 ? 2000 + year : 1900 + year, 2)
  }
  const at = readGeneralizedTime(node)
  if (at.getUTCFullYear() < 2050) throw malformed('a GeneralizedTime before 2050')
  return at
}

/**
 * Reads a GeneralizedTime of the form YYYYMMDDHHMMSSZ (RFC 5280 section 4.1.2.5.2), as OCSP uses for
 * all its times. Throws LatchkeyError('malformed_request').
 */
export function readGeneralizedTime(node: DerNode | undefined): Date {
  if (node?.tag !== TAG.generalizedTime || node.value.length !== 15) {
    throw malformed('a time of whole seconds in Zulu expected')
  }
  return readParts(node.value, digits(node.value, 0, 4), 4)
}

function readParts(text: Uint8Array, year: number, start: number): Date {
  const [month, day, hour, minute, second] = [0, 2, 4, 6, 8].map((at) =>
    digits(text, start + at, 2),
  ) as [number, number, number, number, number]
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  // Date.UTC accepts impossible dates: it turns 31 June into 1 July and the year 99 into 1999. Such
  // input is refused by comparing each part with what came out.
  const same =
    at.getUTCFullYear() === year &&
    at.getUTCMonth() === month - 1 &&
    at.getUTCDate() === day &&
    at.getUTCHours() === hour &&
    at.getUTCMinutes() === minute
  if (!same || second > 59 || text[text.length - 1] !== ZULU) throw malformed('no such time')
  return at
}

const ZULU = 0x5a

function digits(text: Uint8Array, start: number, count: number): number {
  let value = 0
  for (let at = start; at < start + count; at++) {
    const digit = (text[at] ?? 0) - 0x30
    if (digit < 0 || digit > 9) throw malformed('a time that is not digits')
    value = value * 10 + digit
  }
  return value
}

function malformed(what: string): LatchkeyError {
  return new LatchkeyError('malformed_request', `This is not DER: ${what}.`)
}
