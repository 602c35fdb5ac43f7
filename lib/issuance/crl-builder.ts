import { createHash, createPublicKey, verify } from 'node:crypto'
import { LatchkeyError } from '#lib/errors.ts'
import type { RevocationReason } from '#lib/model.ts'
import type { SignatureAlgorithm } from '#lib/pki/algorithm.ts'
import { assembleCrl, buildCrlTbs, encodeEntry } from '#lib/pki/crl.ts'
import { eachElement, TAG } from '#lib/pki/der.ts'
import type { Issuer } from '#lib/pki/profile.ts'
import { growingBytes } from './growing-bytes.ts'

/**
 * The part of publishing that costs time: encoding, comparing, hashing, packing. It knows neither
 * ledger nor key, so that it can run in a thread of its own; everything that goes in and out can
 * be sent between threads.
 */
export type CrlBuilder = {
  /** Takes entries in the order of serials. */
  readonly add: (page: EntryPage) => void
  /** What was added, in all and by partition; compared with `previous`, the published full CRL. */
  readonly summary: () => CrlSummary
  readonly draft: (plan: CrlPlan) => CrlDraft
  /** The signed CRL, verified. Throws 'signer_unavailable' for a wrong signature. */
  readonly finish: (tbs: Uint8Array, signature: Uint8Array) => SignedCrl
}

/** Columns, which go between threads faster than rows. */
export type EntryPage = {
  readonly serials: readonly string[]
  readonly partitions: readonly string[]
  /** Milliseconds. */
  readonly times: readonly number[]
  /** Null: the status is not known now, so the entry stays as the CRL before has it, or stays out. */
  readonly reasons: readonly (RevocationReason | null)[]
}

export type CrlSummary = {
  readonly entries: number
  /** Hex SHA-256 of all entries. */
  readonly hash: string
  readonly partitions: readonly {
    readonly name: string
    readonly entries: number
    readonly hash: string
  }[]
}

export type CrlPlan = {
  readonly number: number
  readonly thisUpdate: Date
  readonly nextUpdate: Date
} & (
  | { readonly kind: 'full'; readonly freshestUrl: string | null }
  | { readonly kind: 'partition'; readonly name: string; readonly url: string }
  | {
      readonly kind: 'delta'
      readonly baseNumber: number
      readonly base: Uint8Array
      /** The delta before of the same base, or null. */
      readonly previous: Uint8Array | null
    }
)

export type CrlDraft = {
  /** TBSCertList. */
  readonly tbs: Uint8Array<ArrayBuffer>
  /** How many entries it has. */
  readonly entries: number
}

export type SignedCrl = {
  readonly der: Uint8Array<ArrayBuffer>
  /** Base64url SHA-256 of the DER. */
  readonly hash: string
  /** Hex SHA-256 of the TBSCertList, as the signer's log has it. */
  readonly tbsHash: string
}

/** Begins a new set of lists. `previous` is the full CRL as published, or null. */
export function crlBuilder(
  issuer: Issuer,
  algorithm: SignatureAlgorithm,
  previous: Uint8Array | null,
): CrlBuilder {
  const partitions = new Map<string, Part>()
  let before: ReadonlyMap<string, Uint8Array> | null = null

  const partOf = (name: string) => {
    const known = partitions.get(name)
    if (known) return known
    const made = { bytes: growingBytes(), entries: 0 }
    partitions.set(name, made)
    return made
  }
  const carried = (serial: string) => {
    before ??= previous ? entriesOf(previous) : new Map()
    return before.get(serial) ?? null
  }
  const parts = () => [...partitions].sort(([a], [b]) => (a < b ? -1 : 1))

  return {
    add: ({ serials, partitions: names, times, reasons }) => {
      serials.forEach((serial, i) => {
        const reason = reasons[i] ?? null
        const entry = reason
          ? encodeEntry(serial, new Date(times[i] ?? 0), reason)
          : carried(serial)
        if (entry === null) return
        const part = partOf(names[i] ?? '')
        part.bytes.push(entry)
        part.entries += 1
      })
    },
    summary: () => {
      const found = parts().map(([name, { bytes, entries }]) => ({
        name,
        entries,
        hash: hashOf([bytes.view()]),
      }))
      const all = parts().map(([, { bytes }]) => bytes.view())
      const entries = found.reduce((sum, part) => sum + part.entries, 0)
      return { entries, hash: hashOf(all), partitions: found }
    },
    draft: (plan) => {
      const { list, count, ...wish } = wishOf(plan, parts())
      return { tbs: buildCrlTbs(issuer, { ...wish, entries: list }), entries: count }
    },
    finish: (tbs, signature) => {
      verifySignature(issuer, tbs, signature)
      const der = assembleCrl(tbs, algorithm, signature)
      return {
        der,
        hash: createHash('sha256').update(der).digest('base64url'),
        tbsHash: hashOf([tbs]),
      }
    },
  }
}

type Part = { readonly bytes: ReturnType<typeof growingBytes>; entries: number }

