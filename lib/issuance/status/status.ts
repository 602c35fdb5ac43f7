import type { Authority } from '#lib/issuance/authority.ts'
import type { DirectoryState } from '#lib/ledger/directory-ledger.ts'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { DirectoryKey, DirectoryObject } from '#lib/model.ts'
import { directoryEffect } from '#lib/policy/directory-effect.ts'
import { findObject, isAsked, keysOf } from '#lib/policy/holder.ts'
import { statusOf } from '#lib/policy/status.ts'
import type { CertificateStatus, DirectoryKnowledge } from '#lib/policy/status-types.ts'

/** How far the directory was read at one moment, by kind of object; null: never. */
export type ReadAt = Readonly<Record<DirectoryKey['kind'], Date | null>>

/** Clocks of replicas differ by less; what was read later than that comes from a clock that was wrong. */
const SKEW_MS = 60_000

export async function readAtOf({ ledger }: Pick<Authority, 'ledger'>): Promise<ReadAt> {
  return readAtBy(await ledger.directoryState())
}

function readAtBy({ streams }: Pick<DirectoryState, 'streams'>): ReadAt {
  const { users, entraDevices, intuneDevices } = streams
  return {
    user: users.readAt,
    entra_device: entraDevices.readAt,
    intune_device: intuneDevices.readAt,
  }
}

/** What is known of the whole directory: no list vouches for more. */
export type Freshness = {
  /** When the stream that was read longest ago was; null when one never was. */
  readonly readAt: Date | null
  /** Whether all of them were read within the budget. */
  readonly isFresh: boolean
}

export function freshnessOf(
  { policy, now, directoryBudgetMs }: Pick<Authority, 'policy' | 'now' | 'directoryBudgetMs'>,
  readAt: ReadAt,
): Freshness {
  const asked = KINDS.filter((kind) => isAsked(policy, kind)).map((kind) => readAt[kind])
  const known = asked.filter((at) => at !== null)
  if (known.length < asked.length) return { readAt: null, isFresh: false }
  const oldest = new Date(Math.min(...known.map((at) => at.getTime())))
  const ageMs = now().getTime() - oldest.getTime()
  return { readAt: oldest, isFresh: ageMs >= -SKEW_MS && ageMs <= directoryBudgetMs }
}

const KINDS = ['user', 'entra_device', 'intune_device'] as const

/**
 * The status of each certificate, in the same order: the only place where OCSP, CRL, portal, API and
 * renewal learn it. Only the ledger is read. What it does not know of the directory, or has known for
 * longer than the budget, is asked for in the background, and until then the status is what the
 * ledger itself says, else unknown: never good. Many certificates of one answer are evaluated by one
 * `readAt`; then nothing is asked for.
 */
export async function statusOfRecords(
  authority: Authority,
  records: readonly CertificateRecord[],
  readAt: ReadAt | null = null,
): Promise<readonly CertificateStatus[]> {
  const { policy, ledger } = authority
  const keys = records.flatMap((record) => keysOf(record.holder, policy))
  const [known, objects] = await Promise.all([
    readAt ?? readAtOf(authority),
    ledger.directoryObjects(keys),
  ])
  const now = authority.now()
  return records.map((record) => {
    const knowledge = knowledgeOf(authority, record, objects, known, now)
    const isFinal = record.revocation !== null && record.revocation.reason !== 'certificateHold'
    if (knowledge.effect === null && readAt === null && !isFinal) {
      authority.backfill(keysOf(record.holder, policy))
    }
    return statusOf(record, knowledge, now)
  })
}

/** What the stored objects do to a certificate, and since when that is known to be so. */
export function knowledgeOf(
  { policy, directoryBudgetMs }: Pick<Authority, 'policy' | 'directoryBudgetMs'>,
  record: CertificateRecord,
  objects: readonly DirectoryObject[],
  readAt: ReadAt,
  now: Date,
): DirectoryKnowledge {
  const keys = keysOf(record.holder, policy)
  if (keys.length === 0) {
    return { effect: directoryEffect(policy, record, objects, now), asOf: now }
  }
  const times = keys.map((key) => {
    const object = findObject(objects, key)
    return object ? knownAt(object, readAt[key.kind], now) : 0
  })
  const asOfMs = Math.min(...times)
  const isFresh = now.getTime() - asOfMs <= directoryBudgetMs
  return {
    effect: isFresh ? directoryEffect(policy, record, objects, now) : null,
    // RFC 6960 section 3.2: a time that lies ahead is not believed.
    asOf: new Date(Math.min(asOfMs || now.getTime(), now.getTime())),
  }
}

/**
 * When an object was last known to be as it is stored: when it was asked for, or when a sync read its
 * stream to the end, unless the object is to be asked for again. 0 for a time that cannot be.
 */
function knownAt(object: DirectoryObject, readAt: Date | null, now: Date): number {
  const times = [object.seenAt.getTime(), object.needsRecheck ? 0 : (readAt?.getTime() ?? 0)]
  const possible = times.filter((time) => time <= now.getTime() + SKEW_MS)
  return Math.max(0, ...possible)
}
