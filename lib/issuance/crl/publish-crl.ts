import { auditEvent } from '#lib/issuance/audit-event.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { freshnessOf, readAtOf } from '#lib/issuance/status/status.ts'
import type { CrlKey, PublishedCrl } from '#lib/ledger/status-ledger.ts'
import { crlUrl, partitionsBetween } from './crl-address.ts'
import type { CrlDraft, CrlPlan, CrlSummary, EntryPage, SignedCrl } from './crl-builder.ts'
import { crlEntries } from './crl-entries.ts'

export type CrlSettings = {
  /** Address of the full CRL. Partitions and the delta have addresses beside it. */
  readonly fullUrl: string
  /** Milliseconds from thisUpdate to nextUpdate. */
  readonly lifeMs: number
  /** With more entries than this, each partition is published as a CRL of its own beside the full one. */
  readonly partitionAbove: number
}

/** A crlBuilder in this thread or in a worker. */
export type CrlWorker = {
  readonly begin: (previous: Uint8Array | null) => void
  readonly add: (page: EntryPage) => void
  readonly summary: () => Promise<CrlSummary>
  readonly draft: (plan: CrlPlan) => Promise<CrlDraft>
  readonly finish: (tbs: Uint8Array<ArrayBuffer>, signature: Uint8Array) => Promise<SignedCrl>
  /** Gives the hash of the entries of a CRL that was published before, as in CrlSummary. */
  readonly entriesHash: (der: Uint8Array) => Promise<string>
}

/** What is published now, as the publisher remembers it. */
export type KnownCrls = {
  readonly full: PublishedCrl | null
  /** Hash of the full CRL's entries. */
  readonly hash: string | null
  readonly delta: PublishedCrl | null
  /** The full CRL that delta CRLs refer to. */
  readonly base: PublishedCrl | null
  /** Published partitions; empty when they are not known. */
  readonly partitions: ReadonlyMap<string, KnownPartition>
}

type KnownPartition = { readonly hash: string; readonly dueAt: Date }

export type Publication = {
  readonly known: KnownCrls
  readonly crls: readonly (PublishedCrl & SignedCrl)[]
}

/** Delta CRLs are for relying parties that want changes soon, so their nextUpdate is earlier. */
const DELTA_LIFE_MS = 3_600_000

/** Reads from the ledger what any replica has published. */
export async function knownCrls(
  { ledger, issuer }: Authority,
  worker: CrlWorker,
): Promise<KnownCrls> {
  const read = (partition: string | null, delta: boolean) =>
    ledger.publishedCrl({ issuerId: issuer.id, partition, delta })
  const [full, delta, base] = [
    await read(null, false),
    await read(null, true),
    await read(BASE, false),
  ]
  const hash = full && (await worker.entriesHash(full.der))
  return { full, hash, delta, base, partitions: new Map() }
}

/** Name of the base among the partitions. It is no month, so no partition can have it. */
export const BASE = 'base'

/**
 * Publishes the full CRL, the delta and the partitions when their entries changed or when they are due. Null
 * when there is nothing to publish, or when another replica published later. An error leaves the previously
 * published CRLs in place, so that an error can never publish an empty CRL.
 */
export async function publishCrls(
  authority: Authority,
  settings: CrlSettings,
  worker: CrlWorker,
  known: KnownCrls,
): Promise<Publication | null> {
  const clock = authority.now()
  const now = latest(clock, known.full?.thisUpdate ?? null)
  const readAt = await readAtOf(authority)
  const { isFresh, readAt: lastRead } = freshnessOf(authority, readAt)
  const believedUntil = believableUntil(authority, settings, lastRead, now, known.full)
  // No new CRL could have a nextUpdate in the future.
  if (believedUntil <= now) return null
  // Entries with unknown status are taken from the previous full CRL.
  worker.begin(known.full?.der ?? null)
  for await (const page of crlEntries(authority, keptSince(clock, settings, known), readAt)) {
    worker.add(page)
  }
  const summary = await worker.summary()
  // When a publication ended between full and delta CRL, it is made again.
  const isWhole = known.delta?.number === known.full?.number
  const isNews = !isWhole || summary.hash !== known.hash
  // When the directory was last read longer ago than the budget, only changes are published: a CRL without
  // changes would claim more than is known.
  if (!isNews && !(isDue(known, now) && (isFresh || known.full === null))) return null

  const publisher: Publisher = { authority, settings, worker, now, believedUntil }
  const base = known.base ?? (await firstBase(publisher))
  const number = await nextNumber(publisher)
  // Partitions are published before the full CRL: whoever sees the full CRL finds the same entries in its
  // partition.
  const partitions = await issuePartitions(publisher, number, summary, known)
  const full = await issueFull(publisher, number)
  const delta = full && base && (await issueDelta(publisher, number, base, known.delta))
  if (!full || !delta) return null
  const isBaseOld = now.getTime() - (base?.thisUpdate.getTime() ?? 0) >= settings.lifeMs
  const isMoved = isBaseOld && (await publish(publisher, { ...full, partition: BASE }, full))
  return {
    crls: [full, delta, ...partitions.crls],
    known: {
      full,
      hash: summary.hash,
      delta,
      base: isMoved ? full : base,
      partitions: partitions.known,
    },
  }
}

