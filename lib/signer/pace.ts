import { setTimeout as sleep } from 'node:timers/promises'
import { LatchkeyError } from '#lib/errors.ts'

/**
 * Calls of a service that counts them, such as the signatures of a vault: spread so that the service's limit
 * is not reached, few enough waiting that each still gets its turn, and each with an end.
 *
 * When the service says 429 all calls wait as long as it says, a minute at most, and go on a little slower than
 * it let through; others may share the limit, and how many is not known. After a while without 429 the pace
 * rises again. When calls fail one after the other, the next ones fail at once, and one by one tries whether it
 * works again.
 */
export type Pace = {
  /**
   * Takes a place in the queue before work begins whose end is a call, and gives what frees it. Throws
   * LatchkeyError('signer_unavailable') with the seconds to wait when there is none, or too many are held by
   * the same `who`.
   */
  readonly enter: (who: string) => () => void
  /**
   * Makes a call when it is its turn. The call is told by its signal when its time is over, and what it gives
   * after that is dropped. Throws what the call threw, or LatchkeyError('signer_unavailable').
   */
  readonly run: <T>(call: (signal: AbortSignal) => Promise<T>) => Promise<T>
  /** False while calls fail. */
  readonly isUp: () => boolean
}

export type PaceOptions = {
  /** What the service allows, for all that share it. */
  readonly perSecondMax: number
  /** How many pace themselves beside each other here. */
  readonly processes: number
  /** For each call, its wait and its retries together. */
  readonly deadlineMs: number
}

/** Thrown by a call that the service did not make, since there were too many. */
export class Throttled extends Error {
  override readonly name = 'Throttled'
  readonly retryAfterMs: number | null

  constructor(retryAfterMs: number | null) {
    super('too many calls')
    this.retryAfterMs = retryAfterMs
  }
}

/** The service counts in windows of its own, so the whole of its limit is too much at times. */
const OF_LIMIT = 0.97
const OF_SEEN = 0.95
/** The pace does not fall below this part of the limit: one 429 in a quiet hour says little. */
const OF_LIMIT_MIN = 0.1
/** Seconds without a 429 after which the pace rises, and by what part of the limit in each second. */
const STEADY_SECONDS = 20
const RISE = 0.02
/**
 * Milliseconds of the pace that may be caught up with, after a quiet moment or one in which this process did
 * not run. Key Vault counts in windows of ten seconds.
 */
const BURST_MS = 250
const RETRIES = 2
/** When the service does not say how long; twice as long at the second time. */
const RETRY_AFTER_MS = 1000
/** A vault says some seconds. What says more, such as a proxy on the way, would keep CRLs away for as long. */
const RETRY_AFTER_MAX_MS = 60_000

/** What of a call's time must be left when its turn comes. */
const OF_DEADLINE = 1 / 3

/** Places: what is called in two seconds, and at least 50. */
const PLACES_SECONDS = 2
const PLACES_MIN = 50
const PLACES_SHARE = 4

const FAILURES_MAX = 3
const PAUSE_MS = 5000

export function openPace({ perSecondMax, processes, deadlineMs }: PaceOptions): Pace {
  const speed = openSpeed(perSecondMax, processes)
  const health = openHealth()
  const places = openPlaces(() => speed.perSecond())

  const run = async <T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const begunAt = performance.now()
    const times = {
      turnBy: begunAt + deadlineMs * (1 - OF_DEADLINE),
      endsAt: begunAt + deadlineMs,
    }
    const done = health.begin()
    try {
      const result = await withRetries(speed, call, times)
      done('good')
      return result
    } catch (error) {
      done(error instanceof LatchkeyError && error.retryAfterSeconds !== null ? 'unknown' : 'bad')
      throw error
    }
  }

  return {
    enter: (who) => {
      health.check()
      const waitMs = speed.waitMs()
      if (waitMs > deadlineMs * (1 - OF_DEADLINE)) throw busy(waitMs)
      return places.take(who)
    },
    run,
    isUp: health.isUp,
  }
}

async function withRetries<T>(
  speed: Speed,
  call: (signal: AbortSignal) => Promise<T>,
  { turnBy, endsAt }: { readonly turnBy: number; readonly endsAt: number },
): Promise<T> {
  for (let retries = 0; ; ) {
    await turn(speed, turnBy)
    const begunAt = performance.now()
    try {
      const result = await inTime(call, endsAt)
      speed.succeeded()
      return result
    } catch (error) {
      if (!(error instanceof Throttled)) throw error
      speed.throttled(error.retryAfterMs ?? RETRY_AFTER_MS * 2 ** retries, begunAt)
      retries += 1
      if (retries > RETRIES) throw busy(speed.waitMs())
    }
  }
}

