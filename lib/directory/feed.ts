import type { z } from 'zod'
import type { DirectoryKey } from '#lib/model.ts'
import type { DirectoryFeed, Reading, SeenEntraDevice, SeenUser } from './directory.ts'
import {
  deviceIdSchema,
  ENTRY_SELECT,
  type EntraDeviceEntry,
  entraDeviceEntrySchema,
  idSchema,
  intuneEntrySchema,
  isRisky,
  riskyUserSchema,
  toSeenEntraDevice,
  toSeenIntuneDevice,
  toSeenUser,
  type UserEntry,
  userEntrySchema,
} from './feed-schemas.ts'
import { DirectoryTrouble, strayAnswer } from './graph-answer.ts'
import { type GraphCalls, type GraphClient, openGraphClient } from './graph-client.ts'
import { filtersFor } from './graph-filter.ts'
import { BUDGETS, type Budget } from './graph-http.ts'
import { guidOrNull, INTUNE } from './graph-schemas.ts'
import type { GraphClientOptions } from './graph-token.ts'

/**
 * The directory as a stream of changes: Graph's delta queries for people and Entra's devices, and
 * Intune's devices page by page, since Intune has no delta query. It reports what Graph says and
 * decides nothing. What it says at once about many (an empty list of devices, a thousand
 * removals) is for the sweep's brake; only an empty list of people is refused here already,
 * because we ourselves are a member of a tenant that has people.
 */
export type FeedOptions = GraphClientOptions & {
  /** A directory that is not asked gives readings in which nothing changed. */
  readonly deviceDirectory: 'entra' | 'intune' | 'both'
  /** Which levels of user risk count; null when Identity Protection is not asked at all. */
  readonly riskLevels: readonly ('low' | 'medium' | 'high')[] | null
  /** Instead of the usual budget of each reading. */
  readonly budget?: Budget
}

/** Past this many half-told changes, reading everything is cheaper than asking for each. */
const INCOMPLETE_MAX = 200

const MANAGED_DEVICES = `${INTUNE}/deviceManagement/managedDevices`
const RISKY_USERS = 'v1.0/identityProtection/riskyUsers'

/** Opens the feed. Nothing is read before the first reading. */
export function openFeed(options: FeedOptions): DirectoryFeed {
  const client = openGraphClient(options)
  const { deviceDirectory, riskLevels } = options
  const budgets = {
    changes: options.budget ?? BUDGETS.changes,
    everything: options.budget ?? BUDGETS.everything,
  }
  const asksEntra = deviceDirectory !== 'intune'
  const asksIntune = deviceDirectory !== 'entra'
  return {
    users: (cursor) => readChanges(client, budgets, USERS, cursor),
    entraDevices: async (cursor) =>
      asksEntra ? readChanges(client, budgets, ENTRA_DEVICES, cursor) : NOTHING_ASKED,
    intuneDevices: async () => {
      if (!asksIntune) return NOTHING_ASKED
      const path = `${MANAGED_DEVICES}?$select=${ENTRY_SELECT.intuneDevice}`
      const found = await client.ask((calls) => {
        return calls.collection(path, intuneEntrySchema)
      }, budgets.everything)
      // A device that moved from one page to the next while we read is told twice.
      const entries = new Map(found.map((entry) => [entry.id, entry]))
      const items = [...entries.values()].map((entry) => toSeenIntuneDevice(entry, asksEntra))
      return { full: true, items, removedObjectIds: [], cursor: null }
    },
    riskyUsers: async () => {
      if (riskLevels === null) return null
      const filter = encodeURIComponent(
        "riskState eq 'atRisk' or riskState eq 'confirmedCompromised'",
      )
      const path = `${RISKY_USERS}?$filter=${filter}&$select=${ENTRY_SELECT.riskyUser}`
      const found = await client.ask((calls) => {
        return calls.collection(path, riskyUserSchema)
      }, budgets.everything)
      return new Set(found.filter((user) => isRisky(user, riskLevels)).map((user) => user.id))
    },
    exists: (key) => client.ask((calls) => exists(calls, key, { asksEntra, asksIntune })),
  }
}

type Entry = { readonly id: string; readonly '@removed'?: object | undefined }

/** One kind of object that has a delta query. */
type Stream<E extends Entry, T> = {
  readonly collection: string
  readonly select: string
  readonly schema: z.ZodType<E>
  /** What an entry must say; a delta query may leave out what did not change. */
  readonly needs: readonly (keyof E)[]
  readonly toSeen: (entry: E) => T
  readonly mayBeEmpty: boolean
}

const USERS: Stream<UserEntry, SeenUser> = {
  collection: 'v1.0/users',
  select: ENTRY_SELECT.user,
  schema: userEntrySchema,
  needs: ['accountEnabled'],
  toSeen: toSeenUser,
  mayBeEmpty: false,
}

const ENTRA_DEVICES: Stream<EntraDeviceEntry, SeenEntraDevice> = {
  collection: 'v1.0/devices',
  select: ENTRY_SELECT.entraDevice,
  schema: entraDeviceEntrySchema,
  needs: ['deviceId', 'accountEnabled', 'isCompliant'],
  toSeen: toSeenEntraDevice,
  mayBeEmpty: true,
}

