import type { Device } from '#lib/model.ts'
import { hasAppRole } from './app-role.ts'
import type { Directory } from './directory.ts'
import { strayAnswer } from './graph-answer.ts'
import { type GraphCalls, openGraphClient } from './graph-client.ts'
import { eachOf, filterFor, primaryUsersOf } from './graph-questions.ts'
import {
  BETA,
  type EntraDevice,
  entraDeviceWithOwnersSchema,
  entraIdOf,
  guidOrNull,
  MANAGED_DEVICES,
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
  /** App registration of our API, on which its roles stand. */
  readonly apiClientId: string
  /**
   * Which directories are asked about devices. With `entra` Intune is never called, so a tenant
   * without Intune can use Latchkey; with `intune` Entra's devices are never called.
   */
  readonly deviceDirectory?: 'entra' | 'intune' | 'both'
}

type Asked = { readonly entra: boolean; readonly intune: boolean }
type Owned = { readonly device: EntraDevice; readonly ownerOids: readonly string[] }
type Pair = { readonly owned: Owned | null; readonly record: ManagedDevice | null }

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
    hasRole: async (oid, role) => {
      const id = guidOrNull(oid)
      if (id === null) return false
      return client.ask((calls) => hasAppRole(calls, options.apiClientId, id, role))
    },
  }
}

async function devicesOf(calls: GraphCalls, asked: Asked, oid: string): Promise<readonly Device[]> {
  const [owned, candidates] = await Promise.all([
    asked.entra ? ownedDevices(calls, oid) : [],
    asked.intune ? managedDevicesOf(calls, oid) : [],
  ])
  // What one of the two lists names, the other directory may know under another owner.
  const ownedIds = owned.map(({ device }) => device.deviceId)
  const candidateIds = candidates.map(entraIdOf).filter((id) => id !== null)
  const [others, records] = await Promise.all([
    asked.entra ? entraDevices(calls, without(candidateIds, ownedIds)) : [],
    asked.intune ? managedDevices(calls, without(ownedIds, candidateIds)) : [],
  ])
  const pairs = pairsOf([...owned, ...others], [...candidates, ...records], asked)
  const devices = await devicesFrom(calls, pairs, asked)
  return devices.filter((device) => mayBeOwnedBy(device, oid))
}

function mayBeOwnedBy({ entraOwnerOids, primaryUserOids }: Device, oid: string): boolean {
  return entraOwnerOids.includes(oid) || (primaryUserOids?.includes(oid) ?? false)
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
  const known = pairsOf(entra, records, asked)
  if (named === null || known.some(({ record }) => record?.id === named.id)) {
    return devicesFrom(calls, known, asked)
  }
  const namedId = entraIdOf(named)
  const more = asked.entra && namedId !== null ? await entraDevices(calls, [namedId]) : []
  return devicesFrom(calls, [...known, ...pairsOf(more, [named], asked)], asked)
}

/**
 * One pair for each Entra device, with its newest Intune record; then what only Intune knows. A record
 * that names an Entra device which Entra does not have is no device: that one was deleted, though
 * Intune remembers it, or is too fresh to be known everywhere.
 */
function pairsOf(
  owned: readonly Owned[],
  records: readonly ManagedDevice[],
  asked: Asked,
): readonly Pair[] {
  const byEntraId = Map.groupBy(records, (record) => entraIdOf(record) ?? record.id)
  const known = owned.map((one) => {
    const record = newest(byEntraId.get(one.device.deviceId) ?? [])
    byEntraId.delete(one.device.deviceId)
    return { owned: one, record }
  })
  const others = [...byEntraId.values()]
    .map(newest)
    .filter((record) => record !== null && !(asked.entra && entraIdOf(record) !== null))
  return [...known, ...others.map((record) => ({ owned: null, record }))]
}

