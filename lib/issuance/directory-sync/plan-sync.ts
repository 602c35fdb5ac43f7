import type { AuditEvent } from '#lib/audit.ts'
import type { BoundCertificate, CertificateChange, SyncPlan } from '#lib/ledger/directory-ledger.ts'
import {
  type DirectoryKey,
  type DirectoryObject,
  type Observation,
  textOfKey,
  unseen,
} from '#lib/model.ts'
import { directoryEffect } from '#lib/policy/directory-effect.ts'
import { keysOf } from '#lib/policy/holder.ts'
import { BY_DIRECTORY, type DirectoryEffect, type StatusPolicy } from '#lib/policy/status-types.ts'
import { foldAscii, sameName } from '#lib/policy/text.ts'
import { describeChange, isChange, isWorse } from './change.ts'
import { mergeObservation } from './merge.ts'

export type SyncInput = {
  /** What is stored of the observed objects, and of all other objects that `certificates` depend on. */
  readonly stored: readonly DirectoryObject[]
  /** At most one observation for each object. Objects without an observation are planned by `due`. */
  readonly observations: readonly Observation[]
  /** Objects whose certificates are evaluated again though there is no observation of them. */
  readonly due: readonly DirectoryKey[]
  /** All certificates that depend on the objects of `observations` and `due`. */
  readonly certificates: readonly BoundCertificate[]
  /**
   * User principal names that the directory assigns to somebody, case-folded, with the object id of that
   * person.
   */
  readonly names: ReadonlyMap<string, string>
  /**
   * True for the directory sync, whose observations need no recheck. Other observations do when they are the first
   * of an object or show a change: the replica of Graph that answered may lag behind the one that the change
   * feed read, and the feed reports each change only once.
   */
  readonly isSync: boolean
}

/**
 * Plans what observations change: directory objects, and the certificates that depend on them. Pure: the same
 * stored state and observations give the same plan. `actor` is the part of Latchkey that made the observations, for
 * the audit trail.
 */
export function planSync(
  policy: StatusPolicy,
  input: SyncInput,
  actor: string,
  now: Date,
): SyncPlan {
  const before = new Map(input.stored.map((object) => [textOfKey(object), object]))
  const after = new Map(before)
  for (const observation of input.observations) {
    const key = textOfKey(observation)
    const known = before.get(key) ?? unseen(observation)
    after.set(
      key,
      isOutdated(observation, known, now) ? known : mergeObservation(known, observation, now),
    )
  }
  const evaluated = input.certificates.map((certificate) => {
    const objects = keysOf(certificate.holder, policy).flatMap(
      (key) => after.get(textOfKey(key)) ?? [],
    )
    return { certificate, effect: effectOn(policy, certificate, objects, input.names, now) }
  })
  const touched = [...input.observations, ...input.due].map(textOfKey)
  const toRecheck = input.observations.filter((observation) => {
    const known = before.get(textOfKey(observation))
    return isContradicted(observation) || (known && isOutdated(observation, known, now))
  })
  const contradicted = new Set(toRecheck.map(textOfKey))
  const objects = [...new Set(touched)].flatMap((key) => {
    const to = after.get(key)
    if (!to) return []
    const own = evaluated.filter(({ certificate }) => dependsOn(policy, certificate, to))
    const dueAt = earliestEnd(own.map(({ effect }) => effect))
    const known = before.get(key)
    const isNews = !known || known.needsRecheck || isChange({ before: known, after: to })
    const needsRecheck = contradicted.has(key) || (!input.isSync && isNews)
    const version = to.version + 1
    return [{ from: known?.version ?? 0, to: { ...to, dueAt, needsRecheck, version } }]
  })
  const compared = objects.map(({ to }) => {
    return { before: before.get(textOfKey(to)) ?? unseen(to), after: to }
  })
  const changes = compared.filter(isChange)
  const certificates = evaluated.flatMap(({ certificate, effect }) =>
    changeOf(certificate, effect, now),
  )
  return {
    objects,
    certificates,
    beside: besideOf(policy, input, touched, certificates),
    complete: objects.map(({ to: { kind, id } }) => ({ kind, id })),
    evaluated: input.certificates.map(({ issuerId, serial, version }) => ({
      issuerId,
      serial,
      version,
    })),
    events: [
      ...changes.map(
        (change): AuditEvent => ({
          kind: 'directory.changed',
          at: now,
          actor,
          serial: null,
          facts: {
            kind: change.after.kind,
            id: change.after.id,
            change: describeChange(change).join(', '),
          },
        }),
      ),
      ...certificates.flatMap((change) => revokedEvent(change, actor, now)),
    ],
    changed: changes.length,
    worse: compared.filter(isWorse).length,
  }
}

