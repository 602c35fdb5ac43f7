import type { RemovedObject, SeenIntuneDevice } from '#lib/directory/directory.ts'
import type { DirectoryKey, DirectoryObject, Retirement, Sighting } from '#lib/model.ts'
import { foldAscii } from '#lib/policy/text.ts'
import type { NamedEntraDevice } from './device-ids.ts'
import type { Reading, SeenOf } from './readings.ts'

/** What the pages of changes of one sync say of objects that certificates may depend on. */
export type Readings = {
  readonly users: Reading<SeenOf['users']>
  readonly entraDevices: Reading<NamedEntraDevice>
  readonly intuneDevices: Reading<SeenOf['intuneDevices']>
}

/** Gives observations of everything that the pages name, by kind, whether a certificate depends on it or not. */
export function namedIn({ users, entraDevices, intuneDevices }: Readings): readonly Sighting[] {
  return [
    ...users.items.map(
      ({ oid: id, ...told }): Sighting => ({
        kind: 'user',
        id,
        at: users.startedAt,
        present: true,
        ...told,
      }),
    ),
    ...entraDevices.items.map(
      ({ deviceId: id, ...told }): Sighting => ({
        kind: 'entra_device',
        id,
        at: entraDevices.startedAt,
        present: true,
        ...told,
      }),
    ),
    ...intuneDevices.items.map(
      ({ intuneId: id, compliant, retirement, enrolledAt }): Sighting => ({
        kind: 'intune_device',
        id,
        at: intuneDevices.startedAt,
        present: true,
        compliant,
        retirement,
        enrolledAt,
      }),
    ),
  ]
}

/** Users that a round calls removed; devices are told by their object id, so that the ledger must be asked. */
export function removedUsers({ users }: Readings): readonly Sighting[] {
  return users.removed.map(({ objectId: id, deletion }): Sighting => {
    return { kind: 'user', id, at: users.startedAt, present: false, deletion }
  })
}

/** Gives what a removal means for a stored Entra device; removals name devices by Graph's object id. */
export function removedDevice(
  removed: ReadonlyMap<string, RemovedObject['deletion']>,
  { kind, id, objectId }: DirectoryObject,
  at: Date,
): Sighting | null {
  const deletion = kind === 'entra_device' && objectId !== null ? removed.get(objectId) : undefined
  return deletion === undefined ? null : { kind, id, at, present: false, deletion }
}

/**
 * Gives the newest of several Intune records that name the same Entra device, which re-enrolment leaves
 * behind. The newest says whether the device is being retired.
 */
export function newestRecords(
  items: readonly SeenIntuneDevice[],
): ReadonlyMap<string, SeenIntuneDevice> {
  const newest = new Map<string, SeenIntuneDevice>()
  for (const item of items) {
    if (item.deviceId === null) continue
    const other = newest.get(item.deviceId)
    const isNewer = (item.enrolledAt?.getTime() ?? 0) >= (other?.enrolledAt?.getTime() ?? 0)
    if (isNewer) newest.set(item.deviceId, item)
  }
  return newest
}

/** Gives every user principal name in the pages, case-folded, with the object id of its person. */
export function namesIn({ users }: Pick<Readings, 'users'>): ReadonlyMap<string, string> {
  return new Map(
    users.items.flatMap(({ oid, upn }) => (upn === undefined ? [] : [[foldAscii(upn), oid]])),
  )
}

/** Joins several observations of one object: of each member the last value counts. */
export function joined(sightings: readonly Sighting[]): readonly Sighting[] {
  const found = new Map<string, Sighting>()
  for (const sighting of sightings) {
    const key = keyText(sighting)
    const before = found.get(key)
    const adds = before !== undefined && before.present !== false && sighting.present !== false
    // A removal counts even when the same round reports other changes of the object; a live look-up
    // decides.
    if (before?.present === false && sighting.present === 'untold') continue
    // A removal without its kind does not replace one with its kind.
    if (before?.present === false && sighting.present === false && !saysWhy(sighting)) continue
    const present = adds && before.present === true ? true : sighting.present
    found.set(key, adds ? ({ ...before, ...sighting, present } as Sighting) : sighting)
  }
  return [...found.values()]
}

function saysWhy({ deletion }: Extract<Sighting, { present: false }>): boolean {
  return deletion === 'final' || deletion === 'restorable'
}

/**
 * Joins the answer of a live look-up with what the same sync read from the change feed. When they contradict
 * each other, one of them is outdated: the worse one counts, and the object is looked up again.
 */
export function weighed(told: readonly Sighting[], answer: Sighting): Sighting {
  const other = told.find((one) => keyText(one) === keyText(answer))
  if (other?.present !== true || answer.present !== true) return answer
  const differs = (member: 'enabled' | 'compliant' | 'retirement' | 'upn') =>
    other[member] !== undefined && answer[member] !== undefined && other[member] !== answer[member]
  const isContradicted = (['enabled', 'compliant', 'retirement', 'upn'] as const).some(differs)
  if (!isContradicted) return answer
  return {
    ...answer,
    contradicted: true,
    ...(differs('enabled') && { enabled: false }),
    ...(differs('compliant') && { compliant: false }),
    ...(differs('retirement') && { retirement: worse(other.retirement, answer.retirement) }),
  }
}

function worse(...answers: readonly (Retirement | null | undefined)[]): Retirement | null {
  if (answers.includes('issued')) return 'issued'
  return answers.includes('begun') ? 'begun' : null
}

function keyText({ kind, id }: DirectoryKey): string {
  return `${kind}/${id}`
}
