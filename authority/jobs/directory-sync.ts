import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { makeReader } from '#lib/issuance/directory-sync/rounds.ts'
import { syncDirectory } from '#lib/issuance/directory-sync/sync.ts'

/**
 * Reads the directory for changes every so often. A lease keeps replicas from doing the same work;
 * when two do it all the same, the ledger takes one of them.
 */
export type DirectorySync = {
  /** Reads now, or once more when a sync is under way. */
  readonly soon: () => void
  readonly stop: () => Promise<void>
}

const LEASE = 'directory-sync'
/** A replica that died is replaced after so many missed turns. */
const LEASE_TURNS = 3
const LEASE_MIN_MS = 10_000
/** For a sync that is under way at the end. */
const PATIENCE_MS = 1000

/**
 * Begins at once, then waits `everyMs` between the end of a sync and the next, or for as long as
 * the directory asks (RFC 9110 section 10.2.3), which no notice cuts short.
 */
export function startDirectorySync(
  authority: Authority,
  log: Logger,
  everyMs: number,
): DirectorySync {
  const reader = makeReader(authority.changeFeed, authority.now)
  const holder = randomUUID()
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
      // A notice may reach a replica that has no lease, and no other: the ledger takes one of two syncs.
      const isHeld = await lease(leaseMs)
      if (!isHeld && !isNoticed) return
      prolonging = setInterval(() => {
        if (isHeld && !stopped) lease(leaseMs).catch(() => undefined)
      }, leaseMs / LEASE_TURNS)
      const report = await syncDirectory(authority, reader)
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
      // A sync of a slow directory is not waited for: nothing of it is stored before its end.
      await Promise.race([running, delay(PATIENCE_MS, undefined, { ref: false })])
      // So that the next one need not wait for this one's lease to run out.
      await lease(0).catch(() => undefined)
    },
  }
}

/** How long the directory asks to be left alone, in milliseconds. */
function waitAsked(error: unknown): number {
  return error instanceof LatchkeyError ? (error.retryAfterSeconds ?? 0) * 1000 : 0
}
