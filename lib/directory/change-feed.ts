import type { z } from 'zod'
import {
  ENTRY_SELECT,
  type EntraDeviceEntry,
  entraDeviceEntrySchema,
  intuneEntrySchema,
  toSeenEntraDevice,
  toSeenIntuneDevice,
  toSeenUser,
  type UserEntry,
  userEntrySchema,
} from './change-feed-schemas.ts'
import { cursorOf, type Position, positionOf } from './delta-position.ts'
import type { ChangeFeed, ChangePage, SeenEntraDevice, SeenUser } from './directory.ts'
import { MANAGED_DEVICES } from './graph-schemas.ts'
import { lookUp } from './look-up.ts'
import { reportsOf } from './reports.ts'
import { readRiskyUsers, riskTurns } from './risky-users.ts'
import { DirectoryError } from './transport/graph-answer.ts'
import { type GraphCalls, openGraphClient } from './transport/graph-client.ts'
import { BUDGETS, type Budget } from './transport/graph-http.ts'
import type { GraphClientOptions } from './transport/graph-token.ts'

/**
 * The directory as change feeds: Graph's delta queries for people and Entra devices, and page by page
 * Intune's devices, since Intune has no delta query. The feed reports what Graph says and decides nothing.
 * Suspicious statements about many objects (an empty list of devices, a thousand removals) are for the
 * circuit breaker; only an empty list of people is refused here, since the service's own tenant always has
 * people.
 */
export type ChangeFeedOptions = GraphClientOptions & {
  /** A directory that is not read gives rounds without changes. */
  readonly deviceDirectory: 'entra' | 'intune' | 'both'
  /** Which levels of user risk count; null when Identity Protection is not read. */
  readonly riskLevels: readonly ('low' | 'medium' | 'high')[] | null
  /** Replaces the default budget of each question. */
  readonly budget?: Budget
  /** Waits this many milliseconds between two pages of risky users; real time by default. */
  readonly wait?: (ms: number) => Promise<unknown>
}

/** Opens the feed. Calls Graph at the first round. */
export function openChangeFeed(options: ChangeFeedOptions): ChangeFeed {
  const client = openGraphClient(options)
  const { deviceDirectory, riskLevels, budget } = options
  const report = reportsOf(options)
  const inTurn = riskTurns(options.now, options.wait)
  const asksEntra = deviceDirectory !== 'intune'
  const asksIntune = deviceDirectory !== 'entra'
  const page = <T>(read: (calls: GraphCalls) => Promise<T>) =>
    client.ask(read, budget ?? BUDGETS.page)
  return {
    users: (cursor) => page((calls) => readOn(calls, USERS, cursor)),
    entraDevices: async (cursor) =>
      asksEntra ? page((calls) => readOn(calls, ENTRA_DEVICES, cursor)) : NOTHING_ASKED,
    intuneDevices: async (cursor) => {
      if (!asksIntune) return NOTHING_ASKED
      const read = await page((calls) => readOn(calls, INTUNE_DEVICES, cursor))
      return { ...read, items: read.items.map((entry) => toSeenIntuneDevice(entry, asksEntra)) }
    },
    riskyUsers: async () => {
      if (riskLevels === null) return null
      return readRiskyUsers(client, { levels: riskLevels, report, inTurn, budget })
    },
    lookUp: (key, objectId) => {
      const asked = { asksEntra, asksIntune, report }
      return client.ask((calls) => lookUp(calls, key, objectId, asked), budget ?? BUDGETS.lookUp)
    },
  }
}

type Entry = {
  readonly id: string
  readonly '@removed'?: { readonly reason?: string | null | undefined } | undefined
}

/** One kind of object that is read page by page. */
type Stream<E extends Entry, T> = {
  readonly path: string
  readonly schema: z.ZodType<E>
  readonly toSeen: (entry: E) => T
  readonly mayBeEmpty: boolean
  /** Whether the feed reports changes since a round; otherwise every round is complete. */
  readonly hasDelta: boolean
}

