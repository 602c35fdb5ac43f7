import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Authority, StatusAuthority } from '#lib/issuance/authority.ts'
import {
  type CrlSettings,
  isDue,
  type KnownCrls,
  knownCrls,
  publishCrls,
} from '#lib/issuance/crl/publish-crl.ts'
import { step } from '#lib/telemetry.ts'
import { isClockRight } from './clock.ts'
import { type CrlWorkerThread, openCrlWorker } from './crl-worker.ts'

export type ServedCrl = {
  readonly der: Uint8Array
  /** Base64url SHA-256 of the DER. */
  readonly hash: string
  readonly number: number
  readonly entries: number
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  readonly gzip: () => Promise<Uint8Array>
  readonly pem: () => Promise<Uint8Array>
}

/** The published CRLs, as they are served. */
export type ServedCrls = {
  readonly crls: CrlCache
  /** With more entries than this in the full CRL, each partition has a CRL of its own. */
  readonly partitionAbove: number
  readonly close: () => Promise<void>
}

export type CrlPublisher = ServedCrls & {
  /**
   * Publishes changes at once. Gives false when another replica is publishing. Throws the error of a failed
   * publication.
   */
  readonly publish: () => Promise<boolean>
}

export type PublisherOptions = {
  readonly settings: CrlSettings
  /** Shortest time between two publications, unless a CRL is about to expire. */
  readonly refreshMs: number
  /** Whether it publishes without being called. */
  readonly automatic: boolean
  /** By what the lease is held; the replacement of a process that died has the same. */
  readonly holder?: string
}

/** Serves what somebody else publishes. */
export function openCrls(authority: StatusAuthority, partitionAbove: number): ServedCrls {
  const { issuer } = authority
  const worker = openCrlWorker({ issuer, algorithm: issuer.algorithm })
  return { crls: crlCache(authority, worker), partitionAbove, close: worker.close }
}

const CHECK_MS = 1_000
const LEASE_MS = 60_000
const RETRY_MS = 10_000
/** When the clock was set back by more than this, its earlier time was wrong. */
const AHEAD_MAX_MS = 300_000
/** How often changes by time alone, such as the end of a grace period, are looked for. */
const RECHECK_MS = 300_000

/** Publishes CRLs when a status changed and before they expire. One replica publishes at a time. */
export function startPublisher(
  authority: Authority,
  log: Logger,
  options: PublisherOptions,
): CrlPublisher {
  const { ledger, issuer, signer } = authority
  const worker = openCrlWorker({ issuer, algorithm: signer.algorithm })
  const cache = crlCache(authority, worker)
  const holder = options.holder ?? randomUUID()
  const lease = `crl:${issuer.id}`
  let known: KnownCrls | null = null
  let builtVersion = -1
  // By the monotonic clock, which cannot be set.
  let nextAt = 0
  let recheckAt = 0

  const publishOnce = async (): Promise<boolean> => {
    const now = authority.now()
    const until = new Date(now.getTime() + LEASE_MS)
    if (!(await ledger.takeLease(lease, holder, now, until))) return false
    const version = await ledger.statusVersion()
    known = await upToDate(authority, worker, known)
    const aheadMs = (known.full?.thisUpdate.getTime() ?? 0) - now.getTime()
    // Relying parties reject a CRL with thisUpdate in the future. It is not replaced by an older time: see
    // `latest`.
    if (aheadMs > AHEAD_MAX_MS) log.error({ aheadMs }, 'the CRL is dated ahead of the clock')
    const publication = await publishCrls(authority, options.settings, worker, known)
    if (publication) {
      known = publication.known
      publication.crls.forEach(cache.put)
      const { number, entries } = publication.known.full ?? { number: 0, entries: 0 }
      log.info({ number, entries, crls: publication.crls.length }, 'CRLs published')
    }
    builtVersion = version
    recheckAt = performance.now() + RECHECK_MS
    return true
  }

  // The worker thread builds one set of CRLs at a time.
  let last: Promise<unknown> = Promise.resolve()
  const publish = (): Promise<boolean> => {
    const next = last.then(() => step('crl_publication', publishOnce))
    last = next.catch(() => undefined)
    return next
  }

  const turn = async () => {
    if (performance.now() < nextAt) return
    try {
      const isTime = !known || isDue(known, authority.now()) || performance.now() >= recheckAt
      if (!isTime && (await ledger.statusVersion()) === builtVersion) return
      nextAt = Number.POSITIVE_INFINITY
      if (await isClockRight(authority, log)) await publish()
      nextAt = performance.now() + options.refreshMs
    } catch (error) {
      nextAt = performance.now() + RETRY_MS
      const full = known?.full ?? null
      const ageMs = authority.now().getTime() - (full?.thisUpdate.getTime() ?? 0)
      const isOld = full !== null && ageMs > options.settings.lifeMs / 2
      const fields = { error, until: full?.nextUpdate ?? null }
      log.error(fields, isOld ? 'the CRL is past half of its life' : 'no CRL could be published')
    }
  }
  const timer = options.automatic ? setInterval(() => void turn(), CHECK_MS) : null
  if (timer) void turn()
  return {
    crls: cache,
    partitionAbove: options.settings.partitionAbove,
    publish,
    close: async () => {
      if (timer) {
        clearInterval(timer)
        await last
        // Another replica need not wait for the end of the lease.
        const now = authority.now()
        await ledger.takeLease(lease, holder, now, now).catch(() => undefined)
      }
      await worker.close()
    },
  }
}

