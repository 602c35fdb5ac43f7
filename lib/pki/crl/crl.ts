import { LatchkeyError } from '#lib/errors.ts'
import { REVOCATION_REASONS, type RevocationReason } from '#lib/model.ts'
import { concat, equalBytes, fromHex } from '#lib/pki/asn1/bytes.ts'
import { parseDer, TAG } from '#lib/pki/asn1/der.ts'
import {
  bitString,
  context,
  enumerated,
  header,
  ia5String,
  integer,
  sequence,
  time,
} from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { authorityKeyId, distributionPoint, type Issuer } from '#lib/pki/certificate/profile.ts'
import { extension } from '#lib/pki/certificate/tbs.ts'
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from '#lib/pki/keys/algorithm.ts'

/**
 * Certificate revocation lists, RFC 5280 section 5: full, partitioned and delta. The reader is
 * read-crl.ts.
 *
 * An entry is encoded once, when its certificate is revoked, and kept; a new list only joins
 * them. So the time of a list of 100,000 is that of copying and hashing 5 MB.
 */

export type CrlWish = {
  /** Strictly increasing for each issuer and scope; up to 20 octets. */
  readonly number: bigint
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  /** Output of encodeEntry; each member holds one entry or several, joined. */
  readonly entries: readonly Uint8Array[]
  /** Address of this partition as its certificates name it, or null for the list of everything. */
  readonly partitionUrl: string | null
  /** The number of the full list that this delta completes, or null for a full list. */
  readonly baseNumber: bigint | null
  /** Where deltas of a full list are found, or null. */
  readonly freshestUrl: string | null
}

/** No entry of ours is longer. */
export const ENTRY_OCTETS_MAX = 64

/** One entry of revokedCertificates. `unspecified` is said by leaving the reason out (section 5.3.1). */
export function encodeEntry(
  serial: string,
  at: Date,
  reason: RevocationReason | null,
): Uint8Array<ArrayBuffer> {
  const entry = new Uint8Array(ENTRY_OCTETS_MAX)
  return entry.slice(0, writeEntry(entry, 0, { serial, atMs: at.getTime(), reason }))
}

export type CrlEntry = {
  /** Hex. */
  readonly serial: string
  readonly atMs: number
  readonly reason: RevocationReason | null
}

/**
 * As encodeEntry, into a place with room for ENTRY_OCTETS_MAX, since a list may have a million of
 * them; gives where the entry ends. Every length in it is below 128.
 */
export function writeEntry(into: Uint8Array, start: number, entry: CrlEntry): number {
  const afterSerial = writeSerial(into, start + 2, entry.serial)
  const afterTime = writeTime(into, afterSerial, entry.atMs)
  const reason = entry.reason === null ? NOTHING : REASONS[entry.reason]
  into.set(reason, afterTime)
  const end = afterTime + reason.length
  into[start] = TAG.sequence
  into[start + 1] = end - start - 2
  return end
}

function writeSerial(into: Uint8Array, start: number, serial: string): number {
  const number = withoutZeros(fromHex(serial))
  const isPadded = (number[0] ?? 0) >= 0x80
  const octets = number.length + (isPadded ? 1 : 0)
  if (octets > 20) throw new LatchkeyError('internal', 'A serial has up to 20 octets.')
  into[start] = TAG.integer
  into[start + 1] = octets
  if (isPadded) into[start + 2] = 0
  into.set(number, start + 2 + (isPadded ? 1 : 0))
  return start + 2 + octets
}

/** DER has no octets of zero before a number (X.690 section 8.3.2). */
function withoutZeros(number: Uint8Array): Uint8Array {
  let start = 0
  while (start < number.length - 1 && number[start] === 0) start++
  return start === 0 ? number : number.subarray(start)
}

const DAY_S = 86_400

let midnight = { day: Number.NaN, bytes: new Uint8Array() }

/** The date is written once for all of a day, and the time of day over its zeros. */
function writeTime(into: Uint8Array, start: number, atMs: number): number {
  const seconds = Math.floor(atMs / 1000)
  const day = Math.floor(seconds / DAY_S)
  if (day !== midnight.day) midnight = { day, bytes: time(new Date(day * DAY_S * 1000)) }
  into.set(midnight.bytes, start)
  const end = start + midnight.bytes.length
  // Both forms end in hhmmssZ.
  const second = seconds - day * DAY_S
  writeTwoDigits(into, end - 7, Math.floor(second / 3600))
  writeTwoDigits(into, end - 5, Math.floor(second / 60) % 60)
  writeTwoDigits(into, end - 3, second % 60)
  return end
}

function writeTwoDigits(into: Uint8Array, at: number, value: number): void {
  into[at] = ZERO + Math.floor(value / 10)
  into[at + 1] = ZERO + (value % 10)
}

const ZERO = 0x30

/** Whose list it is: a CA that issues, or the root above it. */
export type CrlIssuer = Pick<Issuer, 'name' | 'subjectKeyId' | 'algorithm'>

