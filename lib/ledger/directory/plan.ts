import type { Connection } from '#lib/ledger/connection.ts'
import type { DirectoryStateChange, SyncPlan } from '#lib/ledger/directory-ledger.ts'
import type { Operation, Writing } from '#lib/ledger/writing.ts'
import { textOfKey } from '#lib/model.ts'
import type { ObjectRow } from './object-row.ts'

/**
 * Applies plans, completely or not at all: compares everything that a plan was made from, then writes. All
 * writers of all replicas run one after the other, so what was compared stays true until the commit.
 */
export type PlanWriter = {
  /** Null when anything that the plan was made from has changed. */
  readonly check: (
    connection: Connection,
    plan: SyncPlan,
    state: DirectoryStateChange | null,
  ) => Promise<Found | null>
  /** Writes a plan that was checked in the same transaction. */
  readonly write: (
    writing: Writing,
    plan: SyncPlan,
    state: DirectoryStateChange | null,
    found: Found,
  ) => Promise<void>
  readonly apply: (plan: SyncPlan, state: DirectoryStateChange | null) => Operation<boolean>
}

/** A certificate that a plan was made from. */
type Evaluated = SyncPlan['evaluated'][number]

/** What was found for a plan when it was checked. */
export type Found = {
  /** Rows of the objects that it writes, by textOfKey. */
  readonly objects: ReadonlyMap<string, ObjectRow>
  /** Row numbers of the certificates that it was made from, by textOfCertificate. */
  readonly ids: ReadonlyMap<string, number>
  /** Objects, by textOfKey, that some issued certificate depends on. */
  readonly dependedOn: ReadonlySet<string>
}

export function textOfCertificate({ issuerId, serial }: Omit<Evaluated, 'version'>): string {
  return `${issuerId}/${serial}`
}

/** Throws for a plan that contradicts itself, which is a bug of its maker, before anything is written. */
export function requirePlan(plan: SyncPlan): void {
  for (const { from, to } of plan.objects) {
    if (to.version !== from + 1) throw new Error(`${textOfKey(to)} skips a version`)
  }
  const versions = new Map(plan.evaluated.map((one) => [textOfCertificate(one), one.version]))
  const events = new Set(
    plan.events.flatMap(({ kind, serial }) => (kind === 'certificate.revoked' ? [serial] : [])),
  )
  for (const change of plan.certificates) {
    const { serial, version, revocation } = change
    if (versions.get(textOfCertificate(change)) !== version) {
      throw new Error(`${serial} is changed without having been evaluated`)
    }
    if (revocation?.reason === 'certificateHold') {
      throw new Error(`${serial} is put on hold by a plan, which only marks or revokes`)
    }
    if ((revocation !== null) !== events.delete(serial)) {
      throw new Error(`${serial} is revoked without its event, or the reverse`)
    }
  }
  const [stray] = events
  if (stray !== undefined) throw new Error(`${stray} has an event and no revocation`)
}