const USERS: Stream<UserEntry, SeenUser> = {
  path: `v1.0/users/delta?$select=${ENTRY_SELECT.user}`,
  schema: userEntrySchema,
  toSeen: toSeenUser,
  mayBeEmpty: false,
  hasDelta: true,
}

const ENTRA_DEVICES: Stream<EntraDeviceEntry, SeenEntraDevice> = {
  path: `v1.0/devices/delta?$select=${ENTRY_SELECT.entraDevice}`,
  schema: entraDeviceEntrySchema,
  toSeen: toSeenEntraDevice,
  mayBeEmpty: true,
  hasDelta: true,
}

type IntuneEntry = z.infer<typeof intuneEntrySchema>

const INTUNE_DEVICES: Stream<IntuneEntry, IntuneEntry> = {
  path: `${MANAGED_DEVICES}?$select=${ENTRY_SELECT.intuneDevice}`,
  schema: intuneEntrySchema,
  toSeen: (entry) => entry,
  mayBeEmpty: true,
  hasDelta: false,
}

/** A round with more pages is endless or runs in a circle. */
const PAGES_MAX = 10_000

/** Not a complete round, so that devices which are not reported do not count as absent. */
const NOTHING_ASKED = {
  isFull: false,
  isFirst: true,
  isLast: true,
  items: [],
  removed: [],
  cursor: null,
} as const

/**
 * Gives the page of this cursor, or the first page of a new round when the directory has forgotten the
 * cursor.
 */
async function readOn<E extends Entry, T>(
  calls: GraphCalls,
  stream: Stream<E, T>,
  cursor: string | null,
): Promise<ChangePage<T>> {
  const position = positionOf(cursor)
  if (position !== null) {
    const page = await readPage(calls, stream, position).catch(nullIfForgotten)
    if (page !== null) return page
  }
  return readPage(calls, stream, null)
}

/** 410 is the documented answer; Graph also gives 400 and 404 for a token that it cannot use. */
function nullIfForgotten(error: unknown): null {
  const status = error instanceof DirectoryError ? error.status : null
  if (status === 410 || status === 400 || status === 404) return null
  throw error
}

async function readPage<E extends Entry, T>(
  calls: GraphCalls,
  stream: Stream<E, T>,
  position: Position | null,
): Promise<ChangePage<T>> {
  if (position !== null && position.pages >= PAGES_MAX) {
    throw new DirectoryError(`a round has more than ${PAGES_MAX} pages`)
  }
  const { items, nextLink, deltaLink } = await calls.page(
    stream.path,
    position?.link ?? null,
    stream.schema,
  )
  // Without a delta link the next round would miss changes.
  if (stream.hasDelta && nextLink === null && deltaLink === null) {
    throw new DirectoryError('changes end without a link', { status: 404 })
  }
  const { present, removed } = merged(items)
  const isFull = position === null || position.within === 'everything'
  const isEmpty = present.length === 0 && (position === null || position.isEmptySoFar)
  if (isFull && isEmpty && nextLink === null && !stream.mayBeEmpty) {
    throw new DirectoryError('the list of people is empty, which cannot be')
  }
  const within = isFull ? 'everything' : 'changes'
  const next = { within, pages: (position?.pages ?? 0) + 1, isEmptySoFar: isEmpty } as const
  return {
    isFull,
    isFirst: position === null || position.within === null,
    isLast: nextLink === null,
    items: present.map(stream.toSeen),
    removed,
    cursor: nextLink === null ? deltaLink : cursorOf({ link: nextLink, ...next }),
  }
}

/**
 * Joins the entries of each object: Graph may report an object several times and partially; the last value of
 * each property counts.
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
    removed: all.filter(isRemoved).map(({ id, '@removed': said }) => {
      // Only `deleted` is permanent; an object with any other reason may be restored.
      const isFinal = said?.reason === 'deleted'
      return { objectId: id, deletion: isFinal ? 'final' : 'restorable' } as const
    }),
  }
}

function isRemoved(entry: Entry): boolean {
  return entry['@removed'] !== undefined
}