/** Builds the TBSCertList. Throws LatchkeyError('internal') for a list that RFC 5280 does not allow. */
export function buildCrlTbs(issuer: CrlIssuer, wish: CrlWish): Uint8Array<ArrayBuffer> {
  checkWish(wish)
  const head = concat(
    VERSION_2,
    SIGNATURE_ALGORITHMS[issuer.algorithm],
    issuer.name,
    time(wish.thisUpdate),
    time(wish.nextUpdate),
  )
  const entriesLength = wish.entries.reduce((sum, { length }) => sum + length, 0)
  // Section 5.1.2.6: when nothing is revoked, the list is absent, not empty.
  const listHeader = entriesLength === 0 ? NOTHING : header(TAG.sequence, entriesLength)
  const tail = context(0, sequence(...extensionsOf(issuer, wish)))
  const length = head.length + listHeader.length + entriesLength + tail.length
  return join(length, [header(TAG.sequence, length), head, listHeader], wish.entries, tail)
}

/** Puts a list together. Throws LatchkeyError('internal') when the signer's algorithm is another than inside. */
export function assembleCrl(
  tbs: Uint8Array,
  algorithm: SignatureAlgorithm,
  signature: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const identifier = SIGNATURE_ALGORITHMS[algorithm]
  if (!equalBytes(algorithmInside(tbs), identifier)) {
    throw new LatchkeyError('internal', 'The signer has another algorithm than the issuer.')
  }
  return sequence(tbs, identifier, bitString(signature))
}

const VERSION_2 = integer(1)
const NOTHING = new Uint8Array()

const REASONS = Object.fromEntries(
  Object.entries(REVOCATION_REASONS).map(([name, code]) => [
    name,
    code === 0 ? NOTHING : sequence(extension(OID.reasonCode, 'not critical', enumerated(code))),
  ]),
) as Readonly<Record<RevocationReason, Uint8Array>>

function checkWish(wish: CrlWish): void {
  const { number, baseNumber, freshestUrl } = wish
  if (wish.nextUpdate <= wish.thisUpdate) throw refused('it would end before it begins')
  if (number < 0n || number >= 1n << 159n) throw refused('its number has more than 20 octets')
  if (baseNumber === null) return
  // Section 5.2.4: the base is an earlier list; section 5.2.6: freshestCRL is for full lists.
  if (baseNumber < 0n || baseNumber >= number) throw refused('its base is not an earlier list')
  if (freshestUrl !== null) throw refused('a delta does not name a delta')
}

function extensionsOf(issuer: CrlIssuer, wish: CrlWish): readonly Uint8Array[] {
  const { number, baseNumber, partitionUrl, freshestUrl } = wish
  return [
    authorityKeyId(issuer.subjectKeyId),
    extension(OID.crlNumber, 'not critical', bigInteger(number)),
    ...(baseNumber === null
      ? []
      : [extension(OID.deltaCrlIndicator, 'critical', bigInteger(baseNumber))]),
    ...(partitionUrl === null ? [] : [issuingDistributionPoint(partitionUrl)]),
    ...(freshestUrl === null ? [] : [distributionPoint(OID.freshestCrl, freshestUrl)]),
  ]
}

/**
 * Section 5.2.5: critical, so that nobody takes one partition for the whole. The address is byte
 * for byte the one in the certificates' distribution point, else the list does not count for them.
 */
function issuingDistributionPoint(url: string): Uint8Array {
  const fullName = context(0, context(0, ia5String(url, 0x86)))
  return extension(OID.issuingDistributionPoint, 'critical', sequence(fullName))
}

function bigInteger(value: bigint): Uint8Array {
  const hex = value.toString(16)
  return integer(fromHex(hex.length % 2 === 0 ? hex : `0${hex}`))
}

/** One allocation for everything: a list may have many megabytes. */
function join(
  contentLength: number,
  before: readonly Uint8Array[],
  entries: readonly Uint8Array[],
  tail: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array((before[0]?.length ?? 0) + contentLength)
  let at = 0
  const add = (part: Uint8Array) => {
    joined.set(part, at)
    at += part.length
  }
  before.forEach(add)
  entries.forEach(add)
  add(tail)
  return joined
}

/** The AlgorithmIdentifier of a TBSCertList of ours: behind the header and the version. */
function algorithmInside(tbs: Uint8Array): Uint8Array {
  const lengthOctets = (tbs[1] ?? 0) < 0x80 ? 1 : 1 + ((tbs[1] ?? 0) & 0x7f)
  const start = 1 + lengthOctets + VERSION_2.length
  const end = start + 2 + (tbs[start + 1] ?? 0)
  return parseDer(tbs.subarray(start, end)).bytes
}

function refused(why: string): LatchkeyError {
  return new LatchkeyError('internal', `This CRL is not made: ${why}.`)
}
