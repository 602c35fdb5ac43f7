import type { Observation } from '#lib/ledger/status-ledger.ts'
import {
  type Device,
  type DirectoryKey,
  type DirectoryObject,
  type DirectoryUser,
  RETIRING_STATES,
} from '#lib/model.ts'
import { isAsked, keysOf } from '#lib/policy/holder-state.ts'
import type { Facts } from '#lib/policy/policy.ts'
import { askDevicesWithId, askUser } from './ask-directory.ts'
import type { Authority } from './authority.ts'
import { changeEvent, isChange, isWorse, unseen } from './directory-change.ts'
import { earlierEnds, endingBy } from './directory-ending.ts'
import type { Order } from './enroll.ts'
import { holderFor } from './intent.ts'

/** What is so of an object now, without the times. */
export type Condition = {
  readonly deleted: boolean
  readonly disabled: boolean
  readonly nonCompliant: boolean
  /** This and the next are null when nobody asked: then it is as it was. */
  readonly retired: boolean | null
  readonly risky: boolean | null
  readonly enrolledAt: Date | null
  readonly objectId: string | null
}

export const SOUND: Condition = {
  deleted: false,
  disabled: false,
  nonCompliant: false,
  retired: false,
  risky: null,
  enrolledAt: null,
  objectId: null,
}

export const DELETED: Condition = { ...SOUND, deleted: true }

/** The condition of one object, asked live. Throws 'directory_unavailable'. */
export async function conditionNow(authority: Authority, key: DirectoryKey): Promise<Condition> {
  if (key.kind === 'user') return userCondition(await askUser(authority, key.id))
  const device = deviceWith(key, await askDevicesWithId(authority, key.id))
  return device ? deviceCondition(authority, key, device) : DELETED
}

/**
 * The only way in for what was seen of an object: keeps the time of what was so already; what is
 * newly so is so since now. An end that an earlier release kept after it was over stays, for the
 * next sweep to see to.
 */
export function mergeCondition(
  { kind, id }: DirectoryKey,
  condition: Condition,
  before: DirectoryObject | undefined,
  now: Date,
): DirectoryObject {
  const since = (is: boolean, was: Date | null | undefined) => (is ? (was ?? now) : null)
  const retired = condition.retired ?? before?.retired ?? false
  const riskySince = before?.riskySince ?? null
  const earlier = before ? earlierEnds(before) : { deletedAt: null, retiredAt: null }
  return {
    kind,
    id,
    readAt: now,
    objectId: condition.objectId ?? before?.objectId ?? null,
    present: !condition.deleted,
    deletedAt: condition.deleted
      ? since(true, before?.present ? null : before?.deletedAt)
      : earlier.deletedAt,
    disabledSince: since(condition.disabled, before?.disabledSince),
    nonCompliantSince: since(condition.nonCompliant, before?.nonCompliantSince),
    retired,
    retiredAt: retired ? since(true, before?.retired ? before.retiredAt : null) : earlier.retiredAt,
    riskySince: condition.risky === null ? riskySince : since(condition.risky, riskySince),
    enrolledAt: condition.enrolledAt ?? before?.enrolledAt ?? null,
  }
}

/** An object with its condition; null when it was not seen. */
export type Sight = { readonly key: DirectoryKey; readonly condition: Condition | null }

/** What the ledger makes of this, with an event for each change; `actor` is the part that saw it. */
export function observation(
  authority: Authority,
  actor: string,
  sights: readonly Sight[],
  now: Date,
): Observation {
  return {
    keys: sights.map(({ key }) => key),
    merge: (stored) => {
      const changes = sights.flatMap(({ key, condition }) => {
        const before = find(stored, key)
        if (condition === null) return before ? [{ before, after: before }] : []
        const after = mergeCondition(key, condition, before, now)
        return [{ before: before ?? unseen(key, now), after }]
      })
      return {
        objects: changes.map(({ after }) => after),
        events: changes.filter(isChange).map((change) => changeEvent(authority, actor, change)),
        worse: changes.filter(isWorse).length,
      }
    },
    ending: endingBy(authority, actor, now),
  }
}

/** The objects of a new certificate's holder, as step 10 of the issuance cycle saw them. */
export function holderSeen(authority: Authority, order: Order, facts: Facts): Observation {
  const sights = keysOf(holderFor(order), authority.policy).map((key): Sight => {
    if (key.kind === 'user') return { key, condition: userCondition(facts.user) }
    const device = deviceWith(key, facts.devices)
    return { key, condition: device ? deviceCondition(authority, key, device) : null }
  })
  return observation(authority, 'issuance', sights, facts.now)
}

export function find(
  objects: readonly DirectoryObject[],
  key: DirectoryKey,
): DirectoryObject | undefined {
  return objects.find((object) => object.kind === key.kind && object.id === key.id)
}

function deviceWith({ kind, id }: DirectoryKey, devices: readonly Device[]): Device | undefined {
  return devices.find(({ deviceId, intuneId }) => {
    return (kind === 'entra_device' ? deviceId : intuneId) === id
  })
}

function userCondition(user: DirectoryUser | null): Condition {
  return user ? { ...SOUND, disabled: !user.enabled } : DELETED
}

/** Each directory's own word: what one of them says must not outlive it in the other's object. */
function deviceCondition({ policy }: Authority, { kind }: DirectoryKey, device: Device): Condition {
  const { objectId, enrolledAt, managementState } = device
  const retired = isAsked(policy, 'intune_device')
    ? RETIRING_STATES.has(managementState ?? '')
    : null
  if (kind === 'intune_device') {
    return { ...SOUND, nonCompliant: !device.intuneCompliant, retired, enrolledAt }
  }
  const nonCompliant = !device.entraCompliant
  return { ...SOUND, nonCompliant, retired, disabled: !device.enabled, objectId }
}
