import { badRequest } from '#sandbox/odata/graph-query.ts'
import { directoryFor, type Service } from '#sandbox/tenant/faults.ts'
import type { GraphPermission } from '#sandbox/tenant/settings.ts'
import { entraMachine, type GraphCall, requirePermission } from './graph-call.ts'
import {
  deletedItem,
  deletedItems,
  devicesDelta,
  devicesOf,
  listDevices,
  listUsers,
  oneDevice,
  oneRiskyUser,
  oneUser,
  registeredOwners,
  registeredUsers,
  riskyUsers,
  usersDelta,
} from './graph-entra.ts'
import {
  listManagedDevices,
  managedDevicesOf,
  oneManagedDevice,
  primaryUsers,
} from './graph-intune.ts'

/** The paths of Graph, each with its answer and the permission that it needs. */

type Route = {
  readonly service: Service
  /** Null: the answer checks permissions itself. */
  readonly permission: GraphPermission | null
  readonly path: RegExp
  readonly answer: (call: GraphCall, id: string) => unknown
}

const USERS = 'User.Read.All'
const DEVICES = 'Device.Read.All'
const RISK = 'IdentityRiskyUser.Read.All'
const INTUNE = 'DeviceManagementManagedDevices.Read.All'

const ROUTES: readonly Route[] = [
  entra(USERS, /^users$/, listUsers),
  entra(USERS, /^users\/(?:microsoft\.graph\.)?delta(?:\(\))?$/, usersDelta),
  entra(USERS, /^users\/([^/]+)$/, oneUser),
  entra(DEVICES, /^users\/([^/]+)\/ownedDevices$/, (call, id) => devicesOf(call, id, false)),
  entra(DEVICES, /^users\/([^/]+)\/registeredDevices$/, (call, id) => devicesOf(call, id, true)),
  entra(DEVICES, /^devices$/, listDevices),
  entra(DEVICES, /^devices\/(?:microsoft\.graph\.)?delta(?:\(\))?$/, devicesDelta),
  entra(DEVICES, /^devices\/([^/(]+)$/, (call, id) => oneDevice(call, 'objectId', id)),
  entra(DEVICES, /^devices\/([^/(]+)\/registeredOwners$/, (call, id) =>
    registeredOwners(call, entraMachine(call, 'objectId', id)),
  ),
  entra(DEVICES, /^devices\/([^/(]+)\/registeredUsers$/, (call, id) =>
    registeredUsers(call, entraMachine(call, 'objectId', id)),
  ),
  entra(DEVICES, /^devices\(deviceId='([^'/]+)'\)$/, (call, id) => oneDevice(call, 'deviceId', id)),
  entra(DEVICES, /^devices\(deviceId='([^'/]+)'\)\/registeredOwners$/, (call, id) =>
    registeredOwners(call, entraMachine(call, 'deviceId', id)),
  ),
  entra(USERS, /^directory\/deletedItems\/(microsoft\.graph\.user)$/i, deletedItems),
  entra(DEVICES, /^directory\/deletedItems\/(microsoft\.graph\.(?!user$)[^/]+)$/i, deletedItems),
  entra(null, /^directory\/deletedItems\/([^/.]+)$/i, deletedItem),
  entra(RISK, /^identityProtection\/riskyUsers$/, riskyUsers),
  entra(RISK, /^identityProtection\/riskyUsers\/([^/]+)$/, oneRiskyUser),
  intune(/^users\/([^/]+)\/managedDevices$/, managedDevicesOf),
  intune(/^deviceManagement\/managedDevices$/, listManagedDevices),
  intune(/^deviceManagement\/managedDevices\/([^/]+)$/, oneManagedDevice),
  intune(/^deviceManagement\/managedDevices\/([^/]+)\/users$/, primaryUsers),
]

/** The answer to one GET. Throws GraphError. */
export function answerCall(call: Omit<GraphCall, 'directory'>): unknown {
  for (const { path, permission, service, answer } of ROUTES) {
    const match = path.exec(call.path)
    if (!match) continue
    const ids = match.slice(1).map(decodeURIComponent)
    if (permission !== null) requirePermission(call, permission)
    const { tenant } = call
    if (service === 'intune' && !tenant.settings.intune) {
      throw badRequest('Request not applicable to target tenant.')
    }
    const directory = directoryFor(tenant.faults, tenant.directory, service)
    return answer({ ...call, directory }, ids[0] ?? '')
  }
  throw badRequest(`Resource not found for the segment '${call.path.split('/')[0]}'.`)
}

function entra(permission: GraphPermission | null, path: RegExp, answer: Route['answer']): Route {
  return { service: 'entra', permission, path, answer }
}

function intune(path: RegExp, answer: Route['answer']): Route {
  return { service: 'intune', permission: INTUNE, path, answer }
}
