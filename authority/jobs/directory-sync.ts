import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { makeReader } from '#lib/issuance/directory-sync/rounds.ts'
import { syncDirectory } from '#lib/issuance/directory-sync/sync.ts'
import { step } from '#lib/telemetry.ts'
import { isClockRight } from './clock.ts'

/**
 * Runs the directory sync at an interval. A lease keeps replicas from doing the same work; when two of them
 * sync nevertheless, the ledger accepts only one.
 */
export type DirectorySync = {
  /** Syncs now, or once more after the sync that is running. */
  readonly soon: () => void
  readonly stop: () => Promise<void>
}

const LEASE = 'directory-sync'
/** A replica that died is replaced after this many missed intervals. */
const LEASE_TURNS = 3
const LEASE_MIN_MS = 10_000
/** How long a running sync is waited for at shutdown. */
const PATIENCE_MS = 1000

/**
 * Starts at once, then waits `everyMs` between the end of one sync and the next, or as long as the directory
 * asks (RFC 9110 section 10.2.3), even when a notification arrives meanwhile. The replacement of a process
 * that died has the same `holder`, and so its lease.
 */
export function startDirectorySync(
  authority: Authority,
  log: Logger,
  everyMs: number,
  holder: string = randomUUID(),
): DirectorySync {
  const reader = makeReader(authority.changeFeed, authority.now)
  const leaseMs = Math.max(LEASE_MIN_MS, LEASE_TURNS * everyMs)
  let isHeldBack = false
  let stopped = false
  let idle = false
  let wanted = false
  let notBefore = 0
  let timer: NodeJS.Timeout | undefined

  const lease = (forMs: number) => {
    const now = authority.now()
    return authority.ledger.takeLease(LEASE, holder, now, new Date(now.getTime() + forMs))
  }
  const once = async (isNoticed: boolean) => {
    let prolonging: NodeJS.Timeout | undefined
    try {
      if (!(await isClockRight(authority, log))) return
      // A notification may reach only one without the lease; of two that sync the ledger accepts one.
      const isHeld = await lease(leaseMs)
      if (!isHeld && !isNoticed) return
      prolonging = setInterval(() => {
        if (isHeld && !stopped) lease(leaseMs).catch(() => undefined)
      }, leaseMs / LEASE_TURNS)
      const report = await step(
        'directory_sync',
        () => syncDirectory(authority, reader),
        ({ error }) => error !== null,
      )
      const { changed, waiting, error } = report
      if (changed > 0) log.info({ changed }, 'the directory changed')
      if (waiting > 0) log.info({ waiting }, 'some objects are asked for again')
      if (report.isHeldBack && !isHeldBack) {
        log.error('the directory changed so much at once that the circuit breaker holds it back')
      }
      isHeldBack = report.isHeldBack
      if (error) {
        const waitMs = waitAsked(error)
        notBefore = performance.now() + waitMs
        log.warn({ error, waitMs }, 'a part of the directory could not be read')
      }
    } catch (error) {
      if (stopped) return
      const waitMs = waitAsked(error)
      notBefore = performance.now() + waitMs
      log.warn({ error, waitMs }, 'the directory could not be read for changes')
    } finally {
      clearInterval(prolonging)
    }
  }
  const turn = async () => {
    idle = false
    do {
      const isNoticed = wanted
      wanted = false
      await once(isNoticed)
    } while (wanted && !stopped && performance.now() >= notBefore)
    if (stopped) return
    idle = true
    readIn(wanted ? 0 : everyMs)
  }
  const readIn = (ms: number) => {
    clearTimeout(timer)
    timer = setTimeout(
      () => {
        running = turn()
      },
      Math.max(ms, notBefore - performance.now()),
    )
  }
  let running = turn()

  return {
    soon: () => {
      wanted = true
      if (idle && !stopped) readIn(0)
    },
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      // A slow directory is not waited for: a sync stores nothing before its end.
      await Promise.race([running, delay(PATIENCE_MS, undefined, { ref: false })])
      // Releases the lease, so that another replica need not wait for its end.
      await lease(0).catch(() => undefined)
    },
  }
}

/** Gives the directory's Retry-After in milliseconds. */
function waitAsked(error: unknown): number {
  return error instanceof LatchkeyError ? (error.retryAfterSeconds ?? 0) * 1000 : 0
}
