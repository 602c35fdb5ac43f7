import type { RemovedObject, SeenIntuneDevice } from '#lib/directory/directory.ts'
import type { DirectoryKey, DirectoryObject, Observation, Retirement } from '#lib/model.ts'
import { foldAscii } from '#lib/policy/text.ts'
import type { NamedEntraDevice } from './device-ids.ts'
import type { Round, SeenOf } from './rounds.ts'

/** What the pages of changes of one sync say of objects that certificates may depend on. */
export type Rounds = {
  readonly users: Round<SeenOf['users']>
  readonly entraDevices: Round<NamedEntraDevice>
  readonly intuneDevices: Round<SeenOf['intuneDevices']>
}

/** Gives observations of everything that the pages name, by kind, whether a certificate depends on it or not. */
export function namedIn({ users, entraDevices, intuneDevices }: Rounds): readonly Observation[] {
  return [
    ...users.items.map(
      ({ oid: id, ...told }): Observation => ({
        kind: 'user',
        id,
        at: users.startedAt,
        present: true,
        ...told,
      }),
    ),
    ...entraDevices.items.map(
      ({ deviceId: id, ...told }): Observation => ({
        kind: 'entra_device',
        id,
        at: entraDevices.startedAt,
        present: true,
        ...told,
      }),
    ),
    ...intuneDevices.items.map(
      ({ intuneId: id, compliant, retirement, enrolledAt }): Observation => ({
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
export function removedUsers({ users }: Rounds): readonly Observation[] {
  return users.removed.map(({ objectId: id, deletion }): Observation => {
    return { kind: 'user', id, at: users.startedAt, present: false, deletion }
  })
}

/** Gives what a removal means for a stored Entra device; removals name devices by Graph's object id. */
export function removedDevice(
  removed: ReadonlyMap<string, RemovedObject['deletion']>,
  { kind, id, objectId }: DirectoryObject,
  at: Date,
): Observation | null {
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
export function namesIn({ users }: Pick<Rounds, 'users'>): ReadonlyMap<string, string> {
  return new Map(
    users.items.flatMap(({ oid, upn }) => (upn === undefined ? [] : [[foldAscii(upn), oid]])),
  )
}

/** Joins several observations of one object: of each member the last value counts. */
export function joined(observations: readonly Observation[]): readonly Observation[] {
  const found = new Map<string, Observation>()
  for (const observation of observations) {
    const key = keyText(observation)
    const before = found.get(key)
    const adds = before !== undefined && before.present !== false && observation.present !== false
    // A removal counts even when the same round reports other changes of the object; a live look-up
    // decides.
    if (before?.present === false && observation.present === 'untold') continue
    // A removal without its kind does not replace one with its kind.
    if (before?.present === false && observation.present === false && !saysWhy(observation))
      continue
    const present = adds && before.present === true ? true : observation.present
    found.set(key, adds ? ({ ...before, ...observation, present } as Observation) : observation)
  }
  return [...found.values()]
}

function saysWhy({ deletion }: Extract<Observation, { present: false }>): boolean {
  return deletion === 'final' || deletion === 'restorable'
}

/**
 * Joins the answer of a live look-up with what the same sync read from the change feed. When they contradict
 * each other, one of them is outdated: the worse one counts, and the object is looked up again.
 */
export function weighed(told: readonly Observation[], answer: Observation): Observation {
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