/** With the primary users of each that Intune has, which it tells for one device at a time. */
function devicesFrom(
  calls: GraphCalls,
  pairs: readonly Pair[],
  asked: Asked,
): Promise<readonly Device[]> {
  return eachOf(pairs, async ({ owned, record }) => {
    const primaryUserOids = record && (await primaryUsersOf(calls, record.id))
    const entra = owned?.device ?? null
    const device = toDevice(entra, owned?.ownerOids ?? [], record, primaryUserOids)
    // Where one of the two is not asked, the other's word is the only one.
    if (!asked.intune) return { ...device, managed: entra?.isManaged === true }
    if (!asked.entra && record !== null) return { ...device, deviceId: entraIdOf(record) }
    return device
  })
}

async function ownedDevices(calls: GraphCalls, oid: string): Promise<readonly Owned[]> {
  const objects = await calls.list(`v1.0/users/${oid}/ownedDevices`, ownedObjectSchema)
  return objects.filter((device) => device !== null).map((device) => ({ device, ownerOids: [oid] }))
}

/**
 * Intune's devices of a person: those that it lists for them, and those that it has under their
 * `userId`. Microsoft documents of neither list whether it goes by the primary user or by who
 * enrolled the device, so both are candidates, and each one's primary users are asked for. Graph has
 * no list by primary user; a new one becomes Entra's registered owner too, whose list is asked.
 */
async function managedDevicesOf(calls: GraphCalls, oid: string): Promise<readonly ManagedDevice[]> {
  const select = `$select=${SELECT.managedDevice}`
  const isTheirs = (record: ManagedDevice) => guidOrNull(record.userId) === oid
  const [listed, enrolled] = await Promise.all([
    calls.list(`${BETA}/users/${oid}/managedDevices?${select}`, managedDeviceSchema),
    calls.collection(
      `${MANAGED_DEVICES}?${filterFor('userId', oid)}&${select}`,
      managedDeviceSchema,
      // Intune ignores a filter that it does not know, and would give the whole tenant.
      { until: (records) => !records.every(isTheirs) },
    ),
  ])
  const found = [...listed, ...enrolled.filter(isTheirs)]
  return [...new Map(found.map((record) => [record.id, record])).values()]
}

async function managedDevice(calls: GraphCalls, id: string): Promise<ManagedDevice | null> {
  const path = `${MANAGED_DEVICES}/${id}?$select=${SELECT.managedDevice}`
  const record = await calls.get(path, managedDeviceSchema)
  if (record !== null && record.id !== id) throw strayAnswer()
  return record
}

async function entraDevices(calls: GraphCalls, ids: readonly string[]): Promise<readonly Owned[]> {
  const found = await eachOf(ids, async (id) => {
    const devices = await calls.list(
      `v1.0/devices?${filterFor('deviceId', id)}` +
        `&$select=${SELECT.entraDevice}&$expand=registeredOwners($select=id)`,
      entraDeviceWithOwnersSchema,
    )
    // Entra's filter on this property is documented: an answer about others is another's answer.
    if (devices.some((device) => device.deviceId !== id)) throw strayAnswer()
    return devices
  })
  return found.flat().map(({ registeredOwners, ...device }) => {
    return { device, ownerOids: registeredOwners.map((owner) => owner.id) }
  })
}

async function managedDevices(
  calls: GraphCalls,
  ids: readonly string[],
): Promise<readonly ManagedDevice[]> {
  const found = await eachOf(ids, async (id) => {
    const path = `${MANAGED_DEVICES}?${filterFor('azureADDeviceId', id)}`
    const records = await calls.list(`${path}&$select=${SELECT.managedDevice}`, managedDeviceSchema)
    // Intune was seen to ignore a filter and to give other devices.
    return records.filter((record) => entraIdOf(record) === id)
  })
  return found.flat()
}

function without(ids: readonly string[], known: readonly string[]): readonly string[] {
  return [...new Set(ids)].filter((id) => !known.includes(id))
}
