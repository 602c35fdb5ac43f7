import type { Device } from '#lib/model.ts'
import type { Directory } from './directory.ts'
import { strayAnswer } from './graph-answer.ts'
import { type GraphCalls, openGraphClient } from './graph-client.ts'
import { filtersFor } from './graph-filter.ts'
import {
  type EntraDevice,
  entraDeviceWithOwnersSchema,
  entraIdOf,
  guidOrNull,
  INTUNE,
  type ManagedDevice,
  managedDeviceSchema,
  newest,
  ownedObjectSchema,
  SELECT,
  toDevice,
  toUser,
  userSchema,
} from './graph-schemas.ts'
import type { GraphClientOptions } from './graph-token.ts'

/**
 * The directory as Microsoft Graph has it: people and devices of Entra ID, and what Intune knows of
 * the devices, read anew for every question. Read permissions are enough: User.Read.All,
 * Device.Read.All, DeviceManagementManagedDevices.Read.All.
 */

export type GraphOptions = GraphClientOptions & {
  /**
   * Which directories are asked about devices. With `entra` Intune is never called, so a tenant
   * without Intune can use Latchkey; with `intune` Entra's devices are never called.
   */
  readonly deviceDirectory?: 'entra' | 'intune' | 'both'
}

type Asked = { readonly entra: boolean; readonly intune: boolean }
type Owned = { readonly device: EntraDevice; readonly ownerOids: readonly string[] }

/** Opens the directory. Nothing is read before the first question. */
export function openGraph(options: GraphOptions): Directory {
  const client = openGraphClient(options)
  const directory = options.deviceDirectory ?? 'both'
  const asked: Asked = { entra: directory !== 'intune', intune: directory !== 'entra' }
  return {
    user: async (oid) => {
      const id = guidOrNull(oid)
      if (id === null) return null
      return client.ask(async (calls) => {
        const user = await calls.get(`v1.0/users/${id}?$select=${SELECT.user}`, userSchema)
        if (user !== null && user.id !== id) throw strayAnswer()
        return user === null ? null : toUser(user)
      })
    },
    devicesOf: async (oid) => {
      const id = guidOrNull(oid)
      return id === null ? [] : client.ask((calls) => devicesOf(calls, asked, id))
    },
    devicesWithId: async (value) => {
      const id = guidOrNull(value)
      return id === null ? [] : client.ask((calls) => devicesWithId(calls, asked, id))
    },
  }
}

async function devicesOf(calls: GraphCalls, asked: Asked, oid: string): Promise<readonly Device[]> {
  const [owned, primary] = await Promise.all([
    asked.entra ? ownedDevices(calls, oid) : [],
    asked.intune ? managedDevicesOf(calls, oid) : [],
  ])
  // What one of the two lists names, the other directory may know under another owner.
  const ownedIds = owned.map(({ device }) => device.deviceId)
  const primaryIds = primary.map(entraIdOf).filter((id) => id !== null)
  const [others, records] = await Promise.all([
    asked.entra ? entraDevices(calls, without(primaryIds, ownedIds)) : [],
    asked.intune ? managedDevices(calls, without(ownedIds, primaryIds)) : [],
  ])
  return join([...owned, ...others], [...primary, ...records], asked)
}

async function devicesWithId(
  calls: GraphCalls,
  asked: Asked,
  id: string,
): Promise<readonly Device[]> {
  const [entra, records, named] = await Promise.all([
    asked.entra ? entraDevices(calls, [id]) : [],
    asked.intune ? managedDevices(calls, [id]) : [],
    asked.intune ? managedDevice(calls, id) : null,
  ])
  // Intune alone remembering an Entra id that Entra has forgotten is no device with that id.
  const known = asked.entra && entra.length === 0 ? [] : join(entra, records, asked)
  if (named === null || known.some((device) => device.intuneId === named.id)) return known
  const namedId = entraIdOf(named)
  const more = asked.entra && namedId !== null ? await entraDevices(calls, [namedId]) : []
  return [...known, ...join(more, [named], asked)]
}

/** One device for each Entra device, with its newest Intune record; then what only Intune knows. */
function join(
  owned: readonly Owned[],
  records: readonly ManagedDevice[],
  asked: Asked,
): readonly Device[] {
  const byEntraId = Map.groupBy(records, (record) => entraIdOf(record) ?? record.id)
  const known = owned.map(({ device, ownerOids }) => {
    const record = newest(byEntraId.get(device.deviceId) ?? [])
    byEntraId.delete(device.deviceId)
    const joined = toDevice(device, ownerOids, record)
    // Where Intune is not asked, Entra's word on management is the only one.
    return asked.intune ? joined : { ...joined, managed: device.isManaged === true }
  })
  const others = [...byEntraId.values()].map((group) => {
    const record = newest(group)
    const device = toDevice(null, [], record)
    return asked.entra || record === null ? device : { ...device, deviceId: entraIdOf(record) }
  })
  return [...known, ...others]
}

async function ownedDevices(calls: GraphCalls, oid: string): Promise<readonly Owned[]> {
  const objects = await calls.list(`v1.0/users/${oid}/ownedDevices`, ownedObjectSchema)
  return objects.filter((device) => device !== null).map((device) => ({ device, ownerOids: [oid] }))
}

function managedDevicesOf(calls: GraphCalls, oid: string): Promise<readonly ManagedDevice[]> {
  const path = `${INTUNE}/users/${oid}/managedDevices?$select=${SELECT.managedDevice}`
  return calls.list(path, managedDeviceSchema)
}

async function managedDevice(calls: GraphCalls, id: string): Promise<ManagedDevice | null> {
  const path = `${INTUNE}/deviceManagement/managedDevices/${id}?$select=${SELECT.managedDevice}`
  const record = await calls.get(path, managedDeviceSchema)
  if (record !== null && record.id !== id) throw strayAnswer()
  return record
}

async function entraDevices(calls: GraphCalls, ids: readonly string[]): Promise<readonly Owned[]> {
  const pages = await Promise.all(
    filtersFor('deviceId', ids).map((filter) =>
      calls.list(
        `v1.0/devices?$filter=${filter}` +
          `&$select=${SELECT.entraDevice}&$expand=registeredOwners($select=id)`,
        entraDeviceWithOwnersSchema,
      ),
    ),
  )
  return pages.flat().map(({ registeredOwners, ...device }) => {
    if (!ids.includes(device.deviceId)) throw strayAnswer()
    return { device, ownerOids: registeredOwners.map((owner) => owner.id) }
  })
}

async function managedDevices(
  calls: GraphCalls,
  ids: readonly string[],
): Promise<readonly ManagedDevice[]> {
  const path = `${INTUNE}/deviceManagement/managedDevices`
  const pages = await Promise.all(
    filtersFor('azureADDeviceId', ids).map((filter) =>
      calls.list(`${path}?$filter=${filter}&$select=${SELECT.managedDevice}`, managedDeviceSchema),
    ),
  )
  return pages.flat().map((record) => {
    if (!ids.includes(entraIdOf(record) ?? '')) throw strayAnswer()
    return record
  })
}

function without(ids: readonly string[], known: readonly string[]): readonly string[] {
  return [...new Set(ids)].filter((id) => !known.includes(id))
}
