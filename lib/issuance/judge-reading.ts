import type {
  Reading,
  SeenEntraDevice,
  SeenIntuneDevice,
  SeenUser,
} from '#lib/directory/directory.ts'
import type { DirectoryObject } from '#lib/model.ts'
import { type Condition, DELETED, SOUND } from './observe.ts'

/** Everything that one sweep read. */
export type Seen = {
  readonly users: Reading<SeenUser>
  readonly entra: Reading<SeenEntraDevice>
  readonly intune: Reading<SeenIntuneDevice>
  /** Object ids; null where risk is not asked. */
  readonly risky: ReadonlySet<string> | null
}

/** An object that certificates are bound to, as it was before the sweep. */
export type Bound = {
  readonly before: DirectoryObject
  /** False when no sweep has heard of it yet, so that it may have changed untold. */
  readonly isSettled: boolean
}

/** What the readings say of one object; null when they say nothing that is new. */
export type Judge = {
  readonly judge: (bound: Bound) => Condition | null
  /** The condition that a live question gave, with what only the readings know. */
  readonly complete: (before: DirectoryObject, condition: Condition) => Condition
}

export function judgeOf(seen: Seen): Judge {
  const index: Index = {
    users: new Map(seen.users.items.map((user) => [user.oid, user])),
    entra: new Map(seen.entra.items.map((device) => [device.deviceId, device])),
    intune: new Map(seen.intune.items.map((device) => [device.intuneId, device])),
    newest: newestRecords(seen.intune.items),
    removed: new Set([...seen.users.removedObjectIds, ...seen.entra.removedObjectIds]),
    risky: seen.risky,
    full: { users: seen.users.full, entra: seen.entra.full, intune: seen.intune.full },
  }
  const complete = (before: DirectoryObject, condition: Condition): Condition => {
    const { risky, retired } = toldBeside(index, before)
    if (condition.deleted) return { ...condition, risky }
    return { ...condition, risky, retired: retired ?? condition.retired }
  }
  return {
    complete,
    judge: ({ before, isSettled }) => {
      const told = conditionIn(index, before)
      if (told) return complete(before, told)
      if (!isSettled) return null
      const { risky, retired } = toldBeside(index, before)
      const isNew =
        (risky !== null && risky !== (before.riskySince !== null)) ||
        (retired !== null && retired !== before.retired)
      return isNew && before.present ? complete(before, conditionBefore(before)) : null
    },
  }
}

type Index = {
  readonly [Part in 'users' | 'entra' | 'intune']: ReadonlyMap<string, Seen[Part]['items'][number]>
} & {
  /** By Entra's device id: enrolling again makes a new record in Intune, and may leave the old one. */
  readonly newest: ReadonlyMap<string, SeenIntuneDevice>
  readonly removed: ReadonlySet<string>
  readonly risky: Seen['risky']
  readonly full: Readonly<Record<'users' | 'entra' | 'intune', boolean>>
}

function newestRecords(items: readonly SeenIntuneDevice[]): Index['newest'] {
  const newest = new Map<string, SeenIntuneDevice>()
  for (const item of items) {
    if (item.deviceId === null) continue
    const other = newest.get(item.deviceId)
    const isNewer = (item.enrolledAt?.getTime() ?? 0) >= (other?.enrolledAt?.getTime() ?? 0)
    if (isNewer) newest.set(item.deviceId, item)
  }
  return newest
}

/** An object that a reading calls removed is taken for that, whatever else the reading says of it. */
function conditionIn(index: Index, { kind, id, ...before }: DirectoryObject): Condition | null {
  switch (kind) {
    case 'user': {
      if (index.removed.has(id)) return DELETED
      const user = index.users.get(id)
      if (!user) return index.full.users ? DELETED : null
      return { ...SOUND, disabled: !user.enabled }
    }
    case 'entra_device': {
      const device = index.entra.get(id)
      const objectId = device?.objectId ?? before.objectId
      if (objectId !== null && index.removed.has(objectId)) return DELETED
      if (!device) return index.full.entra ? DELETED : null
      const { enabled, compliant } = device
      return { ...SOUND, disabled: !enabled, nonCompliant: !compliant, retired: null, objectId }
    }
    case 'intune_device': {
      const device = index.intune.get(id)
      if (!device) return index.full.intune ? DELETED : null
      const { compliant, retired, enrolledAt } = device
      return { ...SOUND, nonCompliant: !compliant, retired, enrolledAt }
    }
  }
}

/**
 * What comes from a reading of its own, and so may change for an object that its own reading does
 * not mention: a person's risk, and that Intune wipes an Entra device, under whatever id.
 */
function toldBeside(index: Index, { kind, id }: DirectoryObject) {
  const risky = kind === 'user' && index.risky ? index.risky.has(id) : null
  const isAsked = kind === 'entra_device' && index.full.intune
  return { risky, retired: isAsked ? (index.newest.get(id)?.retired ?? false) : null }
}

function conditionBefore(before: DirectoryObject): Condition {
  const { present, disabledSince, nonCompliantSince, retired } = before
  return {
    ...SOUND,
    deleted: !present,
    disabled: disabledSince !== null,
    nonCompliant: nonCompliantSince !== null,
    retired,
  }
}
