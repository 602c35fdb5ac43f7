import { createHash, createPublicKey, verify } from 'node:crypto'
import { LatchkeyError } from '#lib/errors.ts'
import type { RevocationReason } from '#lib/model.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import { assembleCrl, buildCrlTbs, ENTRY_OCTETS_MAX, writeEntry } from '#lib/pki/crl/crl.ts'
import type { SignatureAlgorithm } from '#lib/pki/keys/algorithm.ts'
import { deltaEntries, entriesOf, revokedOf } from './crl-changes.ts'
import { growingBytes } from './growing-bytes.ts'

/**
 * The part of publishing a CRL that takes CPU time: encoding, comparing, hashing, compressing. It uses
 * neither ledger nor key and exchanges plain data only, so that it can run in a worker thread.
 */
export type CrlBuilder = {
  /** Adds entries in ascending order of serials. */
  readonly add: (page: EntryPage) => void
  /** Sums up the added entries, in all and by partition, compared with `previous`, the published full CRL. */
  readonly summary: () => CrlSummary
  readonly draft: (plan: CrlPlan) => CrlDraft
  /** The signed CRL, verified. Throws 'signer_unavailable' for a wrong signature. */
  readonly finish: (tbs: Uint8Array, signature: Uint8Array) => SignedCrl
}

/** Entries as columns, which are cheaper to send between threads than one object for each row. */
export type EntryPage = {
  readonly serials: readonly string[]
  readonly partitions: readonly string[]
  /** Milliseconds. */
  readonly times: readonly number[]
  /**
   * Null where the status is not known now: the entry stays as in the previous CRL, or is left out if it had
   * none.
   */
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
      /** The previous delta CRL with the same base, or null. */
      readonly previous: Uint8Array | null
    }
)

export type CrlDraft = {
  /** TBSCertList. */
  readonly tbs: Uint8Array<ArrayBuffer>
  /** The number of its entries. */
  readonly entries: number
}

export type SignedCrl = {
  readonly der: Uint8Array<ArrayBuffer>
  /** Base64url SHA-256 of the DER. */
  readonly hash: string
  /** Hex SHA-256 of the TBSCertList. The signer logs the same hash for each signature. */
  readonly tbsHash: string
}

/** Starts a new set of CRLs. `previous` is the published full CRL, or null. */
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
        const part = partOf(names[i] ?? '')
        if (reason !== null) {
          const entry = { serial, atMs: times[i] ?? 0, reason }
          part.bytes.write(ENTRY_OCTETS_MAX, (bytes, at) => writeEntry(bytes, at, entry))
          part.entries += 1
          return
        }
        const before = carried(serial)
        if (before === null) return
        part.bytes.push(before)
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
      const changed = deltaEntries(joined(parts).list, plan)
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
