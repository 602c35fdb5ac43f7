import type { DirectoryObject, Holder } from '#lib/model.ts'
import { findObject, keysOf, ownershipLostSince } from './holder.ts'
import type { BoundTo, DirectoryEffect, StatusPolicy, StatusReason } from './status-types.ts'
import { sameName } from './text.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

const NONE: DirectoryEffect = { kind: 'none', endsAt: null }

/**
 * Gives the effect that the stored directory objects have on a certificate that is bound to them. OCSP,
 * CRL, portal, API, renewal and the directory sync all use this table of rules. A revocation goes before
 * a hold; of several holds the first in the table is reported. No effect begins before the certificate was
 * made: a cause may be older than the certificate, but not its effect. Null when one of the objects was
 * never read.
 */
export function directoryEffect(
  policy: StatusPolicy,
  bound: BoundTo,
  objects: readonly DirectoryObject[],
  now: Date,
): DirectoryEffect | null {
  const { holder, createdAt } = bound
  if (holder.kind === 'application') return NONE
  const keys = keysOf(holder, policy)
  const found = keys.flatMap((key) => findObject(objects, key) ?? [])
  if (found.length === 0 || found.length < keys.length) return null
  const rules = holder.kind === 'user' ? userRules(policy, bound, found) : []
  const all = holder.kind === 'device' ? deviceRules(policy, holder, found, now) : rules
  const effects = all.flatMap((rule) =>
    rule.since ? [toEffect(rule, rule.since, createdAt, now)] : [],
  )
  return (
    effects.find(({ kind }) => kind === 'revoke') ??
    // Of several holds the first in the table gives the cause, and the one that ends first gives finalAt.
    withEarliestEnd(effects.filter((effect) => effect.kind === 'hold')) ??
    (holder.kind === 'device' ? inGrace(policy, found, now) : NONE)
  )
}

/** One condition of a directory object, and what it does to the certificate. */
type Rule = {
  /** Since when the condition holds; null when it does not. */
  readonly since: Date | null
  /** Reason of the hold. */
  readonly hold: StatusReason
  /** Reason of the revocation that follows; null when the condition only ever puts on hold. */
  readonly final: StatusReason | null
  /** How long after `since` the hold becomes a revocation; null for never by time alone. */
  readonly finalAfterMs: number | null
  /** Whether the directory itself says that the condition is permanent. */
  readonly isFinal: boolean
}

function toEffect(rule: Rule, began: Date, createdAt: Date, now: Date): DirectoryEffect {
  const since = began > createdAt ? began : createdAt
  const finalAt = rule.finalAfterMs === null ? null : new Date(since.getTime() + rule.finalAfterMs)
  const isOver = rule.isFinal || (finalAt !== null && now >= finalAt)
  return rule.final !== null && isOver
    ? { kind: 'revoke', cause: rule.final, since }
    : { kind: 'hold', cause: rule.hold, since, finalAt }
}

type Hold = Extract<DirectoryEffect, { kind: 'hold' }>

function withEarliestEnd(holds: readonly Hold[]): Hold | null {
  const [first] = holds
  if (!first) return null
  const ends = holds.flatMap(({ finalAt }) => (finalAt ? [finalAt.getTime()] : []))
  return { ...first, finalAt: ends.length === 0 ? null : new Date(Math.min(...ends)) }
}

function userRules(
  policy: StatusPolicy,
  { upn }: BoundTo,
  [user]: readonly DirectoryObject[],
): readonly Rule[] {
  if (!user) return []
  const isRenamed = upn !== null && user.upn !== null && !sameName(upn, user.upn)
  return [
    absence(policy, user, 'account_absent', 'account_deleted'),
    reversible(user.disabledSince, 'account_disabled'),
    reversible(policy.holdRiskyUsers ? user.riskySince : null, 'account_at_risk'),
    reversible(policy.holdRenamed && isRenamed ? user.upnSince : null, 'account_renamed'),
  ]
}

function deviceRules(
  policy: StatusPolicy,
  holder: Extract<Holder, { kind: 'device' }>,
  objects: readonly DirectoryObject[],
  now: Date,
): readonly Rule[] {
  const entra = objects.find(({ kind }) => kind === 'entra_device') ?? null
  const intune = objects.find(({ kind }) => kind === 'intune_device') ?? null
  const owner = objects.find(({ kind }) => kind === 'user') ?? null
  return [
    // A deleted Entra device puts its certificate on hold even while Intune's record remains.
    ...(entra ? [absence(policy, entra, 'device_absent', 'device_deleted')] : []),
    ...(intune ? [leftIntune(policy, intune, entra !== null)] : []),
    ...[intune, entra].flatMap((object) => (object ? [retirement(object)] : [])),
    ...(policy.deviceFollowsOwner
      ? ownerRules(policy, { entra, intune, owner }, holder.ownerOid)
      : []),
    reversible(entra?.disabledSince ?? null, 'device_disabled'),
    reversible(nonCompliance(policy, objects, now), 'device_not_compliant'),
  ]
}

