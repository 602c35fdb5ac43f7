import type { Logger } from 'pino'
import { type OcspTally, ocspTally } from '#authority/observe/ocsp-tally.ts'
import type { StatusAuthority } from '#lib/issuance/authority.ts'
import { answerCache } from '#lib/issuance/ocsp/answer-cache.ts'
import type { OcspState } from '#lib/issuance/ocsp/ocsp.ts'
import type { Responder } from '#lib/issuance/ocsp/ocsp-responder.ts'
import type { OcspSettings } from '#lib/issuance/ocsp/ocsp-status.ts'
import { underWay } from '#lib/issuance/ocsp/under-way.ts'

export type OcspService = {
  readonly state: OcspState
  readonly tally: OcspTally
  /**
   * Makes a new responder if there is none, or if the present one is past the middle of its validity or,
   * after the clock was set back, not valid yet. Never throws.
   */
  readonly renew: () => Promise<void>
  readonly close: () => void
}

export type OcspOptions = {
  readonly settings: OcspSettings
  /** How old the ledger's version may be before it is read again for a response; 0 where reading is cheap. */
  readonly versionAgeMaxMs: number
  /** Whether a responder is made without a call of renew(). */
  readonly automatic: boolean
  readonly rootAnswer: OcspState['rootAnswer']
  /** Makes a key and has it certified. */
  readonly makeResponder: () => Promise<Responder>
  readonly load?: LoadMax
}

export type LoadMax = {
  /**
   * Delay of the event loop above which nearly all requests are answered by tryLater, so that issuance has
   * time.
   */
  readonly lagMs: number
  /** How many responses may be in the making. */
  readonly making: number
}

/** Each has some 3 KiB. */
const ANSWERS_MAX = 10_000
/** A signature takes some 100 µs, so the last of these waits no longer than the loop may be delayed. */
const LOAD_MAX: LoadMax = { lagMs: 500, making: 4_096 }

/**
 * Starts what answers OCSP: a responder that is renewed in the background, a cache, and a measure of the
 * load.
 */
export function startOcsp(
  authority: StatusAuthority,
  log: Logger,
  options: OcspOptions,
): OcspService {
  const tally = ocspTally()
  const makeResponder = async () => counted(await options.makeResponder(), tally)
  const keeper = keepResponder(authority, log, { ...options, makeResponder })
  const lag = measureLag()
  const load = options.load ?? LOAD_MAX
  return {
    state: {
      settings: options.settings,
      cache: answerCache(ANSWERS_MAX),
      readings: answerCache(ANSWERS_MAX),
      responder: keeper.current,
      statusVersion: remembered(authority.ledger.statusVersion, options.versionAgeMaxMs),
      isBusy: () => lag.lagMs() > load.lagMs,
      making: underWay(),
      makingMax: load.making,
      rootAnswer: options.rootAnswer,
    },
    ...{ tally, renew: keeper.renew },
    close: () => {
      keeper.close()
      lag.close()
    },
  }
}

function counted(responder: Responder, tally: OcspTally): Responder {
  return {
    ...responder,
    sign: (tbs) => {
      tally.addSignature()
      return responder.sign(tbs)
    },
  }
}

const CHECK_MS = 5_000
const RETRY_MS = 60_000
const RETRY_MAX_MS = 15 * 60_000

/** One responder at a time. When no new one can be made, the old one is used until its notAfter. */
function keepResponder(
  authority: StatusAuthority,
  log: Logger,
  { automatic, makeResponder }: OcspOptions,
) {
  let current: Responder | null = null
  let failures = 0
  // By the monotonic clock, which cannot be set.
  let retryAt = Number.NEGATIVE_INFINITY
  const renew = async () => {
    const now = authority.now()
    if (current && current.notBefore <= now && now < current.renewAt) return
    if (performance.now() < retryAt) return
    // No other attempt starts before this one has ended.
    retryAt = Number.POSITIVE_INFINITY
    try {
      current = await makeResponder()
      failures = 0
      retryAt = Number.NEGATIVE_INFINITY
    } catch (error) {
      // Each attempt writes an audit record, so the time between attempts grows.
      retryAt = performance.now() + Math.min(RETRY_MS * 2 ** failures++, RETRY_MAX_MS)
      log.error({ error, until: current?.notAfter ?? null }, 'no new OCSP responder could be made')
    }
  }
  if (!automatic) return { current: () => current, renew, close: () => undefined }
  void renew()
  const timer = setInterval(() => void renew(), CHECK_MS)
  timer.unref()
  return { current: () => current, renew, close: () => clearInterval(timer) }
}

/** Reads again when the last value is too old; concurrent callers share the same read. */
function remembered(ask: () => Promise<number>, ageMaxMs: number): () => Promise<number> {
  if (ageMaxMs === 0) return oncePerTurn(ask)
  let asking: Promise<number> | null = null
  let answer = { value: 0, at: Number.NEGATIVE_INFINITY }
  return async () => {
    if (performance.now() - answer.at <= ageMaxMs) return answer.value
    const at = performance.now()
    asking ??= ask().finally(() => {
      asking = null
    })
    const value = await asking
    answer = { value, at }
    return value
  }
}

/** Reads once for all callers in the same turn of the event loop, which are many under load. */
function oncePerTurn(ask: () => Promise<number>): () => Promise<number> {
  let asked: Promise<number> | null = null
  const forget = () => {
    asked = null
  }
  return () => {
    if (asked === null) {
      asked = ask()
      setImmediate(forget)
    }
    return asked
  }
}

export type LagMeter = {
  /** How late the event loop is, in milliseconds. */
  readonly lagMs: () => number
  readonly close: () => void
}

const TICK_MS = 20

/**
 * Measures how late a timer is called. It sees a long turn of the loop while that turn is still
 * going on, so that what comes late in a flood is known to be late.
 */
export function measureLag(): LagMeter {
  let expectedAt = performance.now() + TICK_MS
  let last = 0
  const timer = setInterval(() => {
    const now = performance.now()
    // Falls by half at each tick, so that one slow turn does not count for long.
    last = Math.max(now - expectedAt, last / 2)
    expectedAt = now + TICK_MS
  }, TICK_MS)
  timer.unref()
  return {
    lagMs: () => Math.max(last, performance.now() - expectedAt),
    close: () => clearInterval(timer),
  }
}
