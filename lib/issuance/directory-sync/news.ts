import { setImmediate } from 'node:timers/promises'
import type { Authority } from '#lib/issuance/authority.ts'
import type { StreamName } from '#lib/ledger/directory-ledger.ts'
import { type DirectoryKey, type DirectoryObject, type Sighting, textOfKey } from '#lib/model.ts'
import { byKey } from './apply.ts'
import { isChange } from './change.ts'
import { mergeSighting } from './merge.ts'
import {
  joined,
  namedIn,
  newestRecords,
  type Readings,
  removedDevice,
  removedUsers,
} from './sightings.ts'

/**
 * The part of the pages of changes that concerns objects on which certificates depend, and that differs from
 * what is stored.
 */

const PAGE = 1_000

/**
 * Keeps observations of stored objects only: issuance stores an object before it gives out a certificate that
 * depends on it.
 */
export async function newsOf(
  authority: Authority,
  readings: Readings,
): Promise<readonly Sighting[]> {
  const told = joined([...namedIn(readings), ...retirements(readings)])
  return eachStored(authority, told, (sighting, stored) => isNews(authority, sighting, stored))
}

/**
 * Intune's record says of the Entra device that it names whether the device is being retired. That holds for
 * each certificate of the Entra device, whatever Intune id it was issued under.
 */
function retirements({ intuneDevices }: Readings): readonly Sighting[] {
  const { startedAt: at } = intuneDevices
  return [...newestRecords(intuneDevices.items)].map(([id, { retirement }]): Sighting => {
    return { kind: 'entra_device', id, at, present: 'untold', retirement }
  })
}

function isNews({ now }: Authority, sighting: Sighting, stored: DirectoryObject): boolean {
  const after = mergeSighting(stored, sighting, now())
  return isChange({ before: stored, after }) || after.objectId !== stored.objectId
}

/** Gives stored objects that a complete round does not name. */
export async function absentFrom(
  authority: Authority,
  readings: Readings,
  now: Date,
): Promise<readonly Sighting[]> {
  const suspects: Sighting[] = []
  for (const [kind, stream] of STREAMS) {
    const { isFull, startedAt, items } = readings[stream]
    if (!isFull) continue
    const named = new Set(items.map((item) => idOf(item)))
    // Objects that were stored after the round began may be missing from it.
    const before = startedAt < now ? startedAt : now
    for (let after = ''; ; ) {
      const keys: readonly DirectoryKey[] = await authority.ledger.objectsSeenBefore(
        kind,
        before,
        after,
        PAGE,
      )
      for (const key of keys) {
        if (!named.has(key.id))
          suspects.push({ ...key, at: startedAt, present: false, deletion: 'unknown' })
      }
      after = keys.at(-1)?.id ?? ''
      if (keys.length < PAGE) break
      await setImmediate()
    }
  }
  return suspects
}

const STREAMS = [
  ['user', 'users'],
  ['entra_device', 'entraDevices'],
  ['intune_device', 'intuneDevices'],
] as const satisfies readonly (readonly [DirectoryKey['kind'], StreamName])[]

function idOf(item: Readings[StreamName]['items'][number]): string {
  if ('oid' in item) return item.oid
  return 'intuneId' in item ? item.intuneId : item.deviceId
}

/** Gives stored objects that the pages of changes call removed, unless they are stored as removed already. */
export async function removedIn(
  authority: Authority,
  readings: Readings,
): Promise<readonly Sighting[]> {
  const { removed, startedAt } = readings.entraDevices
  const deletions = new Map(removed.map(({ objectId, deletion }) => [objectId, deletion]))
  const devices = await authority.ledger.devicesWithObjectIds([...deletions.keys()])
  const isNewAbsence = (sighting: Sighting, stored: DirectoryObject) => {
    if (sighting.present !== false || stored.deletion === 'final') return false
    return stored.absentSince === null || sighting.deletion === 'final'
  }
  return [
    ...(await eachStored(authority, removedUsers(readings), isNewAbsence)),
    ...devices.flatMap((device) => {
      const sighting = removedDevice(deletions, device, startedAt)
      return sighting && isNewAbsence(sighting, device) ? [sighting] : []
    }),
  ]
}

async function eachStored(
  { ledger }: Authority,
  sightings: readonly Sighting[],
  keep: (sighting: Sighting, stored: DirectoryObject) => boolean,
): Promise<readonly Sighting[]> {
  const kept: Sighting[] = []
  for (let start = 0; start < sightings.length; start += PAGE) {
    const some = sightings.slice(start, start + PAGE)
    const stored = byKey(await ledger.directoryObjects(some))
    for (const sighting of some) {
      const before = stored.get(textOfKey(sighting))
      if (before && keep(sighting, before)) kept.push(sighting)
    }
    await setImmediate()
  }
  return kept
}
