import type { StatusAuthority } from '#lib/issuance/authority.ts'
import type { DirectoryState } from '#lib/ledger/directory-ledger.ts'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { DirectoryKey, DirectoryObject } from '#lib/model.ts'
import { directoryEffect } from '#lib/policy/directory-effect.ts'
import { findObject, isAsked, keysOf } from '#lib/policy/holder.ts'
import { statusOf } from '#lib/policy/status.ts'
import type { CertificateStatus, DirectoryKnowledge } from '#lib/policy/status-types.ts'

/** For each kind of object, until when the directory was read, at one moment; null: never. */
export type ReadAt = Readonly<Record<DirectoryKey['kind'], Date | null>>

/** Clocks of replicas differ by less than this; a later sync comes from a wrong clock. */
const SKEW_MS = 60_000

export async function readAtOf({ ledger }: Pick<StatusAuthority, 'ledger'>): Promise<ReadAt> {
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

/** How current the knowledge of the whole directory is. No CRL claims more than this. */
export type Freshness = {
  /** When the change feed that was read longest ago was read; null when one never was. */
  readonly readAt: Date | null
  /** Whether all change feeds were read within the budget. */
  readonly isFresh: boolean
}

export function freshnessOf(
  { policy, now, directoryBudgetMs }: Pick<StatusAuthority, 'policy' | 'now' | 'directoryBudgetMs'>,
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
 * Gives the status of each certificate, in the same order. OCSP, CRL, portal, API and renewal all get the
 * status here.
 *
 * Reads the ledger only. Directory objects that are missing or older than the budget are refreshed in the
 * background; until then the status is that of the ledger's revocation, else unknown, never good. With
 * `readAt` many certificates are evaluated by the same times, and no refresh is started.
 */
export async function statusOfRecords(
  authority: StatusAuthority,
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

/** Gives the directory effect of the stored objects, and as of when it is known. */
export function knowledgeOf(
  { policy, directoryBudgetMs }: Pick<StatusAuthority, 'policy' | 'directoryBudgetMs'>,
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
    // RFC 6960 section 3.2: clients check that thisUpdate is not in the future, so a later time is replaced
    // by now.
    asOf: new Date(Math.min(asOfMs || now.getTime(), now.getTime())),
  }
}

/**
 * When an object was last known to be as it is stored: when it was looked up, or when a sync read its change
 * feed to the end, unless the object needs a recheck. 0 for an impossible time.
 */
function knownAt(object: DirectoryObject, readAt: Date | null, now: Date): number {
  const times = [object.seenAt.getTime(), object.needsRecheck ? 0 : (readAt?.getTime() ?? 0)]
  const possible = times.filter((time) => time <= now.getTime() + SKEW_MS)
  return Math.max(0, ...possible)
}
