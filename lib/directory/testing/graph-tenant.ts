import { graphError, type Handler, json, status } from './graph-server.ts'

/** A test's tenant as objects of Graph, and a handler that answers questions about it. */
export type GraphTenant = {
  readonly users?: readonly { readonly id: string }[]
  /** Entra's devices; `registeredOwners` comes with `$expand` only. */
  readonly devices?: readonly EntraObject[]
  readonly managedDevices?: readonly IntuneObject[]
  /** Primary users by Intune id; a device that is not named here has none. */
  readonly primaryUsers?: Readonly<Record<string, readonly string[]>>
  /**
   * Intune ids by object id of a person: what Intune lists for them beside the devices that they enrolled.
   */
  readonly listedFor?: Readonly<Record<string, readonly string[]>>
  readonly deletedUsers?: readonly string[]
  /** Devices in the recycle bin. */
  readonly deletedDevices?: readonly { readonly id: string; readonly deviceId: string }[]
}

type EntraObject = Record<string, unknown> & {
  readonly id: string
  readonly deviceId: string
  readonly registeredOwners: readonly { readonly id: string }[]
}
type IntuneObject = Record<string, unknown> & {
  readonly id: string
  readonly userId?: string | null
  readonly azureADDeviceId?: string | null
}

const OWNER = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'

/** One managed and compliant device as Entra and as Intune have it. */
export const LAPTOP = {
  entra: {
    id: '0b1ec701-2f64-4a8d-b5c9-e17d30a6f801',
    deviceId: 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601',
    displayName: 'ALICE-LT-042',
    accountEnabled: true,
    isCompliant: true,
    isManaged: true,
    operatingSystem: 'Windows',
    operatingSystemVersion: '10.0',
    model: 'X1',
    registrationDateTime: '2026-02-01T07:00:00Z',
    registeredOwners: [{ id: OWNER }],
  },
  intune: {
    id: '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01',
    userId: OWNER,
    deviceName: 'ALICE-LT-042',
    operatingSystem: 'Windows',
    osVersion: '10.0',
    model: 'X1',
    azureADDeviceId: 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601',
    complianceState: 'compliant',
    managementState: 'managed',
    enrolledDateTime: '2026-02-03T08:14:09Z',
  },
} as const

type Answer = (tenant: GraphTenant, id: string, filter: Filter | null) => Handler
type Filter = { readonly property: string; readonly id: string }

/** Answers `eq` filters; any other path gives Graph's status 400. */
export function tenantOf(tenant: GraphTenant): Handler {
  return (request, response, url) => {
    const path = url.pathname.replace('/graph/', '')
    for (const [pattern, answer] of ROUTES) {
      const match = pattern.exec(path)
      if (match === null) continue
      const [, property = '', id = ''] =
        /^(\w+) eq '([^']*)'$/.exec(url.searchParams.get('$filter') ?? '') ?? []
      const filter = url.searchParams.has('$filter') ? { property, id } : null
      return answer(tenant, match[1] ?? '', filter)(request, response, url)
    }
    return status(400, graphError('BadRequest'))(request, response, url)
  }
}

const NOT_FOUND = status(404, graphError('ResourceNotFound'))

const ROUTES: readonly (readonly [RegExp, Answer])[] = [
  [/^(?:v1\.0|beta)\/users\/([^/]+)$/, ({ users = [] }, id) => one(users, id)],
  [
    /^(?:v1\.0|beta)\/users\/([^/]+)\/ownedDevices$/,
    ({ devices = [] }, oid) =>
      list(
        devices
          .filter(({ registeredOwners }) => registeredOwners.some(({ id }) => id === oid))
          .map(({ registeredOwners: _, ...device }) => device),
      ),
  ],
  [
    /^beta\/users\/([^/]+)\/managedDevices$/,
    ({ managedDevices = [], listedFor = {} }, oid) =>
      list(
        managedDevices.filter(
          ({ id, userId }) => userId === oid || (listedFor[oid]?.includes(id) ?? false),
        ),
      ),
  ],
  [/^(?:v1\.0|beta)\/devices$/, ({ devices = [] }, _, filter) => list(matching(devices, filter))],
  [
    /^beta\/deviceManagement\/managedDevices$/,
    ({ managedDevices = [] }, _, filter) => list(matching(managedDevices, filter)),
  ],
  [
    /^beta\/deviceManagement\/managedDevices\/([^/]+)$/,
    ({ managedDevices = [] }, id) => one(managedDevices, id),
  ],
  [
    /^beta\/deviceManagement\/managedDevices\/([^/]+)\/users$/,
    ({ managedDevices = [], primaryUsers = {} }, id) =>
      managedDevices.some((device) => device.id === id)
        ? list((primaryUsers[id] ?? []).map((oid) => ({ id: oid })))
        : NOT_FOUND,
  ],
  [
    /^beta\/directory\/deletedItems\/microsoft\.graph\.device$/,
    ({ deletedDevices = [] }, _, filter) => list(matching(deletedDevices, filter)),
  ],
  [
    /^beta\/directory\/deletedItems\/([^/]+)$/,
    ({ deletedDevices = [] }, id) => one(deletedDevices, id),
  ],
  [
    /^v1\.0\/directory\/deletedItems\/([^/]+)$/,
    ({ deletedUsers = [] }, id) =>
      one(
        deletedUsers.map((oid) => ({ id: oid })),
        id,
      ),
  ],
]

function list(value: readonly object[]): Handler {
  return json({ value })
}

function one(objects: readonly { readonly id: string }[], id: string): Handler {
  const found = objects.find((object) => object.id === id)
  return found === undefined ? NOT_FOUND : json(found)
}

function matching<T extends object>(objects: readonly T[], filter: Filter | null): readonly T[] {
  if (filter === null) return objects
  return objects.filter((object) => Reflect.get(object, filter.property) === filter.id)
}
