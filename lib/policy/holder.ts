import type { DirectoryKey, DirectoryObject, Holder } from '#lib/model.ts'
import type { StatusPolicy } from './status-types.ts'

/** Which directory objects a certificate depends on, and who owns a device according to them. */

type Asked = Pick<StatusPolicy, 'deviceDirectory' | 'deviceFollowsOwner'>

/** Says whether objects of this kind are read at all: Entra and Intune can each be left out by policy. */
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
 * Gives the keys of the directory objects that a certificate's status depends on, of those directories that
 * policy reads. Bound by id, since names can be changed and given to somebody else. With
 * deviceFollowsOwner the owner of a device is one of them.
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

/** Gives the stored object of a key, or undefined when it was never read. */
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
 * Gives since when this person (object id) is no longer the owner of a device, by the setting
 * deviceOwnership; null while the person is the owner, and when the owners were never read. An Intune
 * record that is absent does not count.
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
      // Without a primary user, or without Intune's record, the registered owner decides. The loss begins
      // when both are true: another registered owner, and no primary user.
      if (registered === UNREAD) return primary.lostSince
      if (registered.lostSince === null) return null
      const sinceNoPrimary = intune?.absentSince ?? primary.emptySince
      return sinceNoPrimary ? later(registered.lostSince, sinceNoPrimary) : registered.lostSince
    }
  }
}

/** What one directory says of the owners of a device and of one person. */
type Ownership = {
  /** Whether this directory names any owner now. */
  readonly hasOwner: boolean
  /** Since when the person is not among the owners; null while the person is. */
  readonly lostSince: Date | null
  /** Since when the directory names no owner; null while it names one, and when it never did. */
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
  // The person never was an owner here. The loss then counts from the first of the current owners, or
  // from the time when the list of owners was read.
  const firstOther = current.map(({ since }) => since).toSorted(byTime)[0]
  return { hasOwner, lostSince: firstOther ?? emptySince ?? ownersSeenAt ?? seenAt, emptySince }
}

function byTime(a: Date, b: Date): number {
  return a.getTime() - b.getTime()
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b
}
