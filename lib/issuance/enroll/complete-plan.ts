import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { byKey, readInput, type Stored } from '#lib/issuance/directory-sync/apply.ts'
import { isChange } from '#lib/issuance/directory-sync/change.ts'
import { observationsOf } from '#lib/issuance/directory-sync/look-up.ts'
import { planSync, type SyncInput } from '#lib/issuance/directory-sync/plan-sync.ts'
import type { BoundCertificate, SyncPlan } from '#lib/ledger/directory-ledger.ts'
import type { Intent } from '#lib/ledger/ledger.ts'
import { type DirectoryObject, textOfKey } from '#lib/model.ts'
import { directoryEffect } from '#lib/policy/directory-effect.ts'
import { keysOf } from '#lib/policy/holder.ts'
import type { DecisionContext } from '#lib/policy/policy.ts'
import { foldAscii } from '#lib/policy/text.ts'

export type CompletePlan = {
  readonly plan: SyncPlan
  /**
   * Whether the certificate is marked for CRLs: its objects may stop it without a further change in the
   * directory.
   */
  readonly isMarked: boolean
}

/**
 * Gives what step 10 of the issuance cycle saw of a new certificate's holder, as a plan for the ledger.
 * Throws LatchkeyError('ownership_changed') when it did not see all that the certificate depends on, or when the
 * stored state of that, merged with these observations, would put the certificate on hold or revoke it. `before` is
 * what was read of the holder's objects already.
 */
export async function completePlan(
  authority: Authority,
  { issuerId, serial, holder, createdAt, upn }: Intent,
  context: DecisionContext,
  before: Stored | null,
): Promise<CompletePlan> {
  const { policy } = authority
  const observations = observationsOf(authority, holder, context)
  // The user principal name belongs to the requester now, so it revokes a certificate of somebody else with
  // the same name.
  const names = new Map(holder.kind === 'user' && upn ? [[foldAscii(upn), holder.oid]] : [])
  // An object that the answers do not mention any more must not count by what is stored of it.
  if (observations.length < keysOf(holder, policy).length) throw changedMeanwhile()
  const seen = { observations, due: [], names, isSync: false }
  const input = await readInput(authority, seen, before)
  const now = authority.now()
  const own: BoundCertificate = {
    issuerId,
    serial,
    holder,
    createdAt,
    upn,
    version: 0,
    isMarked: false,
  }
  const certificates = [...input.certificates, own]
  const plan = planSync(policy, { ...input, certificates }, 'issuance', now)
  const after = new Map(byKey(input.stored))
  for (const { to } of plan.objects) after.set(textOfKey(to), to)
  const effect = directoryEffect(policy, own, [...after.values()], now)
  if (effect?.kind !== 'none' || isNameUnclear(own, input, plan)) throw changedMeanwhile()
  // In the ledger the new certificate is not among the issued ones yet.
  const isOther = (one: { readonly issuerId: string; readonly serial: string }) =>
    one.issuerId !== issuerId || one.serial !== serial
  const others = {
    ...plan,
    certificates: plan.certificates.filter(isOther),
    evaluated: plan.evaluated.filter(isOther),
  }
  const isMarked = effect.endsAt !== null
  return { plan: withoutNews(others, byKey(input.stored)) ?? others, isMarked }
}

/**
 * Gives a plan that only compares versions, when nothing is to be stored; many certificates of one holder may
 * then be completed at once. Null when there is something to store.
 */
function withoutNews(
  plan: SyncPlan,
  stored: ReadonlyMap<string, DirectoryObject>,
): SyncPlan | null {
  const isNews = plan.objects.some(({ to }) => {
    const before = stored.get(textOfKey(to))
    return (
      before === undefined ||
      isChange({ before, after: to }) ||
      before.needsRecheck !== to.needsRecheck ||
      before.objectId !== to.objectId ||
      before.upn !== to.upn ||
      (before.owners === null) !== (to.owners === null) ||
      before.dueAt?.getTime() !== to.dueAt?.getTime()
    )
  })
  if (isNews || plan.certificates.length > 0) return null
  const compared = plan.objects.map(({ from, to: { kind, id } }) => ({ kind, id, version: from }))
  return {
    ...plan,
    objects: [],
    complete: [],
    evaluated: [],
    beside: [...compared, ...plan.beside],
  }
}

/**
 * Whether somebody else is stored with the same name, so that one of the two answers came from a lagging
 * replica of Graph.
 */
function isNameUnclear(
  { holder, upn }: BoundCertificate,
  { certificates }: SyncInput,
  { certificates: changes }: SyncPlan,
): boolean {
  if (holder.kind !== 'user' || upn === null) return false
  const ended = new Set(changes.flatMap(({ serial, revocation }) => (revocation ? [serial] : [])))
  return certificates.some((one) => {
    const isOthers = one.holder.kind === 'user' && one.holder.oid !== holder.oid
    return isOthers && !ended.has(one.serial)
  })
}

function changedMeanwhile(): LatchkeyError {
  return new LatchkeyError(
    'ownership_changed',
    'The directory changed while the certificate was being made, so it was not given out.',
    { rule: 'holder', remedy: 'Send the same request again in a minute.' },
  )
}