/** Waits for a turn; again where the service was found throttled meanwhile. */
async function turn(speed: Speed, turnBy: number): Promise<void> {
  for (let at = speed.next(turnBy); ; at = speed.next(turnBy)) {
    const waitMs = at - performance.now()
    if (waitMs > 0) await sleep(waitMs)
    if (speed.waitMs() <= 0) return
  }
}

async function inTime<T>(call: (signal: AbortSignal) => Promise<T>, endsAt: number): Promise<T> {
  const ending = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => {
        const error = new LatchkeyError('signer_unavailable', 'The CA key does not answer in time.')
        ending.abort(error)
        reject(error)
      },
      Math.max(0, endsAt - performance.now()),
    )
  })
  try {
    return await Promise.race([call(ending.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

type Speed = ReturnType<typeof openSpeed>

function openSpeed(perSecondMax: number, processes: number) {
  let base = (perSecondMax * OF_LIMIT) / processes
  let since = performance.now()
  let pausedUntil = Number.NEGATIVE_INFINITY
  let nextAt = Number.NEGATIVE_INFINITY
  let successes: number[] = []

  const perSecond = () => {
    const steady = (performance.now() - since) / 1000 - STEADY_SECONDS
    return Math.min(perSecondMax * OF_LIMIT, base + Math.max(0, steady) * RISE * perSecondMax)
  }
  const seenPerSecond = () => {
    const after = performance.now() - 1000
    successes = successes.filter((at) => at > after)
    return successes.length
  }

  return {
    perSecond,
    /** Milliseconds until the service takes calls again. */
    waitMs: () => pausedUntil - performance.now(),
    /** Gives when the next call may begin. Throws when that is too late for it. */
    next: (turnBy: number): number => {
      const now = performance.now()
      const at = Math.max(nextAt, pausedUntil, now - BURST_MS)
      if (at >= turnBy) throw busy(at - now)
      nextAt = at + 1000 / perSecond()
      return at
    },
    succeeded: () => {
      successes.push(performance.now())
      if (successes.length > 2 * perSecondMax) seenPerSecond()
    },
    /** `begunAt` is when the call began: those that were under way together count as one. */
    throttled: (waitMs: number, begunAt: number) => {
      const now = performance.now()
      pausedUntil = Math.max(pausedUntil, now + Math.min(waitMs, RETRY_AFTER_MAX_MS))
      if (begunAt < since) return
      const seen = Math.min(perSecond(), seenPerSecond()) * OF_SEEN
      base = Math.max((perSecondMax * OF_LIMIT_MIN) / processes, seen)
      since = now
    },
  }
}

function openPlaces(perSecond: () => number) {
  const held = new Map<string, number>()
  let all = 0
  return {
    take: (who: string): (() => void) => {
      const placesMax = Math.max(PLACES_MIN, PLACES_SECONDS * perSecond())
      const own = held.get(who) ?? 0
      if (all >= placesMax || own >= placesMax / PLACES_SHARE) {
        throw busy((1000 * all) / perSecond())
      }
      all += 1
      held.set(who, own + 1)
      let isFreed = false
      return () => {
        if (isFreed) return
        isFreed = true
        all -= 1
        const left = (held.get(who) ?? 1) - 1
        if (left > 0) held.set(who, left)
        else held.delete(who)
      }
    },
  }
}

/** A circuit breaker: closed, open, and half open while one call tries. */
function openHealth() {
  let failures = 0
  let openUntil = Number.NEGATIVE_INFINITY
  let isTrying = false

  const isUp = () => failures < FAILURES_MAX
  const check = () => {
    if (isUp()) return
    const waitMs = openUntil - performance.now()
    if (waitMs > 0 || isTrying) throw down(Math.max(waitMs, 1000))
  }

  return {
    isUp,
    check,
    begin: () => {
      check()
      const isTrial = !isUp()
      if (isTrial) isTrying = true
      return (outcome: 'good' | 'bad' | 'unknown') => {
        if (isTrial) isTrying = false
        if (outcome === 'good') failures = 0
        if (outcome !== 'bad') return
        failures += 1
        if (!isUp()) openUntil = performance.now() + PAUSE_MS
      }
    },
  }
}

function busy(waitMs: number): LatchkeyError {
  return new LatchkeyError('signer_unavailable', 'The CA key has too much to do at the moment.', {
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
    remedy: 'Try again in a moment.',
  })
}

function down(waitMs: number): LatchkeyError {
  return new LatchkeyError('signer_unavailable', 'The CA key does not answer.', {
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
    remedy: 'Try again later.',
  })
}