type Publisher = {
  readonly authority: Authority
  readonly settings: CrlSettings
  readonly worker: CrlWorker
  readonly now: Date
  /** Latest nextUpdate of any CRL of this publication. */
  readonly believedUntil: Date
}

type Issued = PublishedCrl & SignedCrl

/**
 * A CRL is valid until its lifetime after the last directory sync, whenever it is published. Before
 * the first sync it is valid for as long as knowledge of the directory may be old. One from a clock that was ahead is
 * replaced by others until it ends: else what is revoked meanwhile would be on none.
 */
function believableUntil(
  { directoryBudgetMs, now: clock }: Authority,
  { lifeMs }: CrlSettings,
  lastRead: Date | null,
  now: Date,
  full: PublishedCrl | null,
): Date {
  if (full && full.thisUpdate > clock()) return full.nextUpdate
  if (lastRead === null) return new Date(now.getTime() + Math.min(lifeMs, directoryBudgetMs))
  return new Date(Math.floor((lastRead.getTime() + lifeMs) / 1000) * 1000)
}

/** Gives the nextUpdate of a CRL with this lifetime. */
function nextUpdateOf({ now, believedUntil }: Publisher, lifeMs: number): Date {
  return new Date(Math.min(now.getTime() + lifeMs, believedUntil.getTime()))
}

/**
 * When the clock was set back, thisUpdate stays at its last value until the clock has passed it, so that
 * published CRLs never get older.
 */
function latest(now: Date, before: Date | null): Date {
  const ms = Math.max(now.getTime(), before?.getTime() ?? 0)
  return new Date(Math.floor(ms / 1000) * 1000)
}

/** Whether the CRLs are to be published again though nothing changed. */
export function isDue({ full }: Pick<KnownCrls, 'full'>, now: Date): boolean {
  return full === null || now >= dueAt(full)
}

/** Half of the life of the CRL that ends first: one from before a directory sync may have only minutes. */
function dueAt({ thisUpdate, nextUpdate }: PublishedCrl): Date {
  const lifeMs = Math.min(nextUpdate.getTime() - thisUpdate.getTime(), DELTA_LIFE_MS)
  return new Date(thisUpdate.getTime() + lifeMs / 2)
}

/**
 * RFC 5280 section 3.3: an entry stays until it was on one regularly scheduled CRL after the certificate's
 * end. Here it stays one CRL lifetime longer, for relying parties that skip a CRL.
 */
function keptSince(now: Date, { lifeMs }: CrlSettings, { full }: KnownCrls): Date {
  const before = full?.thisUpdate.getTime() ?? Number.POSITIVE_INFINITY
  return new Date(Math.min(before, now.getTime() - lifeMs))
}

/**
 * Gives a CRL number from the time in seconds, so that numbers are not repeated after the ledger was restored
 * from a backup.
 */
function nextNumber({ authority, now }: Publisher): Promise<number> {
  return authority.ledger.nextCrlNumber(authority.issuer.id, Math.floor(now.getTime() / 1000))
}

/** A delta CRL needs an earlier full CRL, so the first publication makes two. */
async function firstBase(publisher: Publisher): Promise<PublishedCrl | null> {
  const first = await issueFull(publisher, await nextNumber(publisher))
  if (!first) return null
  await publish(publisher, { ...first, partition: BASE }, first)
  return first
}