/** Hex SHA-256 of the entries of a published CRL, as `summary` gives it. */
export function entriesHash(der: Uint8Array): string {
  return hashOf([revokedOf(der)])
}

function wishOf(plan: CrlPlan, parts: Parts) {
  const { number, thisUpdate, nextUpdate } = plan
  const common = { number: BigInt(number), thisUpdate, nextUpdate }
  const none = { partitionUrl: null, baseNumber: null, freshestUrl: null }
  switch (plan.kind) {
    case 'full':
      return { ...common, ...none, ...joined(parts), freshestUrl: plan.freshestUrl }
    case 'partition': {
      const own = parts.filter(([name]) => name === plan.name)
      return { ...common, ...none, ...joined(own), partitionUrl: plan.url }
    }
    case 'delta': {
      const changed = deltaEntries(parts, plan)
      const baseNumber = BigInt(plan.baseNumber)
      return { ...common, ...none, list: changed, count: changed.length, baseNumber }
    }
  }
}

type Parts = readonly (readonly [name: string, Part])[]

function joined(parts: Parts) {
  return {
    list: parts.map(([, { bytes }]) => bytes.view()),
    count: parts.reduce((sum, [, { entries }]) => sum + entries, 0),
  }
}

/**
 * RFC 5280 section 5.2.4: what changed since the base, for whoever holds the base or any full CRL
 * after it. So what a delta has named it names until the base changes, and what is no longer
 * revoked is removed by name.
 */
function deltaEntries(
  parts: Parts,
  plan: Extract<CrlPlan, { kind: 'delta' }>,
): readonly Uint8Array[] {
  const left = new Set(eachEntry(revokedOf(plan.base)))
  const named = new Set(serialsOf(plan.previous))
  const present = new Set<string>()
  const entries: Uint8Array[] = []
  for (const [, { bytes }] of parts) {
    for (const entry of eachEntry(bytes.view())) {
      // Almost every entry is the same as in the base, so nothing more is read of it.
      const isSame = left.delete(entry)
      if (isSame && named.size === 0) continue
      const serial = serialOf(entry)
      present.add(serial)
      if (!isSame || named.has(serial)) entries.push(bytesOf(entry))
    }
  }
  const gone = new Set([...[...left].map(serialOf), ...named].filter((one) => !present.has(one)))
  for (const serial of gone) entries.push(encodeEntry(serial, plan.thisUpdate, 'removeFromCRL'))
  return entries
}

/** Entries by serial, hex. */
function entriesOf(der: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>()
  for (const entry of eachEntry(revokedOf(der))) entries.set(serialOf(entry), bytesOf(entry))
  return entries
}

function serialsOf(der: Uint8Array | null): readonly string[] {
  return der ? [...eachEntry(revokedOf(der))].map(serialOf) : []
}

/**
 * Each entry as a text of its octets: such texts can be kept in sets, and there may be a million. An
 * entry of ours has less than 128 octets, so its length takes one.
 */
function* eachEntry(list: Uint8Array): Generator<string> {
  const buffer = Buffer.from(list.buffer, list.byteOffset, list.length)
  for (let at = 0; at < buffer.length; ) {
    const end = at + 2 + (buffer[at + 1] ?? 0)
    yield buffer.toString('latin1', at, end)
    at = end
  }
}

function bytesOf(entry: string): Uint8Array {
  return new Uint8Array(Buffer.from(entry, 'latin1'))
}

/** The first part of an entry: an INTEGER of up to 21 octets. */
function serialOf(entry: string): string {
  const end = 4 + entry.charCodeAt(3)
  const start = entry.charCodeAt(4) === 0 ? 5 : 4
  return Buffer.from(entry.slice(start, end), 'latin1').toString('hex')
}

/** The content of revokedCertificates of a CRL of ours; without it the extensions stand there. */
function revokedOf(der: Uint8Array): Uint8Array {
  const [list] = eachElement(der)
  const [tbs] = list ? eachElement(list.value) : []
  const parts = tbs ? [...eachElement(tbs.value)] : []
  const revoked = parts[5]
  return revoked?.tag === TAG.sequence ? revoked.value : NOTHING
}

const NOTHING = new Uint8Array()

function hashOf(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

const HASHES = {
  'ecdsa-sha256': 'sha256',
  'ecdsa-sha384': 'sha384',
  'ecdsa-sha512': 'sha512',
  'rsa-sha256': 'sha256',
  'rsa-sha384': 'sha384',
} as const satisfies Record<SignatureAlgorithm, string>

function verifySignature(issuer: Issuer, tbs: Uint8Array, signature: Uint8Array): void {
  const key = createPublicKey({ key: Buffer.from(issuer.spki), format: 'der', type: 'spki' })
  if (verify(HASHES[issuer.algorithm], tbs, { key, dsaEncoding: 'der' }, signature)) return
  throw new LatchkeyError('signer_unavailable', 'The signer gave a signature that is not good.')
}
