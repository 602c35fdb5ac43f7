import { setImmediate } from 'node:timers/promises'
import type { Authority } from '#lib/issuance/authority.ts'
import type { StreamName } from '#lib/ledger/directory-ledger.ts'
import { type DirectoryKey, type DirectoryObject, type Observation, textOfKey } from '#lib/model.ts'
import { byKey } from './apply.ts'
import { isChange } from './change.ts'
import { mergeObservation } from './merge.ts'
import {
  joined,
  namedIn,
  newestRecords,
  type Rounds,
  removedDevice,
  removedUsers,
} from './observations.ts'

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
  rounds: Rounds,
): Promise<readonly Observation[]> {
  const told = joined([...namedIn(rounds), ...retirements(rounds)])
  return eachStored(authority, told, (observation, stored) =>
    isNews(authority, observation, stored),
  )
}

/**
 * Intune's record says of the Entra device that it names whether the device is being retired. That holds for
 * each certificate of the Entra device, whatever Intune id it was issued under.
 */
function retirements({ intuneDevices }: Rounds): readonly Observation[] {
  const { startedAt: at } = intuneDevices
  return [...newestRecords(intuneDevices.items)].map(([id, { retirement }]): Observation => {
    return { kind: 'entra_device', id, at, present: 'untold', retirement }
  })
}

function isNews({ now }: Authority, observation: Observation, stored: DirectoryObject): boolean {
  const after = mergeObservation(stored, observation, now())
  return isChange({ before: stored, after }) || after.objectId !== stored.objectId
}

/** Gives stored objects that a complete round does not name. */
export async function absentFrom(
  authority: Authority,
  rounds: Rounds,
  now: Date,
): Promise<readonly Observation[]> {
  const suspects: Observation[] = []
  for (const [kind, stream] of STREAMS) {
    const { isFull, startedAt, items } = rounds[stream]
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

function idOf(item: Rounds[StreamName]['items'][number]): string {
  if ('oid' in item) return item.oid
  return 'intuneId' in item ? item.intuneId : item.deviceId
}

/** Gives stored objects that the pages of changes call removed, unless they are stored as removed already. */
export async function removedIn(
  authority: Authority,
  rounds: Rounds,
): Promise<readonly Observation[]> {
  const { removed, startedAt } = rounds.entraDevices
  const deletions = new Map(removed.map(({ objectId, deletion }) => [objectId, deletion]))
  const devices = await authority.ledger.devicesWithObjectIds([...deletions.keys()])
  const isNewAbsence = (observation: Observation, stored: DirectoryObject) => {
    if (observation.present !== false || stored.deletion === 'final') return false
    return stored.absentSince === null || observation.deletion === 'final'
  }
  return [
    ...(await eachStored(authority, removedUsers(rounds), isNewAbsence)),
    ...devices.flatMap((device) => {
      const observation = removedDevice(deletions, device, startedAt)
      return observation && isNewAbsence(observation, device) ? [observation] : []
    }),
  ]
}

async function eachStored(
  { ledger }: Authority,
  observations: readonly Observation[],
  keep: (observation: Observation, stored: DirectoryObject) => boolean,
): Promise<readonly Observation[]> {
  const kept: Observation[] = []
  for (let start = 0; start < observations.length; start += PAGE) {
    const some = observations.slice(start, start + PAGE)
    const stored = byKey(await ledger.directoryObjects(some))
    for (const observation of some) {
      const before = stored.get(textOfKey(observation))
      if (before && keep(observation, before)) kept.push(observation)
    }
    await setImmediate()
  }
  return kept
}
