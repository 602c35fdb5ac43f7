import { eachElement, TAG } from '#lib/pki/asn1/der.ts'
import { encodeEntry } from '#lib/pki/crl/crl.ts'

/** Lists that were published, read again to see what changed. They are ours, so their form is known. */

type DeltaPlan = {
  readonly thisUpdate: Date
  readonly base: Uint8Array
  /** The delta before of the same base, or null. */
  readonly previous: Uint8Array | null
}

/**
 * RFC 5280 section 5.2.4: what changed since the base, for whoever holds the base or any full CRL
 * after it. So what a delta has named it names until the base changes, and what is no longer
 * revoked is removed by name.
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

/** The content of revokedCertificates of a CRL of ours; without it the extensions stand there. */
export function revokedOf(der: Uint8Array): Uint8Array {
  const [list] = eachElement(der)
  const [tbs] = list ? eachElement(list.value) : []
  const parts = tbs ? [...eachElement(tbs.value)] : []
  const revoked = parts[5]
  return revoked?.tag === TAG.sequence ? revoked.value : NOTHING
}

/** Entries by serial, hex. */
export function entriesOf(der: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const entries = eachEntry(bufferOf(revokedOf(der)))
  return new Map([...entries].map((entry) => [hexOf(serialOf(entry)), bytesOf(entry)]))
}

/**
 * The entries that only one of two lists has. They are walked side by side, since almost all are
 * the same and in the same order; where the order differs it only takes longer.
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

/** What was missed on one side and is found on the other was only in another place. */
function cross(here: Set<string>, there: Set<string>, entry: string): void {
  if (!there.delete(entry)) here.add(entry)
}

/** Below 0 when the first list's entry comes first; a list that is at its end comes last. */
function compareSerials(before: Buffer, b: number, now: Buffer, n: number): number {
  if (b === before.length) return 1
  if (n === now.length) return -1
  const [bSerial, nSerial] = [b + SERIAL_AT, n + SERIAL_AT]
  const [bEnd, nEnd] = [endOf(before, b + 2), endOf(now, n + 2)]
  return before.compare(now, nSerial, nEnd, bSerial, bEnd)
}

/** Where the content of the serial begins in an entry: behind two headers. */
const SERIAL_AT = 4

/** An element of ours that is part of a list has less than 128 octets, so its length takes one. */
function endOf(list: Uint8Array, at: number): number {
  return at < list.length ? at + 2 + (list[at + 1] ?? 0) : at
}

/** Each entry as a text of its octets: such texts can be kept in sets. */
function* eachEntry(list: Buffer): Generator<string> {
  for (let at = 0; at < list.length; at = endOf(list, at)) {
    yield list.toString('latin1', at, endOf(list, at))
  }
}

/** The content of an entry's INTEGER, as a text of its octets. */
function serialOf(entry: string): string {
  return entry.slice(SERIAL_AT, SERIAL_AT + entry.charCodeAt(SERIAL_AT - 1))
}

/** As the ledger has it: without the octet that keeps an INTEGER positive. */
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