/** Not full: that nothing is told of a device must not read as "it is gone". */
const NOTHING_ASKED = { full: false, items: [], removedObjectIds: [], cursor: null } as const

type Budgets = { readonly changes: Budget; readonly everything: Budget }

async function readChanges<E extends Entry, T>(
  client: GraphClient,
  budgets: Budgets,
  stream: Stream<E, T>,
  cursor: string | null,
): Promise<Reading<T>> {
  if (cursor !== null) {
    const reading = await client.ask(
      (calls) => changesSince(calls, stream, cursor),
      budgets.changes,
    )
    if (reading !== null) return reading
  }
  return client.ask((calls) => everything(calls, stream), budgets.everything)
}

async function everything<E extends Entry, T>(
  calls: GraphCalls,
  stream: Stream<E, T>,
): Promise<Reading<T>> {
  const path = `${stream.collection}/delta?$select=${stream.select}`
  const { items, link } = await calls.changes(path, null, stream.schema)
  const { present, removedObjectIds } = merged(items)
  if (present.length === 0 && !stream.mayBeEmpty) {
    throw new DirectoryTrouble(`${stream.collection} is empty, which cannot be`)
  }
  return { full: true, items: present.map(stream.toSeen), removedObjectIds, cursor: link }
}

/** Null when the directory does not know the cursor any more, or when reading everything is cheaper. */
async function changesSince<E extends Entry, T>(
  calls: GraphCalls,
  stream: Stream<E, T>,
  cursor: string,
): Promise<Reading<T> | null> {
  const path = `${stream.collection}/delta`
  const changes = await calls.changes(path, cursor, stream.schema).catch(nullIfForgotten)
  if (changes === null) return null
  const { present, removedObjectIds } = merged(changes.items)
  const whole = present.filter((entry) => stream.needs.every((name) => name in entry))
  const partial = present.filter((entry) => !whole.includes(entry))
  if (partial.length > INCOMPLETE_MAX) return null
  const reread = await readAgain(calls, stream, partial)
  const items = [...whole, ...reread].map(stream.toSeen)
  return { full: false, items, removedObjectIds, cursor: changes.link }
}

/** 410 is the documented answer; Graph also has 400 and 404 for a token that it cannot use. */
function nullIfForgotten(error: unknown): null {
  const status = error instanceof DirectoryTrouble ? error.status : null
  if (status === 410 || status === 400 || status === 404) return null
  throw error
}

/** What is not found was removed after the delta query; the next one tells of that. */
async function readAgain<E extends Entry, T>(
  calls: GraphCalls,
  stream: Stream<E, T>,
  partial: readonly E[],
): Promise<readonly E[]> {
  const ids = partial.map((entry) => entry.id)
  const found: E[] = []
  for (const filter of filtersFor('id', ids)) {
    const path = `${stream.collection}?$filter=${filter}&$select=${stream.select}`
    found.push(...(await calls.collection(path, stream.schema)))
  }
  if (found.some((entry) => !ids.includes(entry.id))) throw strayAnswer()
  return found
}

/**
 * One entry for each object: Graph may tell of one several times and half each time, and what it
 * said last counts.
 */
function merged<E extends Entry>(entries: readonly E[]) {
  const latest = new Map<string, E>()
  for (const entry of entries) {
    const before = latest.get(entry.id)
    const adds = before !== undefined && !isRemoved(before) && !isRemoved(entry)
    latest.set(entry.id, adds ? { ...before, ...entry } : entry)
  }
  const all = [...latest.values()]
  return {
    present: all.filter((entry) => !isRemoved(entry)),
    removedObjectIds: all.filter(isRemoved).map((entry) => entry.id),
  }
}

function isRemoved(entry: Entry): boolean {
  return entry['@removed'] !== undefined
}

type Asked = { readonly asksEntra: boolean; readonly asksIntune: boolean }

async function exists(calls: GraphCalls, key: DirectoryKey, asked: Asked): Promise<boolean> {
  const id = guidOrNull(key.id)
  if (id === null) throw new DirectoryTrouble('what was asked for is no id')
  switch (key.kind) {
    case 'user':
      return isThere(calls, `v1.0/users/${id}?$select=id`, id)
    case 'intune_device':
      if (!asked.asksIntune) throw notAsked()
      return isThere(calls, `${MANAGED_DEVICES}/${id}?$select=id`, id)
    case 'entra_device': {
      if (!asked.asksEntra) throw notAsked()
      const [filter] = filtersFor('deviceId', [id])
      const path = `v1.0/devices?$filter=${filter}&$select=deviceId`
      const found = await calls.collection(path, deviceIdSchema)
      if (found.some((device) => device.deviceId !== id)) throw strayAnswer()
      return found.length > 0
    }
  }
}

async function isThere(calls: GraphCalls, path: string, id: string): Promise<boolean> {
  const found = await calls.get(path, idSchema)
  if (found !== null && found.id !== id) throw strayAnswer()
  return found !== null
}

/** Silence about a directory that is not asked must never read as "deleted". */
function notAsked(): DirectoryTrouble {
  return new DirectoryTrouble('this directory is not asked in this configuration')
}
