import { deltaOf } from './graph-delta.ts'
import { denied, notFound } from './graph-error.ts'
import {
  deviceObject,
  managedDeviceObject,
  riskyUserObject,
  USER_DEFAULTS,
  userObject,
} from './graph-objects.ts'
import { badRequest, type GraphObject, pageOf, selected } from './graph-query.ts'
import type { Machine, Person } from './people.ts'
import { findPerson, type Tenant } from './tenant.ts'

/** What each path of Graph answers, and which permission it wants. */

type Version = 'v1.0' | 'beta'

export type GraphCall = {
  readonly tenant: Tenant
  readonly roles: readonly string[]
  readonly version: Version
  /** `http://localhost:4000/graph/v1.0` */
  readonly base: string
  readonly path: string
  readonly query: URLSearchParams
}

type Route = {
  readonly path: RegExp
  readonly role: string
  readonly answer: (call: GraphCall, ids: readonly string[]) => unknown
}

const USER = 'microsoft.graph.user'
const DEVICE = 'microsoft.graph.device'
const MANAGED = 'microsoft.graph.managedDevice'

const ROUTES: readonly Route[] = [
  route(/^users$/, 'User.Read.All', (call) => listUsers(call)),
  route(/^users\/delta(?:\(\))?$/, 'User.Read.All', (call) =>
    deltaOf(call, 'user', (id) => userOf(call, id)),
  ),
  route(/^users\/([^/]+)$/, 'User.Read.All', (call, [id = '']) => oneUser(call, id)),
  route(/^users\/([^/]+)\/ownedDevices$/, 'Device.Read.All', (call, [id = '']) =>
    ownedDevices(call, id),
  ),
  route(/^users\/([^/]+)\/registeredDevices$/, 'Device.Read.All', (call, [id = '']) => {
    const { oid } = personOrNotFound(call, id)
    return devicesOf(call, (one) => one.entraOwnerOid === oid || one.entraUserOid === oid)
  }),
  route(
    /^users\/([^/]+)\/managedDevices$/,
    'DeviceManagementManagedDevices.Read.All',
    (call, [id = '']) => {
      const { oid } = personOrNotFound(call, id)
      return listManaged(call, (machine) => machine.intuneOwnerOid === oid)
    },
  ),
  route(/^devices$/, 'Device.Read.All', (call) => listDevices(call)),
  route(/^devices\/delta(?:\(\))?$/, 'Device.Read.All', (call) =>
    deltaOf(call, 'device', (id) => deviceOf(call, id)),
  ),
  route(/^devices\/([^/(]+)$/, 'Device.Read.All', (call, [id = '']) =>
    oneDevice(call, machineBy(call, 'objectId', id)),
  ),
  route(/^devices\/([^/(]+)\/registeredOwners$/, 'Device.Read.All', (call, [id = '']) =>
    registeredOwners(call, machineBy(call, 'objectId', id)),
  ),
  route(/^devices\/([^/(]+)\/registeredUsers$/, 'Device.Read.All', (call, [id = '']) => {
    const { entraOwnerOid, entraUserOid } = machineBy(call, 'objectId', id)
    return peopleOf(call, [entraOwnerOid, entraUserOid])
  }),
  route(/^devices\(deviceId='([^'/]+)'\)$/, 'Device.Read.All', (call, [id = '']) =>
    oneDevice(call, machineBy(call, 'deviceId', id)),
  ),
  route(
    /^devices\(deviceId='([^'/]+)'\)\/registeredOwners$/,
    'Device.Read.All',
    (call, [id = '']) => registeredOwners(call, machineBy(call, 'deviceId', id)),
  ),
  route(/^deviceManagement\/managedDevices$/, 'DeviceManagementManagedDevices.Read.All', (call) =>
    listManaged(call, () => true),
  ),
  route(
    /^deviceManagement\/managedDevices\/([^/]+)$/,
    'DeviceManagementManagedDevices.Read.All',
    (call, [id = '']) => entity(call, MANAGED, managedOf(call, machineBy(call, 'intuneId', id))),
  ),
  route(/^identityProtection\/riskyUsers$/, 'IdentityRiskyUser.Read.All', (call) => {
    const risky = [...call.tenant.people.values()].filter((person) => person.risk !== 'none')
    return collection(call, 'microsoft.graph.riskyUser', risky.map(riskyUserObject))
  }),
  route(
    /^identityProtection\/riskyUsers\/([^/]+)$/,
    'IdentityRiskyUser.Read.All',
    (call, [id = '']) => {
      const person = personOrNotFound(call, id)
      if (person.risk === 'none') throw notFound(id)
      return entity(call, 'microsoft.graph.riskyUser', riskyUserObject(person))
    },
  ),
]

/** The answer to one GET. Throws GraphError. */
export function answerCall(call: GraphCall): unknown {
  for (const { path, role, answer } of ROUTES) {
    const match = path.exec(call.path)
    if (!match) continue
    if (!call.roles.includes(role)) throw denied()
    return answer(call, match.slice(1).map(decodeURIComponent))
  }
  throw badRequest(`Resource not found for the segment '${call.path.split('/')[0]}'.`)
}

function listUsers(call: GraphCall): unknown {
  const all = [...call.tenant.people.values()].map(userObject)
  return collection(call, USER, all, USER_DEFAULTS)
}

function oneUser(call: GraphCall, id: string): unknown {
  return entity(call, USER, userObject(personOrNotFound(call, id)), USER_DEFAULTS)
}

function listDevices(call: GraphCall): unknown {
  const expanded = expandsOwners(call)
  const all = [...call.tenant.machines.values()].filter((machine) => machine.deviceId !== null)
  const objects = all.map((machine) =>
    expanded
      ? { ...deviceObject(machine), registeredOwners: ownerIds(call, machine) }
      : deviceObject(machine),
  )
  return collection(call, DEVICE, objects, null, expanded ? ['registeredOwners'] : [])
}

function oneDevice(call: GraphCall, machine: Machine): unknown {
  return entity(call, DEVICE, deviceObject(machine))
}

function ownedDevices(call: GraphCall, id: string): unknown {
  const { oid } = personOrNotFound(call, id)
  return devicesOf(call, (machine) => machine.entraOwnerOid === oid)
}

function devicesOf(call: GraphCall, wanted: (machine: Machine) => boolean): unknown {
  const found = [...call.tenant.machines.values()].filter(
    (machine) => machine.deviceId !== null && wanted(machine),
  )
  const objects = found.map((machine) => ({
    '@odata.type': `#${DEVICE}`,
    ...deviceObject(machine),
  }))
  return collection(call, 'directoryObject', objects)
}

function registeredOwners(call: GraphCall, machine: Machine): unknown {
  return peopleOf(call, [machine.entraOwnerOid])
}

function peopleOf(call: GraphCall, oids: readonly (string | null | undefined)[]): unknown {
  const people = oids.flatMap((oid) => call.tenant.people.get(oid ?? '') ?? [])
  const objects = people.map((one) => ({ '@odata.type': `#${USER}`, ...userObject(one) }))
  return collection(call, 'directoryObject', objects, USER_DEFAULTS)
}

function listManaged(call: GraphCall, wanted: (machine: Machine) => boolean): unknown {
  const all = [...call.tenant.machines.values()]
  const managed = all.filter((machine) => machine.intuneId !== null && wanted(machine))
  return collection(
    call,
    MANAGED,
    managed.map((machine) => managedOf(call, machine)),
  )
}

function managedOf(call: GraphCall, machine: Machine): GraphObject {
  const owner = call.tenant.people.get(machine.intuneOwnerOid ?? '') ?? null
  return managedDeviceObject(machine, owner, call.version === 'beta')
}

function userOf(call: GraphCall, oid: string): GraphObject | null {
  const person = call.tenant.people.get(oid)
  return person
    ? selected(userObject(person), USER, call.query.get('$select'), USER_DEFAULTS)
    : null
}

function deviceOf(call: GraphCall, objectId: string): GraphObject | null {
  const machine = call.tenant.machines.get(objectId)
  return machine ? selected(deviceObject(machine), DEVICE, call.query.get('$select')) : null
}

function expandsOwners(call: GraphCall): boolean {
  const expand = call.query.get('$expand')
  if (expand === null) return false
  if (/^registeredOwners(?:\(\$select=id\))?$/.test(expand)) return true
  throw badRequest(`The sandbox expands registeredOwners($select=id) only, not '${expand}'.`)
}

function ownerIds(call: GraphCall, machine: Machine): readonly GraphObject[] {
  const owner = call.tenant.people.get(machine.entraOwnerOid ?? '')
  return owner ? [{ '@odata.type': `#${USER}`, id: owner.oid }] : []
}

function collection(
  call: GraphCall,
  typeName: string,
  objects: readonly GraphObject[],
  defaults: readonly string[] | null = null,
  expanded: readonly string[] = [],
): unknown {
  const { query } = call
  const page = pageOf(call.tenant.graphFault === 'empty' ? [] : objects, typeName, query)
  const select = query.get('$select')
  const names = select === null ? null : [select, ...expanded].join(',')
  const next = new URLSearchParams(query)
  if (page.skipToken !== null) next.set('$skiptoken', page.skipToken)
  return {
    '@odata.context': context(call),
    ...(page.skipToken === null ? {} : { '@odata.nextLink': `${call.base}/${call.path}?${next}` }),
    value: page.items.map((object) => selected(object, typeName, names, defaults)),
  }
}

function entity(
  call: GraphCall,
  typeName: string,
  object: GraphObject,
  defaults: readonly string[] | null = null,
): unknown {
  const chosen = selected(object, typeName, call.query.get('$select'), defaults)
  return { '@odata.context': `${context(call)}/$entity`, ...chosen }
}

function context(call: GraphCall): string {
  const select = call.query.get('$select')
  const [first = '', second = ''] = call.path.replace(/\(.*$/, '').split('/')
  const set = /^(?:deviceManagement|identityProtection)$/.test(first) ? `${first}/${second}` : first
  return `${call.base}/$metadata#${set}${select === null ? '' : `(${select})`}`
}

function personOrNotFound(call: GraphCall, id: string): Person {
  const person = findPerson(call.tenant, id)
  if (!person) throw notFound(id)
  return person
}

function machineBy(
  call: GraphCall,
  key: 'objectId' | 'deviceId' | 'intuneId',
  id: string,
): Machine {
  for (const machine of call.tenant.machines.values()) {
    const visible = key === 'intuneId' || machine.deviceId !== null
    if (visible && machine[key] === id.toLowerCase()) return machine
  }
  throw notFound(id)
}

function route(path: RegExp, role: string, answer: Route['answer']): Route {
  return { path, role, answer }
}
