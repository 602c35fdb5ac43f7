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
 * The writer of certificate revocation lists, RFC 5280 section 5: full, partitioned and delta. The
 * reader is read-crl.ts.
 *
 * An entry is encoded once, when its certificate is revoked, and kept in that form; a new CRL only joins
 * the encoded entries. A CRL of 100,000 entries thus costs copying and hashing 5 MB.
 */

/** What a CRL shall say. */
export type CrlWish = {
  /** RFC 5280 section 5.2.3: strictly increasing for each issuer and scope, up to 20 octets. */
  readonly number: bigint
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  /** Encoded entries; each member is one output of encodeEntry or several joined. */
  readonly entries: readonly Uint8Array[]
  /** The partition's address, as its certificates name it, or null for a CRL of all certificates. */
  readonly partitionUrl: string | null
  /** For a delta CRL the number of the full CRL that it builds on (BaseCRLNumber); null for a full CRL. */
  readonly baseNumber: bigint | null
  /** Address of the delta CRL of a full CRL, or null when there are no delta CRLs. */
  readonly freshestUrl: string | null
}

/** More than the longest entry needs: serial 22 octets, time 17, reason 14, header 2. */
export const ENTRY_OCTETS_MAX = 64

/**
 * Encodes one entry of revokedCertificates (RFC 5280 section 5.1.2.6). Section 5.3.1: the reason code should
 * be absent instead of `unspecified`. Throws LatchkeyError('internal') for a serial of more than 20 octets.
 */
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
 * Encodes an entry as encodeEntry does, into a buffer with room for ENTRY_OCTETS_MAX at `start`, without
 * allocating: a CRL may have a million entries. Gives the offset behind the entry. Every length inside is
 * below 128, so each takes one octet.
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

/** X.690 section 8.3.2: an INTEGER has no superfluous leading zero octet. */
function withoutZeros(number: Uint8Array): Uint8Array {
  let start = 0
  while (start < number.length - 1 && number[start] === 0) start++
  return start === 0 ? number : number.subarray(start)
}

const DAY_S = 86_400

let midnight = { day: Number.NaN, bytes: new Uint8Array() }

/** Writes the Time of an entry: the date is encoded once for each day and reused, then hhmmss is written over it. */
function writeTime(into: Uint8Array, start: number, atMs: number): number {
  const seconds = Math.floor(atMs / 1000)
  const day = Math.floor(seconds / DAY_S)
  if (day !== midnight.day) midnight = { day, bytes: time(new Date(day * DAY_S * 1000)) }
  into.set(midnight.bytes, start)
  const end = start + midnight.bytes.length
  // UTCTime and GeneralizedTime both end in hhmmssZ.
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

/** The CA whose CRL it is: an issuing CA, or the root above it. */
export type CrlIssuer = Pick<Issuer, 'name' | 'subjectKeyId' | 'algorithm'>

/**
 * Builds the TBSCertList of RFC 5280 section 5.1.2: version 2 because of the extensions (5.1.2.1), and with
 * nextUpdate, which 5.1.2.5 demands. Throws LatchkeyError('internal') for a CRL that RFC 5280 rules out.
 */
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
  // RFC 5280 section 5.1.2.6: with no revoked certificates, revokedCertificates must be absent.
  const listHeader = entriesLength === 0 ? NOTHING : header(TAG.sequence, entriesLength)
  const tail = context(0, sequence(...extensionsOf(issuer, wish)))
  const length = head.length + listHeader.length + entriesLength + tail.length
  return join(length, [header(TAG.sequence, length), head, listHeader], wish.entries, tail)
}

/**
 * Assembles a CRL in DER from its TBSCertList and the signature over it. Throws LatchkeyError('internal')
 * when the signer's algorithm is not the one inside (RFC 5280 section 5.1.1.2: the same in both places).
 */
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
  // RFC 5280 section 5.2.4: a delta CRL builds on an earlier full CRL of the same numbering (5.2.3).
  // Section 5.2.6: freshestCRL must not appear in a delta CRL.
  if (baseNumber < 0n || baseNumber >= number) throw refused('its base is not an earlier list')
  if (freshestUrl !== null) throw refused('a delta does not name a delta')
}

/**
 * RFC 5280 sections 5.2.1 and 5.2.3: every CRL has an authority key identifier and a CRL number, neither of
 * them critical. Section 5.2.4: the delta CRL indicator is critical, so that no reader takes a delta for a
 * full CRL. Section 5.2.6: freshestCRL is not critical.
 */
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
 * RFC 5280 section 5.2.5: issuingDistributionPoint is critical, so that no reader takes one partition for
 * the full CRL. Section 6.3.3 (b)(2): its URI must match one in the certificate's distribution point, so
 * both are the same bytes.
 */
function issuingDistributionPoint(url: string): Uint8Array {
  const fullName = context(0, context(0, ia5String(url, 0x86)))
  return extension(OID.issuingDistributionPoint, 'critical', sequence(fullName))
}

function bigInteger(value: bigint): Uint8Array {
  const hex = value.toString(16)
  return integer(fromHex(hex.length % 2 === 0 ? hex : `0${hex}`))
}

/** Joins the parts of a TBSCertList in one allocation, since the entries may have many megabytes. */
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

/** Finds the AlgorithmIdentifier in a TBSCertList that buildCrlTbs made: behind its header and the version. */
function algorithmInside(tbs: Uint8Array): Uint8Array {
  const lengthOctets = (tbs[1] ?? 0) < 0x80 ? 1 : 1 + ((tbs[1] ?? 0) & 0x7f)
  const start = 1 + lengthOctets + VERSION_2.length
  const end = start + 2 + (tbs[start + 1] ?? 0)
  return parseDer(tbs.subarray(start, end)).bytes
}

function refused(why: string): LatchkeyError {
  return new LatchkeyError('internal', `This CRL is not made: ${why}.`)
}
