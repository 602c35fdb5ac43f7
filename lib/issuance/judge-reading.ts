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

export type Judged = { readonly before: DirectoryObject; readonly condition: Condition }

/** What the readings say of each stored object; one that they do not mention is left out. */
export function judge(seen: Seen, stored: readonly DirectoryObject[]): readonly Judged[] {
  const index: Index = {
    users: new Map(seen.users.items.map((user) => [user.oid, user])),
    entra: new Map(seen.entra.items.map((device) => [device.deviceId, device])),
    intune: new Map(seen.intune.items.map((device) => [device.intuneId, device])),
    removed: new Set([...seen.users.removedObjectIds, ...seen.entra.removedObjectIds]),
    risky: seen.risky,
    full: { users: seen.users.full, entra: seen.entra.full, intune: seen.intune.full },
  }
  return stored.flatMap((before) => {
    const condition = conditionIn(index, before)
    return condition ? [{ before, condition }] : []
  })
}

type Index = {
  readonly [Part in 'users' | 'entra' | 'intune']: ReadonlyMap<string, Seen[Part]['items'][number]>
} & {
  readonly removed: ReadonlySet<string>
  readonly risky: Seen['risky']
  readonly full: Readonly<Record<'users' | 'entra' | 'intune', boolean>>
}

/** An object that a reading calls removed is taken for that, whatever else the reading says of it. */
function conditionIn(index: Index, before: DirectoryObject): Condition | null {
  switch (before.kind) {
    case 'user':
      return userCondition(index, before)
    case 'entra_device': {
      const device = index.entra.get(before.id)
      const objectId = device?.objectId ?? before.objectId
      if (objectId !== null && index.removed.has(objectId)) return DELETED
      if (!device) return index.full.entra ? DELETED : null
      const { enabled, compliant } = device
      return { ...SOUND, disabled: !enabled, nonCompliant: !compliant, objectId }
    }
    case 'intune_device': {
      const device = index.intune.get(before.id)
      if (!device) return index.full.intune ? DELETED : null
      const { compliant, retired, enrolledAt } = device
      return { ...SOUND, nonCompliant: !compliant, retired, enrolledAt }
    }
  }
}

/** Risk comes from a question of its own, so it may change for whom the reading does not mention. */
function userCondition(index: Index, before: DirectoryObject): Condition | null {
  const user = index.users.get(before.id)
  const wasRisky = before.riskySince !== null
  const risky = index.risky ? index.risky.has(before.id) : null
  if (index.removed.has(before.id)) return { ...DELETED, risky }
  if (user) return { ...SOUND, disabled: !user.enabled, risky }
  if (index.full.users) return { ...DELETED, risky }
  if (risky === null || risky === wasRisky) return null
  return { ...SOUND, deleted: !before.present, disabled: before.disabledSince !== null, risky }
}
