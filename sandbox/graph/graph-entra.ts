import { GraphError, notFound } from '#sandbox/odata/graph-error.ts'
import {
  deletedDeviceObject,
  deletedUserObject,
  deviceObject,
  riskyUserObject,
  USER_DEFAULTS,
  userObject,
} from '#sandbox/odata/graph-objects.ts'
import { badRequest, entraFilter, type GraphObject } from '#sandbox/odata/graph-query.ts'
import type { Machine, Person } from '#sandbox/people.ts'
import { isInEntra } from '#sandbox/tenant/directory.ts'
import {
  collection,
  entity,
  entraMachine,
  type GraphCall,
  personOrNotFound,
  requirePermission,
} from './graph-call.ts'
import { deltaOf } from './graph-delta.ts'

/** Graph's objects of Entra ID: people, devices, the recycle bin, and people at risk. */

const USER = 'microsoft.graph.user'
const DEVICE = 'microsoft.graph.device'
const RISKY = 'microsoft.graph.riskyUser'

export function listUsers(call: GraphCall): unknown {
  return users(call, [...call.directory.people.values()].map(userObject))
}

export function oneUser(call: GraphCall, id: string): unknown {
  return entity(call, USER, userObject(personOrNotFound(call, id)), USER_DEFAULTS)
}

export function usersDelta(call: GraphCall): unknown {
  return deltaOf(call, {
    kind: 'user',
    typeName: USER,
    defaults: USER_DEFAULTS,
    objectOf: (oid) => {
      const person = call.directory.people.get(oid)
      return person ? userObject(person) : null
    },
  })
}

export function listDevices(call: GraphCall): unknown {
  const expanded = expandsOwners(call)
  const all = [...call.directory.machines.values()].filter(isInEntra)
  return collection(call, {
    typeName: DEVICE,
    objects: all.map((machine) => withOwners(call, machine, expanded)),
    matches: entraFilter(call.query, DEVICE),
    expanded: expanded ? ['registeredOwners'] : [],
  })
}

export function oneDevice(call: GraphCall, key: 'objectId' | 'deviceId', id: string): unknown {
  const expanded = expandsOwners(call)
  const machine = withOwners(call, entraMachine(call, key, id), expanded)
  if (!expanded) return entity(call, DEVICE, machine)
  const { registeredOwners, ...plain } = machine
  return { ...Object(entity(call, DEVICE, plain)), registeredOwners }
}

export function devicesDelta(call: GraphCall): unknown {
  return deltaOf(call, {
    kind: 'device',
    typeName: DEVICE,
    defaults: null,
    objectOf: (objectId) => {
      const machine = call.directory.machines.get(objectId)
      return machine && isInEntra(machine) ? deviceObject(machine) : null
    },
  })
}

export function devicesOf(call: GraphCall, id: string, asUserToo: boolean): unknown {
  const { oid } = personOrNotFound(call, id)
  const found = [...call.directory.machines.values()].filter(
    (machine) =>
      isInEntra(machine) &&
      (machine.entraOwnerOid === oid || (asUserToo && machine.entraUserOid === oid)),
  )
  return collection(call, {
    typeName: DEVICE,
    objects: found.map((one) => ({ '@odata.type': `#${DEVICE}`, ...deviceObject(one) })),
    matches: entraFilter(call.query, DEVICE),
  })
}

export function registeredOwners(call: GraphCall, machine: Machine): unknown {
  return peopleOf(call, [machine.entraOwnerOid])
}

export function registeredUsers(call: GraphCall, machine: Machine): unknown {
  return peopleOf(call, [machine.entraOwnerOid, machine.entraUserOid])
}

/**
 * Gives objects of one type that were deleted in the last thirty days. For devices it is documented in beta
 * only.
 */
export function deletedItems(call: GraphCall, type: string): unknown {
  const { deletedPeople, deletedMachines } = call.directory
  if (type.toLowerCase() === USER) {
    const objects = [...deletedPeople.values()].map((one) =>
      deletedUserObject(one.item, one.deletedAt),
    )
    const matches = entraFilter(call.query, USER)
    const defaults = [...USER_DEFAULTS, 'deletedDateTime']
    return collection(call, { typeName: USER, objects, matches, defaults })
  }
  if (type.toLowerCase() !== DEVICE || call.version !== 'beta') {
    throw badRequest(`The type '${type}' is not supported for deletedItems.`)
  }
  const objects = [...deletedMachines.values()].map((one) =>
    deletedDeviceObject(one.item, one.deletedAt),
  )
  return collection(call, { typeName: DEVICE, objects, matches: entraFilter(call.query, DEVICE) })
}

