import type { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { type DirectoryKey, type DirectoryObject, type Observation, textOfKey } from '#lib/model.ts'
import { inBackground } from '#lib/telemetry.ts'
import { applySeen } from './apply.ts'
import { countWorse, engageCircuitBreaker, limitOf } from './circuit-breaker.ts'
import { askedToWaitMs, isDirectoryUnavailable } from './directory-unavailable.ts'
import { lookUp } from './look-up.ts'

/**
 * Refreshes what is stored of single objects in the background. A question about a status never waits for the
 * directory, and the directory is asked for one object once a minute at most, however many ask for its
 * status.
 */
export type Backfill = {
  /**
   * Queues these objects for a look-up, except those that were looked up within the last minute. Never
   * throws.
   */
  readonly want: (keys: readonly DirectoryKey[]) => void
  /** Resolves when no look-up is running or queued. */
  readonly idle: () => Promise<void>
  /** How many objects are waiting. */
  readonly length: () => number
  readonly stop: () => Promise<void>
}

type Needs = Omit<Authority, 'backfill'>

const AGAIN_AFTER_MS = 60_000
const AT_ONCE = 4
/** However long the directory wants to be left alone. */
const WAIT_MAX_MS = 300_000
/** Length of the queue. Further objects are dropped, and queued when somebody asks again. */
const WAITING_MAX = 1_000
/** Look-ups that are remembered for a minute. No more are made, since more could not be remembered. */
const REMEMBERED_MAX = 20_000
/** Name of the counter of changes for the worse by look-ups, shared by all replicas. */
const WORSE = 'directory:worse'

export function makeBackfill(authority: Needs, onError: (error: unknown) => void): Backfill {
  const waiting = new Map<string, DirectoryKey>()
  const askedAt = new Map<string, number>()
  const idle: (() => void)[] = []
  let underWay = 0
  /** Since when, and for how long, the directory is to be left alone. */
  let quiet: { readonly since: number; readonly ms: number } | null = null
  let isStopped = false

  const next = () => {
    while (underWay < AT_ONCE && !isStopped && !isQuiet()) {
      const [first] = waiting
      if (!first) break
      const [text, key] = first
      waiting.delete(text)
      remember(text)
      underWay += 1
      void refresh(authority as Authority, key)
        .catch((error) => (isDirectoryUnavailable(error) ? beQuiet(error) : onError(error)))
        .finally(() => {
          underWay -= 1
          next()
        })
    }
    if (underWay === 0 && (isStopped || waiting.size === 0))
      for (const done of idle.splice(0)) done()
  }
  /**
   * A directory that fails is asked for the object again in a minute. Throttling is of the whole application: one
   * refusal holds back every question.
   */
  const beQuiet = (error: LatchkeyError) => {
    const waitMs = askedToWaitMs(error)
    if (waitMs === null || isStopped) return
    const asked = { since: authority.now().getTime(), ms: Math.min(waitMs, WAIT_MAX_MS) }
    quiet = asked
    const goOn = () => {
      if (quiet === asked) quiet = null
      next()
    }
    setTimeout(goOn, asked.ms).unref()
  }
  // When the clock was set, the time is over too.
  const isQuiet = () =>
    quiet !== null && Math.abs(authority.now().getTime() - quiet.since) < quiet.ms
  const remember = (text: string) => {
    askedAt.delete(text)
    askedAt.set(text, authority.now().getTime())
  }
  // When the clock was set back, an object counts as looked up long ago, or it would not be asked for again.
  const isLongAgo = (at: number) => Math.abs(authority.now().getTime() - at) >= AGAIN_AFTER_MS
  /** Removes old times, the oldest first. */
  const forgetLongAgo = () => {
    for (const [text, at] of askedAt) {
      if (!isLongAgo(at)) return
      askedAt.delete(text)
    }
  }
  const isWanted = (text: string) => {
    const at = askedAt.get(text)
    return at === undefined || isLongAgo(at)
  }
  const hasRoom = () => waiting.size < WAITING_MAX && waiting.size + askedAt.size < REMEMBERED_MAX

  return {
    want: (keys) => {
      forgetLongAgo()
      for (const { kind, id } of keys) {
        const text = textOfKey({ kind, id })
        if (hasRoom() && isWanted(text)) waiting.set(text, { kind, id })
      }
      // After the current turn of the event loop, since the caller is answering a request.
      if (waiting.size > 0) setImmediate(inBackground, next)
    },
    idle: () =>
      new Promise((resolve) => {
        idle.push(resolve)
        setImmediate(next)
      }),
    length: () => waiting.size,
    stop: async () => {
      isStopped = true
      waiting.clear()
      if (underWay > 0) await new Promise<void>((resolve) => idle.push(resolve))
    },
  }
}

async function refresh(authority: Authority, key: DirectoryKey): Promise<void> {
  const [stored] = await authority.ledger.directoryObjects([key])
  const observation = await lookUp(authority, key, stored)
  if (await isTooMuch(authority, observation, stored)) return
  const seen = {
    observations: [observation],
    due: [],
    names: new Map<string, string>(),
    isSync: false,
  }
  await applySeen(authority, seen, 'look-up')
}

/**
 * Between two syncs only a limited number of changes for the worse by look-ups is applied, counted over all
 * replicas. A first absence puts certificates on hold, so it counts as well.
 */
async function isTooMuch(
  authority: Authority,
  observation: Observation,
  stored: DirectoryObject | undefined,
): Promise<boolean> {
  if (stored === undefined || (await countWorse(authority, [observation])) === 0) return false
  const { ledger } = authority
  const { circuitBreaker, streams } = await ledger.directoryState()
  if (circuitBreaker !== null) return circuitBreaker.releasedAt === null
  const window = streams.users.readAt ?? new Date(0)
  const limit = Math.floor(await limitOf(authority))
  if (await ledger.takeQuota(WORSE, window, limit)) return false
  await engageCircuitBreaker(authority, 'look-up', limit + 1)
  return true
}