/** An object that is gone: final when the directory says that it is deleted for good, or after restoreDays. */
function absence(
  { restoreDays }: StatusPolicy,
  { absentSince, deletion }: DirectoryObject,
  hold: StatusReason,
  final: StatusReason,
): Rule {
  return {
    since: absentSince,
    hold,
    final,
    finalAfterMs: restoreDays * DAY_MS,
    isFinal: deletion === 'final',
  }
}

/**
 * A record that is gone from Intune, which has no recycle bin. While Entra still has the device this is a
 * hold, as for a device that is not compliant. A record that vanishes during a retirement is handled by
 * retirement().
 */
function leftIntune(policy: StatusPolicy, intune: DirectoryObject, hasEntra: boolean): Rule {
  if (!hasEntra) return absence(policy, intune, 'device_absent', 'device_deleted')
  return reversible(policy.holdNonCompliant ? intune.absentSince : null, 'device_left_intune')
}

/** A retire or wipe in Intune: a hold while pending, final when it was issued or the record vanished. */
function retirement(object: DirectoryObject): Rule {
  const { kind, retirement, retirementSince, absentSince } = object
  const hasVanished = kind === 'intune_device' && absentSince !== null
  return {
    since: retirement === null ? null : retirementSince,
    hold: 'device_retiring',
    final: 'device_retired',
    finalAfterMs: null,
    isFinal: retirement === 'issued' || hasVanished,
  }
}

/** Rules for the owner of a device: a change of owner, and the state of the owner's account. */
function ownerRules(
  policy: StatusPolicy,
  { entra, intune, owner }: Record<'entra' | 'intune' | 'owner', DirectoryObject | null>,
  ownerOid: string,
): readonly Rule[] {
  const changed: Rule = {
    since: ownershipLostSince(policy, { entra, intune }, ownerOid),
    hold: 'owner_changed',
    final: 'owner_changed',
    finalAfterMs: policy.transferDays * DAY_MS,
    isFinal: false,
  }
  if (!owner) return [changed]
  return [
    absence(policy, owner, 'owner_absent', 'owner_deleted'),
    changed,
    reversible(owner.disabledSince, 'owner_disabled'),
    reversible(policy.holdRiskyUsers ? owner.riskySince : null, 'owner_at_risk'),
  ]
}

/** Since when the device is not compliant; null while it is, and during the grace period after its enrolment. */
function nonCompliance(
  policy: StatusPolicy,
  objects: readonly DirectoryObject[],
  now: Date,
): Date | null {
  const since = nonCompliantSince(policy, objects)
  return since && now >= graceEnd(policy, objects) ? since : null
}

/** No effect yet. For a device that is not compliant, with the moment when its grace period ends. */
function inGrace(
  policy: StatusPolicy,
  objects: readonly DirectoryObject[],
  now: Date,
): DirectoryEffect {
  const ends = graceEnd(policy, objects)
  return nonCompliantSince(policy, objects) && now < ends ? { kind: 'none', endsAt: ends } : NONE
}

/** Since when the first of the directories that know the device calls it not compliant. Issuance asks the same. */
function nonCompliantSince(
  { holdNonCompliant }: StatusPolicy,
  objects: readonly DirectoryObject[],
): Date | null {
  if (!holdNonCompliant) return null
  const times = objects.flatMap(({ nonCompliantSince }) => nonCompliantSince ?? [])
  return times.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null
}

function graceEnd(
  { complianceGraceMinutes }: StatusPolicy,
  objects: readonly DirectoryObject[],
): Date {
  const intune = objects.find(({ kind }) => kind === 'intune_device')
  return new Date((intune?.enrolledAt?.getTime() ?? 0) + complianceGraceMinutes * MINUTE_MS)
}

/** A condition that puts on hold for as long as it lasts and never revokes. */
function reversible(since: Date | null, hold: StatusReason): Rule {
  return { since, hold, final: null, finalAfterMs: null, isFinal: false }
}