/** Reads from the ledger what another replica published meanwhile. */
async function upToDate(
  authority: Authority,
  worker: CrlWorkerThread,
  known: KnownCrls | null,
): Promise<KnownCrls> {
  const key = { issuerId: authority.issuer.id, partition: null, delta: false }
  const number = await authority.ledger.publishedCrlNumber(key)
  if (known && number === (known.full?.number ?? null)) return known
  return knownCrls(authority, worker)
}

export type CrlCache = {
  /** `name` is 'full', 'delta' or a partition. Null when there is no current CRL of that name. */
  readonly get: (name: string) => Promise<ServedCrl | null>
  readonly put: (crl: Published) => void
}

type Published = Omit<ServedCrl, 'gzip' | 'pem'> & {
  readonly partition: string | null
  readonly delta: boolean
}

/** How long a copy is served before the ledger is asked for a newer one of another replica. */
const COPY_MS = 10_000
const COPIES_MAX = 200

type Copy = { readonly crl: ServedCrl | null; readonly checkedAt: number }

/** Cache of the CRLs that are served. */
function crlCache(authority: StatusAuthority, worker: CrlWorkerThread): CrlCache {
  const copies = new Map<string, Copy>()
  const keep = (name: string, crl: ServedCrl | null) => {
    copies.set(name, { crl, checkedAt: performance.now() })
    // Names are months, so as many as this are invented by a client.
    if (copies.size > COPIES_MAX) copies.clear()
    return crl
  }
  const refresh = async (name: string, copy: Copy | undefined): Promise<ServedCrl | null> => {
    const { ledger, issuer } = authority
    const partition = name === 'full' || name === 'delta' ? null : name
    const key = { issuerId: issuer.id, partition, delta: name === 'delta' }
    const number = await ledger.publishedCrlNumber(key)
    if (number === null) return keep(name, null)
    if (copy?.crl?.number === number) return keep(name, copy.crl)
    const found = await ledger.publishedCrl(key)
    return keep(name, found && served(worker, { ...found, hash: await hashOf(found.der) }))
  }
  return {
    get: async (name) => {
      const copy = copies.get(name)
      const isRecent = copy && performance.now() - copy.checkedAt < COPY_MS
      const crl = isRecent ? copy.crl : await refresh(name, copy)
      return crl && crl.nextUpdate > authority.now() ? crl : null
    },
    put: (crl) => {
      keep(crl.delta ? 'delta' : (crl.partition ?? 'full'), served(worker, crl))
    },
  }
}

function served(worker: CrlWorkerThread, crl: Omit<Published, 'partition' | 'delta'>): ServedCrl {
  const { der, hash, number, entries, thisUpdate, nextUpdate } = crl
  return {
    ...{ der, hash, number, entries, thisUpdate, nextUpdate },
    gzip: once(() => worker.gzip(der)),
    pem: once(() => worker.pem(der)),
  }
}

async function hashOf(der: Uint8Array): Promise<string> {
  // In the thread pool, since a CRL may have some megabytes.
  const digest = await crypto.subtle.digest('SHA-256', Uint8Array.from(der))
  return Buffer.from(digest).toString('base64url')
}

/** Runs `make` once for concurrent callers; after a failure the next caller starts it again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => {
    made ??= make().catch((error: unknown) => {
      made = null
      throw error
    })
    return made
  }
}
