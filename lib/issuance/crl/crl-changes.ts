import { eachElement, TAG } from '#lib/pki/asn1/der.ts'
import { encodeEntry } from '#lib/pki/crl/crl.ts'

/**
 * Reads CRLs that we published, to see what changed since. Their form is ours, so it is not checked again.
 */

type DeltaPlan = {
  readonly thisUpdate: Date
  readonly base: Uint8Array
  /** The previous delta CRL with the same base, or null. */
  readonly previous: Uint8Array | null
}

/**
 * Gives the entries of a delta CRL. RFC 5280 section 5.2.4: it has every change since its base, for relying
 * parties that hold the base or any later full CRL. An entry that one delta had is therefore in all later
 * deltas of the same base, and a certificate that is no longer revoked gets an entry with removeFromCRL.
 */
export function deltaEntries(list: readonly Uint8Array[], plan: DeltaPlan): readonly Uint8Array[] {
  const now = Buffer.concat(list)
  const { left, came } = difference(bufferOf(revokedOf(plan.base)), now)
  const named = plan.previous === null ? [] : eachEntry(bufferOf(revokedOf(plan.previous)))
  const asked = new Set([...left, ...named].map(serialOf))
  const present = new Set<string>()
  for (const entry of asked.size > 0 ? eachEntry(now) : []) {
    const serial = serialOf(entry)
    if (!asked.has(serial)) continue
    came.add(entry)
    present.add(serial)
  }
  const gone = [...asked].filter((serial) => !present.has(serial))
  return [
    ...[...came].map(bytesOf),
    ...gone.map((serial) => encodeEntry(hexOf(serial), plan.thisUpdate, 'removeFromCRL')),
  ]
}

/** Gives the content of revokedCertificates of a CRL of ours; empty when the extensions follow directly. */
export function revokedOf(der: Uint8Array): Uint8Array {
  const [list] = eachElement(der)
  const [tbs] = list ? eachElement(list.value) : []
  const parts = tbs ? [...eachElement(tbs.value)] : []
  const revoked = parts[5]
  return revoked?.tag === TAG.sequence ? revoked.value : NOTHING
}

/** Gives the entries by serial, hex. */
export function entriesOf(der: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const entries = eachEntry(bufferOf(revokedOf(der)))
  return new Map([...entries].map((entry) => [hexOf(serialOf(entry)), bytesOf(entry)]))
}

/**
 * Gives the entries that only one of the two CRLs has. Both are read side by side, since nearly all entries
 * are equal and in the same order. Another order gives the same result, but takes longer.
 */
function difference(before: Buffer, now: Buffer) {
  const [left, came] = [new Set<string>(), new Set<string>()]
  let [b, n] = [0, 0]
  while (b < before.length || n < now.length) {
    const [bEnd, nEnd] = [endOf(before, b), endOf(now, n)]
    const isSame = bEnd - b === nEnd - n && before.compare(now, n, nEnd, b, bEnd) === 0
    const order = isSame ? 0 : compareSerials(before, b, now, n)
    if (order <= 0) {
      if (!isSame) cross(left, came, before.toString('latin1', b, bEnd))
      b = bEnd
    }
    if (order >= 0) {
      if (!isSame) cross(came, left, now.toString('latin1', n, nEnd))
      n = nEnd
    }
  }
  return { left, came }
}

/** An entry that is missing on one side and found later on the other was only at another place. */
function cross(here: Set<string>, there: Set<string>, entry: string): void {
  if (!there.delete(entry)) here.add(entry)
}

/** Negative when the entry of the first CRL comes first. A CRL at its end comes last. */
function compareSerials(before: Buffer, b: number, now: Buffer, n: number): number {
  if (b === before.length) return 1
  if (n === now.length) return -1
  const [bSerial, nSerial] = [b + SERIAL_AT, n + SERIAL_AT]
  const [bEnd, nEnd] = [endOf(before, b + 2), endOf(now, n + 2)]
  return before.compare(now, nSerial, nEnd, bSerial, bEnd)
}

/** Offset of the serial's content in an entry: behind the headers of the SEQUENCE and of the INTEGER. */
const SERIAL_AT = 4

/**
 * Gives the end of an element that is part of a CRL of ours: less than 128 octets, so its length takes one
 * octet.
 */
function endOf(list: Uint8Array, at: number): number {
  return at < list.length ? at + 2 + (list[at + 1] ?? 0) : at
}

/** Gives each entry as a string of its octets, which a Set can compare by value. */
function* eachEntry(list: Buffer): Generator<string> {
  for (let at = 0; at < list.length; at = endOf(list, at)) {
    yield list.toString('latin1', at, endOf(list, at))
  }
}

/** Gives the content of an entry's INTEGER as a string of its octets. */
function serialOf(entry: string): string {
  return entry.slice(SERIAL_AT, SERIAL_AT + entry.charCodeAt(SERIAL_AT - 1))
}

/** Gives a serial as the ledger has it: without the zero octet that keeps the INTEGER positive. */
function hexOf(serial: string): string {
  const hex = Buffer.from(serial, 'latin1').toString('hex')
  return hex.startsWith('00') ? hex.slice(2) : hex
}

function bytesOf(entry: string): Uint8Array {
  return new Uint8Array(Buffer.from(entry, 'latin1'))
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

const NOTHING = new Uint8Array()
