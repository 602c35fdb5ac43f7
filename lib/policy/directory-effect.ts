import type { DirectoryObject, Holder } from '#lib/model.ts'
import { findObject, keysOf, ownershipLostSince } from './holder.ts'
import type { BoundTo, DirectoryEffect, StatusPolicy, StatusReason } from './status-types.ts'
import { sameName } from './text.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

const NONE: DirectoryEffect = { kind: 'none', endsAt: null }

/**
 * What the stored objects do to a certificate that is bound to them: the one table of rules behind
 * OCSP, CRL, portal, API, renewal and the directory sync. What is final comes first, then what is
 * worst. Nothing begins before the certificate did: clocks differ, and what is so now counts,
 * whenever it was seen. Null when one of the objects was never read.
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
    // Of several holds the first in the table is told, and the earliest end of them counts.
    withEarliestEnd(effects.filter((effect) => effect.kind === 'hold')) ??
    (holder.kind === 'device' ? inGrace(policy, found, now) : NONE)
  )
}

/** One thing that may be so of an object. */
type Rule = {
  readonly since: Date | null
  readonly hold: StatusReason
  /** What it is called when it is final; null when it never is. */
  readonly final: StatusReason | null
  /** Final so long after it began; null: never by time alone. */
  readonly finalAfterMs: number | null
  /** Final whatever the time. */
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
    // An Entra device that is deleted, though it may come back, is not good whatever Intune's record says.
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

/** Whether it is for good is told by the directory, or by how long it lasts. */
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
 * Intune has no recycle bin: a record that vanishes while the device is on its way out is retired;
 * one that vanishes otherwise is a hold while Entra still has the device.
 */
function leftIntune(policy: StatusPolicy, intune: DirectoryObject, hasEntra: boolean): Rule {
  if (!hasEntra) return absence(policy, intune, 'device_absent', 'device_deleted')
  return reversible(policy.holdNonCompliant ? intune.absentSince : null, 'device_left_intune')
}

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

/** Since when the device is not compliant, past its grace period; null while it is. */
function nonCompliance(
  policy: StatusPolicy,
  objects: readonly DirectoryObject[],
  now: Date,
): Date | null {
  const since = nonCompliantSince(policy, objects)
  return since && now >= graceEnd(policy, objects) ? since : null
}

function inGrace(
  policy: StatusPolicy,
  objects: readonly DirectoryObject[],
  now: Date,
): DirectoryEffect {
  const ends = graceEnd(policy, objects)
  return nonCompliantSince(policy, objects) && now < ends ? { kind: 'none', endsAt: ends } : NONE
}

/** As at issuance, every directory that knows the device must call it compliant. */
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

function reversible(since: Date | null, hold: StatusReason): Rule {
  return { since, hold, final: null, finalAfterMs: null, isFinal: false }
}
