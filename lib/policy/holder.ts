import type { DirectoryKey, DirectoryObject, Holder } from '#lib/model.ts'
import type { StatusPolicy } from './status-types.ts'

/** Which objects of the directory a certificate depends on, and who owns a device by them. */

type Asked = Pick<StatusPolicy, 'deviceDirectory' | 'deviceFollowsOwner'>

/** A directory that is not asked cannot say anything of its objects. */
export function isAsked(
  { deviceDirectory }: Pick<StatusPolicy, 'deviceDirectory'>,
  kind: DirectoryKey['kind'],
): boolean {
  switch (kind) {
    case 'user':
      return true
    case 'entra_device':
      return deviceDirectory !== 'intune'
    case 'intune_device':
      return deviceDirectory !== 'entra'
  }
}

/**
 * The objects that the life of a certificate hangs on, bound by id and never by name, of the
 * directories that are asked. A device's owner is one of them where certificates follow the owner.
 */
export function keysOf(holder: Holder, policy: Asked): readonly DirectoryKey[] {
  return boundKeys(holder, policy).filter(({ kind }) => isAsked(policy, kind))
}

function boundKeys(holder: Holder, { deviceFollowsOwner }: Asked): readonly DirectoryKey[] {
  switch (holder.kind) {
    case 'application':
      return []
    case 'user':
      return [{ kind: 'user', id: holder.oid }]
    case 'device': {
      const { deviceId, intuneId, ownerOid } = holder
      const keys: DirectoryKey[] = []
      if (deviceId !== null) keys.push({ kind: 'entra_device', id: deviceId })
      if (intuneId !== null) keys.push({ kind: 'intune_device', id: intuneId })
      if (deviceFollowsOwner) keys.push({ kind: 'user', id: ownerOid })
      return keys
    }
  }
}

export function findObject(
  objects: readonly DirectoryObject[],
  key: DirectoryKey,
): DirectoryObject | undefined {
  return objects.find((object) => object.kind === key.kind && object.id === key.id)
}

type DeviceObjects = {
  readonly entra: DirectoryObject | null
  readonly intune: DirectoryObject | null
}

/**
 * Since when the directory does not call this person the owner of the device any more; null while it
 * does, and while its owners were never read. Objects that are absent have no say.
 */
export function ownershipLostSince(
  { deviceOwnership }: Pick<StatusPolicy, 'deviceOwnership'>,
  { entra, intune }: DeviceObjects,
  oid: string,
): Date | null {
  const registered = entra?.owners ? lostIn(entra, oid) : UNREAD
  const primary = intune?.owners && intune.absentSince === null ? lostIn(intune, oid) : UNREAD
  switch (deviceOwnership) {
    case 'registered':
      return registered.lostSince
    case 'either':
      return registered === UNREAD || primary === UNREAD
        ? (registered.lostSince ?? primary.lostSince)
        : registered.lostSince &&
            primary.lostSince &&
            later(registered.lostSince, primary.lostSince)
    case 'primary': {
      if (primary.hasOwner) return primary.lostSince
      // The registered owner decides only since Intune has no primary user, or no record.
      if (registered === UNREAD) return primary.lostSince
      if (registered.lostSince === null) return null
      const sinceNoPrimary = intune?.absentSince ?? primary.emptySince
      return sinceNoPrimary ? later(registered.lostSince, sinceNoPrimary) : registered.lostSince
    }
  }
}

type Ownership = {
  /** Whether this directory names any owner now. */
  readonly hasOwner: boolean
  readonly lostSince: Date | null
  /** Since when it names none; null while it does, or when it never did. */
  readonly emptySince: Date | null
}

const UNREAD: Ownership = { hasOwner: false, lostSince: null, emptySince: null }

function lostIn({ owners, ownersSeenAt, seenAt }: DirectoryObject, oid: string): Ownership {
  const all = owners ?? []
  const current = all.filter(({ goneSince }) => goneSince === null)
  const gone = all.flatMap(({ goneSince }) => goneSince ?? [])
  const emptySince = current.length === 0 ? (gone.toSorted(byTime).at(-1) ?? null) : null
  const own = all.find((owner) => owner.oid === oid)
  const hasOwner = current.length > 0
  if (own) return { hasOwner, lostSince: own.goneSince, emptySince }
  // Never an owner here: not since somebody else first was, or since the owners were read.
  const firstOther = current.map(({ since }) => since).toSorted(byTime)[0]
  return { hasOwner, lostSince: firstOther ?? emptySince ?? ownersSeenAt ?? seenAt, emptySince }
}

function byTime(a: Date, b: Date): number {
  return a.getTime() - b.getTime()
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b
}
