import type { Device, DirectoryUser } from '#lib/model.ts'
import { hasAppRole } from './app-role.ts'
import { askedOnce } from './asked-once.ts'
import type { Directory, ExpectedDevice } from './directory.ts'
import { eachOf, filterFor, primaryUsersOf } from './graph-questions.ts'
import {
  BETA,
  type EntraDevice,
  entraDeviceWithOwnersSchema,
  guidOrNull,
  MANAGED_DEVICES,
  type ManagedDevice,
  managedDeviceSchema,
  newest,
  ownedObjectSchema,
  SELECT,
  STABLE,
  toDevice,
  toUser,
  userSchema,
} from './graph-schemas.ts'
import { strayAnswer } from './transport/graph-answer.ts'
import { type GraphCalls, openGraphClient } from './transport/graph-client.ts'
import type { GraphClientOptions } from './transport/graph-token.ts'

/**
 * The directory as Microsoft Graph reports it: people and devices of Entra ID, and Intune's records of
 * devices, read again for every question. Read permissions suffice: User.Read.All, Device.Read.All,
 * DeviceManagementManagedDevices.Read.All.
 */

export type GraphOptions = GraphClientOptions & {
  /** Client id of our API's app registration, which defines the app roles. */
  readonly apiClientId: string
  /**
   * Which directories are asked about devices. With `entra` Intune is never called, so a tenant without
   * Intune can use Latchkey; with `intune` Entra's devices are never called.
   */
  readonly deviceDirectory?: 'entra' | 'intune' | 'both'
}

type Asked = {
  readonly entra: boolean
  readonly intune: boolean
  /**
   * The version of Graph for all questions about devices: a batch has one version, and only beta has the
   * properties that are read of Intune. Where Intune is not asked, beta is not used.
   */
  readonly version: Version
}
type Version = typeof STABLE | typeof BETA
type Owned = { readonly device: EntraDevice; readonly ownerOids: readonly string[] }
type Pair = { readonly owned: Owned | null; readonly record: ManagedDevice | null }

/** Opens the directory. Calls Graph at the first question. */
export function openGraph(options: GraphOptions): Directory {
  const client = openGraphClient(options)
  const directory = options.deviceDirectory ?? 'both'
  const intune = directory !== 'entra'
  const asked: Asked = {
    entra: directory !== 'intune',
    intune,
    version: intune ? BETA : STABLE,
  }
  return {
    user: async (oid) => {
      const id = guidOrNull(oid)
      return id === null ? null : client.ask((calls) => person(calls, STABLE, id))
    },
    devicesOf: async (oid) => {
      const id = guidOrNull(oid)
      return id === null ? [] : client.ask((calls) => devicesOf(calls, asked, id))
    },
    devicesWithId: async (value) => {
      const id = guidOrNull(value)
      return id === null ? [] : client.ask((calls) => devicesWithId(calls, asked, id))
    },
    personAndDevices: async (value, values, expected = []) => {
      const oid = guidOrNull(value)
      const ids = [...new Set(values.map(guidOrNull))].filter((id) => id !== null)
      const version = ids.length > 0 ? asked.version : STABLE
      return client.ask(async (once) => {
        const calls = askedOnce(once)
        for (const device of expected) askAhead(calls, asked, device)
        const [user, ...found] = await Promise.all([
          oid === null ? null : person(calls, version, oid),
          ...ids.map((id) => devicesWithId(calls, asked, id)),
        ])
        return { user, devices: found.flat() }
      })
    },
    hasRole: async (oid, role) => {
      const id = guidOrNull(oid)
      if (id === null) return false
      return client.ask((calls) => hasAppRole(calls, options.apiClientId, id, role))
    },
  }
}

async function person(
  calls: GraphCalls,
  version: Version,
  oid: string,
): Promise<DirectoryUser | null> {
  const user = await calls.get(`${version}/users/${oid}?$select=${SELECT.user}`, userSchema)
  if (user !== null && user.id !== oid) throw strayAnswer()
  return user === null ? null : toUser(user)
}

/** Asks now what would only be asked when the first answers name this device. Nobody waits for it but who asks again. */
function askAhead(calls: GraphCalls, asked: Asked, { deviceId, intuneId }: ExpectedDevice): void {
  const ids = { entra: guidOrNull(deviceId), intune: guidOrNull(intuneId) }
  const ahead = [
    asked.entra && ids.entra !== null ? entraDevices(calls, asked, [ids.entra]) : null,
    asked.intune && ids.intune !== null ? primaryUsersOf(calls, ids.intune) : null,
  ]
  // An error is one where the question is asked in earnest.
  for (const question of ahead) question?.catch(() => undefined)
}

async function devicesOf(calls: GraphCalls, asked: Asked, oid: string): Promise<readonly Device[]> {
  const [owned, candidates] = await Promise.all([
    asked.entra ? ownedDevices(calls, asked, oid) : [],
    asked.intune ? managedDevicesOf(calls, oid) : [],
  ])
  // A device in one of the two lists may have another owner in the other directory, so both are read.
  const ownedIds = owned.map(({ device }) => device.deviceId)
  const candidateIds = candidates
    .map(({ azureADDeviceId }) => azureADDeviceId)
    .filter((id) => id !== null)
  const [others, records] = await Promise.all([
    asked.entra ? entraDevices(calls, asked, without(candidateIds, ownedIds)) : [],
    asked.intune ? managedDevices(calls, without(ownedIds, candidateIds)) : [],
  ])
  const pairs = pairsOf([...owned, ...others], [...candidates, ...records], asked)
  const primaryUsers = await primaryUsersOfEach(calls, pairs.map(recordOf))
  return pairs
    .map((pair) => deviceFrom(pair, primaryUsers, asked))
    .filter((device) => mayBeOwnedBy(device, oid))
}

