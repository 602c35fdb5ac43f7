import { deviceObject, userObject } from '#sandbox/odata/graph-objects.ts'
import type { GraphObject } from '#sandbox/odata/graph-query.ts'
import type { Machine, Person } from '#sandbox/people.ts'

/**
 * People and devices at one moment, and the change log for delta queries. Deleted objects are in the recycle
 * bin and can be restored; of permanently deleted ones only the removal is kept.
 */
export type Directory = {
  /** By object id. */
  readonly people: Map<string, Person>
  /** By object id. Includes devices that Entra has deleted while Intune still has their record. */
  readonly machines: Map<string, Machine>
  readonly deletedPeople: Map<string, Deleted<Person>>
  readonly deletedMachines: Map<string, Deleted<Machine>>
  /** The last change of each object, in the order of changes. */
  readonly changes: Map<string, Change>
  /** Number of changes so far. */
  version: number
}

export type Deleted<T> = { readonly item: T; readonly deletedAt: string }

/** Graph's terms: `changed` can be restored, `deleted` is permanent. */
export type RemovalReason = 'changed' | 'deleted'

export type Change = {
  readonly kind: 'user' | 'device'
  readonly version: number
  readonly removed: RemovalReason | null
  /** The version in which the object was last created or restored. */
  readonly appeared: number
  /**
   * The version in which each property last changed. A property that was never set is not in it, and delta
   * queries leave it out.
   */
  readonly properties: ReadonlyMap<string, number>
}

/** Called for each change. */
export type OnChange = (id: string, change: Change) => void

export function createDirectory(): Directory {
  return {
    people: new Map(),
    machines: new Map(),
    deletedPeople: new Map(),
    deletedMachines: new Map(),
    changes: new Map(),
    version: 0,
  }
}

/** Gives a copy that later changes do not affect; objects are never changed in place. */
export function copyOf(directory: Directory): Directory {
  return {
    people: new Map(directory.people),
    machines: new Map(directory.machines),
    deletedPeople: new Map(directory.deletedPeople),
    deletedMachines: new Map(directory.deletedMachines),
    changes: new Map(directory.changes),
    version: directory.version,
  }
}

export function isInEntra(machine: Machine): boolean {
  return machine.inEntra && machine.deviceId !== null
}

export function putPerson(directory: Directory, person: Person, onChange: OnChange): void {
  const before = directory.people.get(person.oid)
  directory.people.set(person.oid, person)
  const [old, now] = [before ? userObject(before) : null, userObject(person)]
  remember(directory, { id: person.oid, kind: 'user', old, now }, onChange)
}

export function putMachine(directory: Directory, machine: Machine, onChange: OnChange): void {
  const id = machine.objectId
  const before = directory.machines.get(id)
  directory.machines.set(id, machine)
  if (!isInEntra(machine)) {
    forget(
      directory,
      'device',
      id,
      directory.deletedMachines.has(id) ? 'changed' : 'deleted',
      onChange,
    )
    return
  }
  const old = before && isInEntra(before) ? deviceObject(before) : null
  const now = deviceObject(machine)
  remember(directory, { id, kind: 'device', old, now }, onChange)
}

/** Removes a person to the recycle bin, or permanently, also from the bin. */
export function removePerson(
  directory: Directory,
  person: Person,
  permanent: boolean,
  onChange: OnChange,
): void {
  const { oid } = person
  directory.people.delete(oid)
  if (permanent) directory.deletedPeople.delete(oid)
  else directory.deletedPeople.set(oid, { item: person, deletedAt: new Date().toISOString() })
  forget(directory, 'user', oid, permanent ? 'deleted' : 'changed', onChange)
}

/**
 * Removes a device from Entra to the recycle bin, or permanently. `keepIntune` keeps Intune's record, which
 * stays until somebody retires the device.
 */
export function removeMachine(
  directory: Directory,
  machine: Machine,
  { permanent, keepIntune }: { readonly permanent: boolean; readonly keepIntune: boolean },
  onChange: OnChange,
): void {
  const id = machine.objectId
  if (keepIntune && machine.intuneId !== null) {
    directory.machines.set(id, { ...machine, inEntra: false })
  } else {
    directory.machines.delete(id)
  }
  if (permanent || machine.deviceId === null) directory.deletedMachines.delete(id)
  else directory.deletedMachines.set(id, { item: machine, deletedAt: new Date().toISOString() })
  forget(directory, 'device', id, permanent ? 'deleted' : 'changed', onChange)
}

export function restorePerson(directory: Directory, person: Person, onChange: OnChange): void {
  directory.deletedPeople.delete(person.oid)
  putPerson(directory, person, onChange)
}

/** A restored device counts as not compliant until it checks in. */
export function restoreMachine(
  directory: Directory,
  deleted: Machine,
  onChange: OnChange,
): Machine {
  const kept = directory.machines.get(deleted.objectId) ?? deleted
  const restored = { ...kept, inEntra: true, entraCompliant: false, complianceTold: true }
  directory.deletedMachines.delete(deleted.objectId)
  putMachine(directory, restored, onChange)
  return restored
}

/** Finds a person by object id or UPN, in any case; null when there is none. */
export function findPerson(people: Iterable<Person>, idOrUpn: string): Person | null {
  const wanted = idOrUpn.toLowerCase()
  // Of several people with the same name, which only the recycle bin can contain, the last.
  const found = [...people].findLast(
    (person) => person.oid === wanted || person.upn.toLowerCase() === wanted,
  )
  return found ?? null
}

/** Finds a device by Entra device id, else by Intune id, else by object id; null when there is none. */
export function findMachine(machines: Iterable<Machine>, id: string): Machine | null {
  const wanted = id.toLowerCase()
  const all = [...machines]
  return (
    all.find((machine) => machine.deviceId === wanted) ??
    all.find((machine) => machine.intuneId === wanted) ??
    all.find((machine) => machine.objectId === wanted) ??
    null
  )
}

type Write = {
  readonly id: string
  readonly kind: Change['kind']
  /** Null for a new object, all of whose properties count as changed. */
  readonly old: GraphObject | null
  readonly now: GraphObject
}

function remember(directory: Directory, write: Write, onChange: OnChange): void {
  const { id, kind, old, now } = write
  const before = directory.changes.get(id)
  const version = directory.version + 1
  const changed = Object.keys(now).filter((name) =>
    old === null ? now[name] !== null : !isSame(old[name], now[name]),
  )
  if (before !== undefined && before.removed === null && changed.length === 0) return
  const properties = new Map(before?.properties)
  for (const name of changed) properties.set(name, version)
  const appeared = before === undefined || before.removed !== null ? version : before.appeared
  note(directory, id, { kind, version, removed: null, appeared, properties }, onChange)
}

function forget(
  directory: Directory,
  kind: Change['kind'],
  id: string,
  removed: RemovalReason,
  onChange: OnChange,
): void {
  const before = directory.changes.get(id)
  // Removing an object that Entra never had, or that was removed already, is no change.
  if (before === undefined || before.removed === removed) return
  const version = directory.version + 1
  note(directory, id, { ...before, kind, version, removed }, onChange)
}

function note(directory: Directory, id: string, change: Change, onChange: OnChange): void {
  directory.version = change.version
  // Deleted first, so that the map is in the order of changes.
  directory.changes.delete(id)
  directory.changes.set(id, change)
  onChange(id, change)
}

function isSame(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right)
}
