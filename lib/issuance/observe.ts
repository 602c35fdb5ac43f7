import type { Device, DirectoryKey, DirectoryObject, DirectoryUser } from '#lib/model.ts'
import { keysOf } from '#lib/policy/holder-state.ts'
import { askDevicesWithId, askUser } from './ask-directory.ts'
import type { Authority } from './authority.ts'
import type { Order } from './enroll.ts'
import { holderFor } from './intent.ts'

/**
 * Asks the directory, live, for these objects. Since when something is so is taken from what was
 * stored before; what is newly so is so since now. Throws 'directory_unavailable'.
 */
export async function observe(
  authority: Authority,
  keys: readonly DirectoryKey[],
  stored: readonly DirectoryObject[],
): Promise<readonly DirectoryObject[]> {
  const now = authority.now()
  return Promise.all(
    keys.map(async (key) =>
      mergeCondition(key, await conditionNow(authority, key), find(stored, key), now),
    ),
  )
}

/** The objects of a new certificate's holder, as step 3 of the issuance cycle saw them. */
export function objectsSeen(authority: Authority, order: Order): readonly DirectoryObject[] {
  const { content, facts } = order
  return keysOf(holderFor(order), authority.policy).map((key) => {
    const condition =
      content.profile === 'device'
        ? deviceCondition(key, content.device)
        : userCondition(facts.user)
    return mergeCondition(key, condition, undefined, facts.now)
  })
}

/** What is so of an object now, without the times. */
export type Condition = {
  readonly deleted: boolean
  readonly disabled: boolean
  readonly nonCompliant: boolean
  readonly retired: boolean
  /** Null when nobody asked: then it is as it was. */
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
  const found = await askDevicesWithId(authority, key.id)
  const device = found.find(({ deviceId, intuneId }) => {
    return (key.kind === 'entra_device' ? deviceId : intuneId) === key.id
  })
  return device ? deviceCondition(key, device) : DELETED
}

/** Keeps the time of what was so already; what is newly so is so since now. What is final stays. */
export function mergeCondition(
  { kind, id }: DirectoryKey,
  condition: Condition,
  before: DirectoryObject | undefined,
  now: Date,
): DirectoryObject {
  const since = (is: boolean, was: Date | null | undefined) => (is ? (was ?? now) : null)
  const begun = (is: boolean, was: boolean, at: Date | null | undefined) =>
    is && !was ? now : (at ?? null)
  const wasGone = before !== undefined && !before.present
  const riskySince = before?.riskySince ?? null
  return {
    kind,
    id,
    readAt: now,
    objectId: condition.objectId ?? before?.objectId ?? null,
    present: !condition.deleted,
    deletedAt: begun(condition.deleted, wasGone, before?.deletedAt),
    disabledSince: since(condition.disabled, before?.disabledSince),
    nonCompliantSince: since(condition.nonCompliant, before?.nonCompliantSince),
    retired: condition.retired,
    retiredAt: begun(condition.retired, before?.retired ?? false, before?.retiredAt),
    riskySince: condition.risky === null ? riskySince : since(condition.risky, riskySince),
    enrolledAt: condition.enrolledAt ?? before?.enrolledAt ?? null,
  }
}

function userCondition(user: DirectoryUser | null): Condition {
  return user ? { ...SOUND, disabled: !user.enabled } : DELETED
}

function deviceCondition({ kind }: DirectoryKey, device: Device): Condition {
  const { objectId, enrolledAt } = device
  const nonCompliant = !device.compliant
  return kind === 'entra_device'
    ? { ...SOUND, nonCompliant, disabled: !device.enabled, objectId }
    : { ...SOUND, nonCompliant, retired: !device.managed, enrolledAt }
}

function find(objects: readonly DirectoryObject[], key: DirectoryKey): DirectoryObject | undefined {
  return objects.find((object) => object.kind === key.kind && object.id === key.id)
}