function issueFull(publisher: Publisher, number: number): Promise<Issued | null> {
  const { settings, now } = publisher
  const nextUpdate = nextUpdateOf(publisher, settings.lifeMs)
  const freshestUrl = crlUrl(settings.fullUrl, 'delta')
  const plan = { kind: 'full', number, thisUpdate: now, nextUpdate, freshestUrl } as const
  return issue(publisher, plan, { partition: null, delta: false, baseNumber: null })
}

/** RFC 5280 section 5.2.3: a delta and a full CRL of the same moment have the same number. */
function issueDelta(
  publisher: Publisher,
  number: number,
  base: PublishedCrl,
  before: PublishedCrl | null,
): Promise<Issued | null> {
  const { settings, now } = publisher
  const lifeMs = Math.min(DELTA_LIFE_MS, settings.lifeMs)
  const plan = {
    kind: 'delta',
    number,
    thisUpdate: now,
    nextUpdate: nextUpdateOf(publisher, lifeMs),
    baseNumber: base.number,
    base: base.der,
    previous: before?.baseNumber === base.number ? before.der : null,
  } as const
  return issue(publisher, plan, { partition: null, delta: true, baseNumber: base.number })
}

async function issuePartitions(
  publisher: Publisher,
  number: number,
  summary: CrlSummary,
  known: KnownCrls,
) {
  const { settings, now, authority } = publisher
  const published = new Map<string, KnownPartition>()
  const crls: Issued[] = []
  if (summary.entries <= settings.partitionAbove) return { crls, known: published }
  const filled = new Map(summary.partitions.map((one) => [one.name, one]))
  const nextUpdate = nextUpdateOf(publisher, settings.lifeMs)
  const dueAt = new Date((now.getTime() + nextUpdate.getTime()) / 2)
  for (const name of new Set([...filled.keys(), ...livePartitions(authority, now)])) {
    const hash = filled.get(name)?.hash ?? ''
    const before = known.partitions.get(name)
    if (before && now < before.dueAt && before.hash === hash) {
      published.set(name, before)
      continue
    }
    const url = crlUrl(settings.fullUrl, name)
    const plan = { kind: 'partition', name, url, number, thisUpdate: now, nextUpdate } as const
    const key = { partition: name, delta: false, baseNumber: null }
    const crl = await issue(publisher, plan, key)
    if (crl) crls.push(crl)
    if (crl) published.set(name, { hash, dueAt })
  }
  return { crls, known: published }
}

/**
 * The months of which certificates may still be valid. Each has a partition, even when it is empty. A month
 * may be before the CA certificate's notBefore, since that certificate may have been renewed.
 */
function livePartitions({ policy }: Authority, now: Date): readonly string[] {
  const days = Math.max(
    policy.validityDays,
    ...policy.applicationProfiles.map(({ validityDays }) => validityDays),
  )
  return partitionsBetween(new Date(now.getTime() - days * 86_400_000), now)
}

type Kind = Pick<PublishedCrl, 'partition' | 'delta' | 'baseNumber'>

/** Null when a newer one is already published. */
async function issue(publisher: Publisher, plan: CrlPlan, kind: Kind): Promise<Issued | null> {
  const { worker, authority } = publisher
  const { tbs, entries } = await worker.draft(plan)
  const signature = await authority.signer.sign(tbs)
  const signed = await worker.finish(tbs, signature)
  const { number, thisUpdate, nextUpdate } = plan
  const { id: issuerId } = authority.issuer
  const crl = { ...kind, issuerId, entries, number, thisUpdate, nextUpdate, ...signed }
  return (await publish(publisher, crl, signed)) ? crl : null
}

function publish(publisher: Publisher, crl: PublishedCrl, signed: SignedCrl): Promise<boolean> {
  const { authority } = publisher
  const { partition, delta, number, baseNumber, entries, thisUpdate, nextUpdate, der } = crl
  const key: CrlKey = { issuerId: crl.issuerId, partition, delta }
  const scope = partition ?? 'full'
  const event = auditEvent(authority, 'crl.published', 'authority', null, {
    issuer: crl.issuerId,
    scope,
    delta,
    number,
    entries,
    hash: signed.hash,
    tbsHash: signed.tbsHash,
  })
  const content = { number, baseNumber, thisUpdate, nextUpdate, entries, der }
  return authority.ledger.publishCrl({ ...key, ...content }, event)
}
