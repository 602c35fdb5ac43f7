import type {
  ChangeFeed,
  ChangePage,
  Directory,
  LookUp,
  SeenEntraDevice,
  SeenIntuneDevice,
  SeenUser,
} from '#lib/directory/directory.ts'
import { askedTogether } from '#lib/directory/testing/asked-together.ts'
import { changes, everything } from '#lib/issuance/testing/test-authority.ts'
import { type Device, type DirectoryKey, RETIREMENT_OF } from '#lib/model.ts'
import { erin } from '#lib/policy/testing/context.ts'
import { type Machine, type Place, primaryUsers, type Tenant, toDevice, toUser } from './tenant.ts'

/** Graph's answers about the tenant. The world decides which state of the tenant answers. */

/** Answers a question from one state of the tenant, perhaps late or never. */
export type Answerer = <T>(question: (tenant: Tenant) => T) => Promise<T>

/** The questions of issuance. */
export function directoryOf(answer: Answerer): Directory {
  const devices = ({ machines }: Tenant): readonly Device[] =>
    machines.map(toDevice).filter((device) => device !== null)
  const user: Directory['user'] = (oid) =>
    answer(({ people }) => {
      if (oid === erin.oid) return erin
      const person = people.find((one) => one.oid === oid && one.place === 'here')
      return person ? toUser(person) : null
    })
  const devicesWithId: Directory['devicesWithId'] = (id) =>
    answer((tenant) =>
      devices(tenant).filter(({ deviceId, intuneId }) => deviceId === id || intuneId === id),
    )
  return {
    user,
    devicesOf: (oid) =>
      answer((tenant) =>
        devices(tenant).filter(
          ({ entraOwnerOids, primaryUserOids }) =>
            entraOwnerOids.includes(oid) || (primaryUserOids ?? []).includes(oid),
        ),
      ),
    devicesWithId,
    personAndDevices: askedTogether({ user, devicesWithId }),
    hasRole: () => answer(() => true),
  }
}

/** What the directory sync reads, by `tell`, and its live look-ups, by `answer`. */
export function changeFeedOf(
  tell: Answerer,
  answer: Answerer,
): ChangeFeed & { forget: () => void } {
  const users = deltas<SeenUser>()
  const devices = deltas<SeenEntraDevice>()
  return {
    users: (cursor) => tell((tenant) => users.read(cursor, seenUsers(tenant))),
    entraDevices: (cursor) => tell((tenant) => devices.read(cursor, seenDevices(tenant))),
    intuneDevices: () => tell(({ machines }) => everything(machines.flatMap(seenInIntune), null)),
    riskyUsers: () =>
      tell(({ people }) => new Set(people.filter(({ risky }) => risky).map(({ oid }) => oid))),
    lookUp: (key) => answer((tenant) => lookUpIn(tenant, key)),
    /** Makes Graph answer 410: the next reader with an old cursor gets everything. */
    forget: () => {
      users.forget()
      devices.forget()
    },
  }
}

type Seen<T> = {
  readonly id: string
  readonly place: Place
  readonly edits: number
  readonly seen: T
}

function seenUsers({ people }: Tenant): readonly Seen<SeenUser>[] {
  return people.map(({ oid, upn, enabled, place, edits }) => {
    return { id: oid, place, edits, seen: { oid, upn, enabled } }
  })
}

function seenDevices({ machines }: Tenant): readonly Seen<SeenEntraDevice>[] {
  return machines.map(({ objectId, place, edits, ...machine }) => {
    const { deviceId, enabled, entraCompliant: compliant } = machine
    return { id: objectId, place, edits, seen: { deviceId, objectId, enabled, compliant } }
  })
}

function seenInIntune(machine: Machine): readonly SeenIntuneDevice[] {
  const { intuneId, deviceId, intuneCompliant: compliant, management, primaryUser } = machine
  if (intuneId === null) return []
  const retirement = RETIREMENT_OF.get(management) ?? null
  const enrolledAt = new Date('2026-01-01T00:00:00Z')
  return [{ intuneId, deviceId, compliant, retirement, enrolledAt, enrolledByOid: primaryUser }]
}

function lookUpIn({ people, machines }: Tenant, { kind, id }: DirectoryKey): LookUp {
  if (kind === 'intune_device') {
    const machine = machines.find(({ intuneId }) => intuneId === id)
    const [seen] = machine ? seenInIntune(machine) : []
    if (!machine || !seen) return { present: false, deletion: 'unknown' }
    const { deviceId, compliant, retirement, enrolledAt } = seen
    const primaryUserOids = primaryUsers(machine.primaryUser)
    return { present: true, kind, deviceId, compliant, retirement, enrolledAt, primaryUserOids }
  }
  const found =
    kind === 'user'
      ? people.find(({ oid }) => oid === id)
      : machines.find(({ deviceId }) => deviceId === id)
  if (found?.place === 'bin') return { present: false, deletion: 'restorable' }
  // Graph has no statement for a permanent deletion: the object is in neither collection.
  if (found?.place !== 'here') return { present: false, deletion: 'unknown' }
  if ('upn' in found) return { present: true, kind: 'user', enabled: found.enabled, upn: found.upn }
  const { objectId, enabled, entraCompliant: compliant, registeredOwner } = found
  const ownerOids = [registeredOwner]
  return { present: true, kind: 'entra_device', objectId, enabled, compliant, ownerOids }
}

/** Reports each change once, as delta queries do; a reader without a cursor gets everything. */
function deltas<T>() {
  const told = new Map<string, ReadonlyMap<string, string>>()
  let count = 0
  return {
    forget: () => told.clear(),
    read: (cursor: string | null, objects: readonly Seen<T>[]): ChangePage<T> => {
      const here = objects.filter(({ place }) => place === 'here')
      const state = new Map(objects.map((one) => [one.id, JSON.stringify(one)]))
      const before = cursor === null ? undefined : told.get(cursor)
      count += 1
      const next = `cursor ${count}`
      told.set(next, state)
      if (before === undefined) {
        return everything(
          here.map(({ seen }) => seen),
          next,
        )
      }
      const changed = objects.filter(({ id }) => before.get(id) !== state.get(id))
      const removed = changed.flatMap(({ id: objectId, place }) => {
        if (place === 'here') return []
        return [{ objectId, deletion: place === 'bin' ? 'restorable' : 'final' } as const]
      })
      const items = changed.filter(({ place }) => place === 'here').map(({ seen }) => seen)
      return changes(items, removed, next)
    },
  }
}
