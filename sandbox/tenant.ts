import { randomUUID } from 'node:crypto'
import {
  APPLICATIONS,
  type Application,
  MACHINES,
  type Machine,
  PEOPLE,
  type Person,
} from './people.ts'

/**
 * The made-up tenant while it runs: plain maps, reset at every start, and a change log that the
 * delta queries read. Whoever reaches the sandbox may change all of it; nothing here is real.
 */
export type Tenant = {
  /** By object id. */
  readonly people: Map<string, Person>
  /** By object id. */
  readonly machines: Map<string, Machine>
  readonly applications: readonly Application[]
  graphFault: GraphFault | null
  /** Changes with every reset: a delta token of an earlier epoch is answered with 410. */
  epoch: string
  /** Counts changes; each changed or removed object remembers the number of its last change. */
  version: number
  readonly changes: Map<string, Change>
  /** Told of every change as it happens: the change notifications. */
  onChange: (id: string, change: Change) => void
}

export const GRAPH_FAULTS = ['down', 'slow', 'throttled', 'denied', 'empty', 'forgetful'] as const
export type GraphFault = (typeof GRAPH_FAULTS)[number]

export type Change = {
  readonly kind: 'user' | 'device'
  readonly version: number
  readonly removed: boolean
}

export function createTenant(): Tenant {
  const tenant: Tenant = {
    people: new Map(),
    machines: new Map(),
    applications: APPLICATIONS,
    graphFault: null,
    epoch: '',
    version: 0,
    changes: new Map(),
    onChange: () => undefined,
  }
  resetTenant(tenant)
  return tenant
}

export function resetTenant(tenant: Tenant): void {
  tenant.people.clear()
  tenant.machines.clear()
  tenant.changes.clear()
  tenant.graphFault = null
  tenant.version = 0
  tenant.epoch = randomUUID().slice(0, 8)
  for (const person of PEOPLE) putPerson(tenant, person)
  for (const machine of MACHINES) putMachine(tenant, machine)
}

export function putPerson(tenant: Tenant, person: Person): void {
  tenant.people.set(person.oid, person)
  remember(tenant, 'user', person.oid, false)
}

export function putMachine(tenant: Tenant, machine: Machine): void {
  tenant.machines.set(machine.objectId, machine)
  // A device that leaves Entra while Intune keeps it is gone for Entra's delta query.
  remember(tenant, 'device', machine.objectId, machine.deviceId === null)
}

export function removePerson(tenant: Tenant, oid: string): void {
  tenant.people.delete(oid)
  remember(tenant, 'user', oid, true)
  for (const machine of tenant.machines.values()) {
    // Entra drops the owner with the account; Intune goes on naming a user id that is no more.
    if (machine.entraOwnerOid === oid) putMachine(tenant, { ...machine, entraOwnerOid: null })
  }
}

export function removeMachine(tenant: Tenant, objectId: string): void {
  tenant.machines.delete(objectId)
  remember(tenant, 'device', objectId, true)
}

/** A person by object id or UPN, in any case; null when there is none. */
export function findPerson(tenant: Tenant, idOrUpn: string): Person | null {
  const wanted = idOrUpn.toLowerCase()
  for (const person of tenant.people.values()) {
    if (person.oid === wanted || person.upn.toLowerCase() === wanted) return person
  }
  return null
}

/** A device by Entra device id, else by Intune id; null when there is none. */
export function findMachine(tenant: Tenant, id: string): Machine | null {
  const wanted = id.toLowerCase()
  const machines = [...tenant.machines.values()]
  return (
    machines.find((machine) => machine.deviceId === wanted) ??
    machines.find((machine) => machine.intuneId === wanted) ??
    null
  )
}

function remember(tenant: Tenant, kind: Change['kind'], id: string, removed: boolean): void {
  tenant.version += 1
  // Taken out first, so that the map stays in the order of the changes.
  tenant.changes.delete(id)
  const change = { kind, version: tenant.version, removed }
  tenant.changes.set(id, change)
  tenant.onChange(id, change)
}
