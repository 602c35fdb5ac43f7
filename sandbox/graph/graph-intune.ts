import { notFound } from '#sandbox/odata/graph-error.ts'
import { managedDeviceObject, USER_DEFAULTS, userObject } from '#sandbox/odata/graph-objects.ts'
import {
  badRequest,
  entraFilter,
  type GraphObject,
  intuneFilter,
} from '#sandbox/odata/graph-query.ts'
import type { Machine } from '#sandbox/people.ts'
import { collection, entity, type GraphCall, personOrNotFound } from './graph-call.ts'

/** Graph's objects of Intune: managed devices and their primary users. */

const USER = 'microsoft.graph.user'
const MANAGED = 'microsoft.graph.managedDevice'

export function listManagedDevices(call: GraphCall): unknown {
  return managedDevices(call, () => true)
}

/** Gives the devices that a person enrolled, whoever their primary user is now. */
export function managedDevicesOf(call: GraphCall, id: string): unknown {
  const { oid } = personOrNotFound(call, id)
  return managedDevices(call, (machine) => machine.enrolledByOid === oid)
}

export function oneManagedDevice(call: GraphCall, id: string): unknown {
  return entity(call, MANAGED, recordOf(call, managed(call, id)))
}

/** Gives the primary user, none or one. The path exists in the beta version only. */
export function primaryUsers(call: GraphCall, id: string): unknown {
  if (call.version !== 'beta') throw badRequest("Resource not found for the segment 'users'.")
  const person = call.directory.people.get(managed(call, id).primaryUserOid ?? '')
  return collection(call, {
    typeName: USER,
    objects: person ? [userObject(person)] : [],
    matches: entraFilter(call.query, USER),
    defaults: USER_DEFAULTS,
  })
}

function managedDevices(call: GraphCall, wanted: (machine: Machine) => boolean): unknown {
  const records = [...call.directory.machines.values()].filter(
    (machine) => machine.intuneId !== null && wanted(machine),
  )
  return collection(call, {
    typeName: MANAGED,
    objects: records.map((machine) => recordOf(call, machine)),
    matches: intuneFilter(call.query, call.tenant.settings.intuneOr),
  })
}

function recordOf(call: GraphCall, machine: Machine): GraphObject {
  const enrolledBy = call.directory.people.get(machine.enrolledByOid ?? '') ?? null
  return managedDeviceObject(machine, enrolledBy, call.version === 'beta')
}

function managed(call: GraphCall, id: string): Machine {
  for (const machine of call.directory.machines.values()) {
    if (machine.intuneId === id.toLowerCase()) return machine
  }
  throw notFound(id)
}