export function deletedItem(call: GraphCall, id: string): unknown {
  const person = call.directory.deletedPeople.get(id.toLowerCase())
  requirePermission(call, person ? 'User.Read.All' : 'Device.Read.All')
  if (person) return deletedEntity(call, USER, deletedUserObject(person.item, person.deletedAt))
  const machine = call.version === 'beta' && call.directory.deletedMachines.get(id.toLowerCase())
  if (!machine) throw notFound(id)
  return deletedEntity(call, DEVICE, deletedDeviceObject(machine.item, machine.deletedAt))
}

/** Without Entra ID P2 there are no risky users; with it, one request a second is answered. */
export function riskyUsers(call: GraphCall): unknown {
  admitRisk(call)
  return collection(call, {
    typeName: RISKY,
    objects: riskyPeople(call).map(([person, isDeleted]) => riskyUserObject(person, isDeleted)),
    matches: entraFilter(call.query, RISKY),
    sizes: { usual: 20, max: 500 },
  })
}

export function oneRiskyUser(call: GraphCall, id: string): unknown {
  admitRisk(call)
  const found = riskyPeople(call).find(([person]) => person.oid === id.toLowerCase())
  if (!found) throw notFound(id)
  return entity(call, RISKY, riskyUserObject(...found))
}

function riskyPeople({ directory }: GraphCall): readonly (readonly [Person, boolean])[] {
  const there = [...directory.people.values()].map((person) => [person, false] as const)
  const deleted = [...directory.deletedPeople.values()].map(({ item }) => [item, true] as const)
  return [...there, ...deleted].filter(
    ([person]) => person.risk !== 'none' || person.riskState !== null,
  )
}

const RISK_EVERY_MS = 1000

/**
 * The limit of Identity Protection: one request a second for the whole tenant, and its 429 has no
 * Retry-After. Refused requests do not count.
 */
function admitRisk({ tenant }: GraphCall): void {
  if (!tenant.settings.entraIdP2) {
    throw new GraphError(403, 'Forbidden', 'Your tenant is not licensed for this feature.')
  }
  const now = performance.now()
  const last = tenant.riskyUsersAt
  if (tenant.settings.riskyUsersLimited && last !== null && now - last < RISK_EVERY_MS) {
    throw new GraphError(429, 'TooManyRequests', 'Too many requests.')
  }
  tenant.riskyUsersAt = now
}

function users(call: GraphCall, objects: readonly GraphObject[]): unknown {
  const matches = entraFilter(call.query, USER)
  return collection(call, { typeName: USER, objects, matches, defaults: USER_DEFAULTS })
}

function peopleOf(call: GraphCall, oids: readonly (string | null)[]): unknown {
  const people = oids.flatMap((oid) => call.directory.people.get(oid ?? '') ?? [])
  return users(
    call,
    people.map((one) => ({ '@odata.type': `#${USER}`, ...userObject(one) })),
  )
}

function deletedEntity(call: GraphCall, typeName: string, object: GraphObject): unknown {
  return { '@odata.type': `#${typeName}`, ...Object(entity(call, typeName, object)) }
}

function expandsOwners(call: GraphCall): boolean {
  const expand = call.query.get('$expand')
  if (expand === null) return false
  if (/^registeredOwners(?:\(\$select=id\))?$/.test(expand)) return true
  throw badRequest(`The sandbox expands registeredOwners($select=id) only, not '${expand}'.`)
}

function withOwners(call: GraphCall, machine: Machine, expanded: boolean): GraphObject {
  if (!expanded) return deviceObject(machine)
  // A person in the recycle bin is no owner, and is one again after a restoration.
  const owner = call.directory.people.get(machine.entraOwnerOid ?? '')
  const registeredOwners = owner ? [{ '@odata.type': `#${USER}`, id: owner.oid }] : []
  return { ...deviceObject(machine), registeredOwners }
}
