import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { type KnownCrls, knownCrls, publishCrls } from '#lib/issuance/crl/publish-crl.ts'
import { makeReader } from '#lib/issuance/directory-sync/rounds.ts'
import { type SyncReport, syncDirectory } from '#lib/issuance/directory-sync/sync.ts'
import { makeResponder } from '#lib/issuance/ocsp/ocsp-responder.ts'
import { crlWorkerHere } from '#lib/issuance/testing/crl-worker.ts'
import { openStatus } from '#lib/issuance/testing/open-status.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import { newKey } from '#lib/pki/testing/make-csr.ts'
import { policy } from '#lib/policy/testing/context.ts'
import { openFinality } from './finality.ts'
import { type Answerer, changeFeedOf, directoryOf } from './graph.ts'
import { effectOf, openPeople, RESTORE_DAYS, TRANSFER_DAYS } from './promise.ts'
import { newTenant, type Tenant } from './tenant.ts'

/** How Graph answers: from the present state, from a lagging replica, or not at all. */
export type Mode = 'live' | 'late' | 'silent'

/** An operation in progress that waits for Graph. */
export type Flight = { readonly end: () => Promise<void> }

export type World = Awaited<ReturnType<typeof openWorld>>

const HOUR_MS = 3_600_000
const BUDGET_MS = 300_000
const SILENCE = new LatchkeyError('directory_unavailable', 'The directory is not answering.')
const POLICY = {
  ...policy,
  validityDays: 2,
  deviceGate: 'registered',
  holdRiskyUsers: true,
  transferDays: TRANSFER_DAYS,
  restoreDays: RESTORE_DAYS,
} as const
const CRL = { fullUrl: 'http://localhost/crl/full.crl', lifeMs: 24 * HOUR_MS, partitionAbove: 0 }

/** Two replicas on one ledger, the tenant that they read, and the promised statuses. */
export async function openWorld(ledger: Ledger) {
  const graph = openGraphs()
  const changeFeed = changeFeedOf(graph.tell, graph.answer)
  const status = await openStatus({
    ledger,
    policy: POLICY,
    directoryBudgetMs: BUDGET_MS,
    circuitBreaker: { shareMax: 1, changesMin: 1_000_000 },
    directory: directoryOf(graph.answer),
    changeFeed,
  })
  const { authority, held, ask, errors, refreshed } = status
  const clock = Object.assign(status.clock, { steps: 0 })
  // Another replica, whose clock is wrong by some seconds.
  const skew = { ms: 0 }
  const other = { ...authority, now: () => new Date(clock.now.getTime() + skew.ms) }
  const people = openPeople()
  const finality = openFinality()
  const worker = crlWorkerHere(authority)
  const known: { crls: KnownCrls } = { crls: await knownCrls(authority, worker) }
  /** Serials that the last sync saw stopped and that nothing released since. */
  const knownRevokedOrHeld = new Set<string>()
  /** The latest time by any clock so far: a state that is stored with an earlier time may seem older. */
  let latest = 0
  const observe = () => {
    latest = Math.max(latest, clock.now.getTime(), clock.now.getTime() + skew.ms)
    const all = people.given.values()
    finality.observe(graph.tenant(), all, clock.now.getTime())
    for (const serial of knownRevokedOrHeld) {
      const one = people.given.get(serial)
      if (!one || effectOf(graph.tenant(), one) === 'none') knownRevokedOrHeld.delete(serial)
    }
  }

  return {
    authority,
    clock,
    skew,
    graph,
    changeFeed,
    people,
    finality,
    known,
    knownRevokedOrHeld,
    errors,
    refreshed,
    ask,
    /** The key that some clients keep, and how many other keys were made. */
    key: newKey('ec-p256'),
    keys: 0,
    flights: [] as Flight[],
    /** Serials that were reported as permanently revoked, with their reason. */
    toldFinal: new Map<string, string>(),
    /** Kinds of answers that occurred, so that the test shows that it covered them. */
    seen: new Set<string>(),
    replica: (which: number): Authority => (which % 3 === 0 ? other : authority),
    observe,
    change: (tenant: Tenant) => {
      graph.change(tenant)
      observe()
    },
    /** How far the clock is behind the latest time. */
    behindMs: () => latest - clock.now.getTime(),
    pass: async (ms: number) => {
      clock.now = new Date(clock.now.getTime() + ms)
      if (held.responder && held.responder.renewAt <= clock.now) {
        held.responder = await makeResponder(authority)
      }
      observe()
    },
    /** Syncs with the directory; null when nothing could be read. */
    sync: async (replica: Authority): Promise<SyncReport | null> => {
      const before = await ledger.directoryState()
      const isLatest = replica.now().getTime() >= latest
      const report = await orRefused(() =>
        syncDirectory(replica, makeReader(replica.changeFeed, replica.now)),
      )
      const after = await ledger.directoryState()
      const isWhole = report !== null && report.error === null && report.waiting === 0
      if (isWhole && isLatest && graph.isLive() && after.version > before.version) {
        knownRevokedOrHeld.clear()
        for (const one of people.given.values()) {
          if (effectOf(graph.tenant(), one) !== 'none') knownRevokedOrHeld.add(one.serial)
        }
        finality.synced(graph.tenant(), people.given.values(), clock.now.getTime())
      }
      return report
    },
    publish: async () => {
      const published = await publishCrls(authority, CRL, worker, known.crls)
      if (published) known.crls = published.known
    },
    close: async () => {
      await refreshed()
      await ledger.close()
    },
  }
}

/** The tenant's present and past state, and which of the two answers. */
function openGraphs() {
  let tenant = newTenant()
  let past = tenant
  const mode: { tell: Mode; answer: Mode } = { tell: 'live', answer: 'live' }
  const answerer =
    (what: keyof typeof mode): Answerer =>
    async (question) => {
      if (mode[what] === 'silent') throw SILENCE
      return question(mode[what] === 'late' ? past : tenant)
    }
  return {
    tenant: () => tenant,
    change: (next: Tenant) => {
      past = tenant
      tenant = next
    },
    tell: answerer('tell'),
    answer: answerer('answer'),
    isLive: () => mode.tell === 'live' && mode.answer === 'live',
    /** Sets how change feeds and look-ups answer while `run` runs. */
    during: async <T>(tell: Mode, answer: Mode, run: () => Promise<T>): Promise<T> => {
      Object.assign(mode, { tell, answer })
      try {
        return await run()
      } finally {
        Object.assign(mode, { tell: 'live', answer: 'live' })
      }
    },
  }
}

/**
 * Gives null for a refused operation, since most random events are not possible. Any other error is a bug.
 */
export async function orRefused<T>(action: () => Promise<T>): Promise<T | null> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof LatchkeyError && error.code !== 'internal') return null
    throw error
  }
}