function mayBeOwnedBy({ entraOwnerOids, primaryUserOids }: Device, oid: string): boolean {
  return entraOwnerOids.includes(oid) || (primaryUserOids?.includes(oid) ?? false)
}

/** One round of questions, and a second one where Intune has a record. */
async function devicesWithId(
  calls: GraphCalls,
  asked: Asked,
  id: string,
): Promise<readonly Device[]> {
  const [entra, records, record] = await Promise.all([
    asked.entra ? entraDevices(calls, asked, [id]) : [],
    asked.intune ? managedDevices(calls, [id]) : [],
    asked.intune ? managedDevice(calls, id) : null,
  ])
  const known = pairsOf(entra, records, asked)
  const named = known.some((pair) => pair.record?.id === record?.id) ? null : record
  const namedId = named?.azureADDeviceId ?? null
  const [more, primaryUsers] = await Promise.all([
    asked.entra && namedId !== null ? entraDevices(calls, asked, [namedId]) : [],
    primaryUsersOfEach(calls, [...known.map(recordOf), named]),
  ])
  const pairs = named === null ? known : [...known, ...pairsOf(more, [named], asked)]
  return pairs.map((pair) => deviceFrom(pair, primaryUsers, asked))
}

/**
 * Pairs each Entra device with its newest Intune record. An Intune record that names an Entra device which
 * Entra does not have gives no device: Entra deleted it while Intune remembers it, or it is too new to be
 * replicated.
 */
function pairsOf(
  owned: readonly Owned[],
  records: readonly ManagedDevice[],
  asked: Asked,
): readonly Pair[] {
  const byEntraId = Map.groupBy(records, ({ azureADDeviceId, id }) => azureADDeviceId ?? id)
  const known = owned.map((one) => {
    const record = newest(byEntraId.get(one.device.deviceId) ?? [])
    byEntraId.delete(one.device.deviceId)
    return { owned: one, record }
  })
  const others = [...byEntraId.values()]
    .map(newest)
    .filter((record) => record !== null && !(asked.entra && record.azureADDeviceId !== null))
  return [...known, ...others.map((record) => ({ owned: null, record }))]
}

function recordOf({ record }: Pair): ManagedDevice | null {
  return record
}

type PrimaryUsers = ReadonlyMap<string, readonly string[]>

/** Gives primary users by Intune id; Intune reports them for one device at a time. */
async function primaryUsersOfEach(
  calls: GraphCalls,
  records: readonly (ManagedDevice | null)[],
): Promise<PrimaryUsers> {
  const ids = records.flatMap((record) => record?.id ?? [])
  const entries = await eachOf(ids, async (id) => [id, await primaryUsersOf(calls, id)] as const)
  return new Map(entries)
}

function deviceFrom({ owned, record }: Pair, primaryUsers: PrimaryUsers, asked: Asked): Device {
  const entra = owned?.device ?? null
  const primaryUserOids = record && primaryUsers.get(record.id)
  // Null would mean that Intune has no record.
  if (primaryUserOids === undefined) throw new Error('primary users were not asked for')
  const device = toDevice(entra, owned?.ownerOids ?? [], record, primaryUserOids)
  // Where one of the two directories is not asked, the other's statement alone counts.
  if (!asked.intune) return { ...device, managed: entra?.isManaged === true }
  if (!asked.entra && record !== null) return { ...device, deviceId: record.azureADDeviceId }
  return device
}

async function ownedDevices(
  calls: GraphCalls,
  { version }: Asked,
  oid: string,
): Promise<readonly Owned[]> {
  const objects = await calls.list(`${version}/users/${oid}/ownedDevices`, ownedObjectSchema)
  return objects.filter((device) => device !== null).map((device) => ({ device, ownerOids: [oid] }))
}

/**
 * Gives Intune devices that may belong to a person: those that Intune lists for the person, and those with
 * the person as `userId`. Microsoft documents for neither whether it means the primary user or who enrolled
 * the device, so both are candidates, and the primary users of each are read. Graph has no list by primary
 * user; a new primary user becomes Entra's registered owner too, whose list is read.
 */
async function managedDevicesOf(calls: GraphCalls, oid: string): Promise<readonly ManagedDevice[]> {
  const select = `$select=${SELECT.managedDevice}`
  const isTheirs = (record: ManagedDevice) => record.userId === oid
  const [listed, enrolled] = await Promise.all([
    calls.list(`${BETA}/users/${oid}/managedDevices?${select}`, managedDeviceSchema),
    calls.collection(
      `${MANAGED_DEVICES}?${filterFor('userId', oid)}&${select}`,
      managedDeviceSchema,
      // Intune ignores a filter that it does not support, and would send the devices of the whole tenant.
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

async function entraDevices(
  calls: GraphCalls,
  { version }: Asked,
  ids: readonly string[],
): Promise<readonly Owned[]> {
  const found = await eachOf(ids, async (id) => {
    const devices = await calls.list(
      `${version}/devices?${filterFor('deviceId', id)}` +
        `&$select=${SELECT.entraDevice}&$expand=registeredOwners($select=id)`,
      entraDeviceWithOwnersSchema,
    )
    // Entra documents a filter on this property, so other devices in the answer mean that it belongs to
    // another question.
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
    return records.filter((record) => record.azureADDeviceId === id)
  })
  return found.flat()
}

function without(ids: readonly string[], known: readonly string[]): readonly string[] {
  return [...new Set(ids)].filter((id) => !known.includes(id))
}