/**
 * Whether the stored state of the object is from a later time than the observation. Then the object is looked up
 * again, since the change feed reports each change only once. A stored time in the future comes from a wrong
 * clock and counts as not later.
 */
function isOutdated(observation: Observation, { seenAt }: DirectoryObject, now: Date): boolean {
  return observation.present !== 'untold' && seenAt > observation.at && seenAt <= now
}

function isContradicted(observation: Observation): boolean {
  return observation.present !== false && observation.contradicted === true
}

function dependsOn(
  policy: StatusPolicy,
  { holder }: BoundCertificate,
  object: DirectoryKey,
): boolean {
  return keysOf(holder, policy).some(({ kind, id }) => kind === object.kind && id === object.id)
}

/**
 * A user principal name that belongs to somebody else now revokes the certificate that carries it, before any
 * other rule. It does not while the certificate's holder is known to have the name as well: no two people
 * have the same name, so one of the answers is outdated.
 */
function effectOn(
  policy: StatusPolicy,
  certificate: BoundCertificate,
  objects: readonly DirectoryObject[],
  names: SyncInput['names'],
  now: Date,
): DirectoryEffect | null {
  const { holder, upn, createdAt } = certificate
  const namesake = upn === null ? undefined : names.get(foldAscii(upn))
  const isOthers = holder.kind === 'user' && namesake !== undefined && namesake !== holder.oid
  if (isOthers && !objects.some((object) => hasName(object, upn))) {
    return { kind: 'revoke', cause: 'name_reused', since: now > createdAt ? now : createdAt }
  }
  return directoryEffect(policy, certificate, objects, now)
}

/** Whether a person who is present in the directory has this name, as far as is stored. */
function hasName(object: DirectoryObject, name: string | null): boolean {
  const { kind, absentSince, upn } = object
  if (kind !== 'user' || absentSince !== null || upn === null || name === null) return false
  return sameName(upn, name)
}

/**
 * The other objects that the changed certificates depend on, with their versions: the plan is applied only
 * while these are unchanged.
 */
function besideOf(
  policy: StatusPolicy,
  { stored, certificates }: SyncInput,
  touched: readonly string[],
  changes: readonly CertificateChange[],
): SyncPlan['beside'] {
  const changed = new Set(changes.map(({ issuerId, serial }) => `${issuerId}/${serial}`))
  const versions = new Map(stored.map((object) => [textOfKey(object), object.version]))
  const keys = certificates
    .filter(({ issuerId, serial }) => changed.has(`${issuerId}/${serial}`))
    .flatMap(({ holder }) => keysOf(holder, policy))
  const others = new Map(keys.map((key) => [textOfKey(key), key]))
  for (const text of touched) others.delete(text)
  return [...others].map(([text, key]) => ({ ...key, version: versions.get(text) ?? 0 }))
}

function earliestEnd(effects: readonly (DirectoryEffect | null)[]): Date | null {
  const ends = effects.flatMap((effect) => {
    if (effect?.kind === 'none') return effect.endsAt ? [effect.endsAt.getTime()] : []
    return effect?.kind === 'hold' && effect.finalAt ? [effect.finalAt.getTime()] : []
  })
  return ends.length === 0 ? null : new Date(Math.min(...ends))
}

function changeOf(
  { issuerId, serial, version, isMarked, ...certificate }: BoundCertificate,
  effect: DirectoryEffect | null,
  now: Date,
): readonly CertificateChange[] {
  // An unknown state may be a bad one, and a grace period ends without a change in the directory; so both are
  // marked.
  const mayBeRevokedOrHeld = effect === null || effect.kind !== 'none' || effect.endsAt !== null
  if (effect?.kind === 'revoke') {
    const at = effect.since > certificate.createdAt ? effect.since : certificate.createdAt
    const reason = 'cessationOfOperation'
    const revocation = {
      at: at < now ? at : now,
      reason,
      by: BY_DIRECTORY,
      cause: effect.cause,
    } as const
    return [{ issuerId, serial, version, isMarked: true, revocation }]
  }
  return mayBeRevokedOrHeld === isMarked
    ? []
    : [{ issuerId, serial, version, isMarked: mayBeRevokedOrHeld, revocation: null }]
}

function revokedEvent(
  { serial, revocation }: CertificateChange,
  actor: string,
  at: Date,
): readonly AuditEvent[] {
  if (revocation === null) return []
  const { reason, cause, by } = revocation
  return [{ kind: 'certificate.revoked', at, actor, serial, facts: { reason, cause, by } }]
}
