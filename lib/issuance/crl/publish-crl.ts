import { auditEvent } from '#lib/issuance/audit-event.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { freshnessOf, readAtOf } from '#lib/issuance/status/status.ts'
import type { CrlKey, PublishedCrl } from '#lib/ledger/status-ledger.ts'
import { crlUrl, partitionsBetween } from './crl-address.ts'
import type { CrlDraft, CrlPlan, CrlSummary, EntryPage, SignedCrl } from './crl-builder.ts'
import { crlEntries } from './crl-entries.ts'

export type CrlSettings = {
  /** Address of the full CRL; the others lie beside it. */
  readonly fullUrl: string
  /** How long a CRL may be believed. */
  readonly lifeMs: number
  /** With more entries than this there is a list for each partition beside the full one. */
  readonly partitionAbove: number
}

/** A crlBuilder, here or in another thread. */
export type CrlWorker = {
  readonly begin: (previous: Uint8Array | null) => void
  readonly add: (page: EntryPage) => void
  readonly summary: () => Promise<CrlSummary>
  readonly draft: (plan: CrlPlan) => Promise<CrlDraft>
  readonly finish: (tbs: Uint8Array<ArrayBuffer>, signature: Uint8Array) => Promise<SignedCrl>
  /** As in CrlSummary, of a CRL that was published before. */
  readonly entriesHash: (der: Uint8Array) => Promise<string>
}

/** What is published now, as its publisher remembers it. */
export type KnownCrls = {
  readonly full: PublishedCrl | null
  /** Of the full CRL's entries. */
  readonly hash: string | null
  readonly delta: PublishedCrl | null
  /** The full CRL that deltas build on. */
  readonly base: PublishedCrl | null
  /** Empty when it is not known which partitions are published. */
  readonly partitions: ReadonlyMap<string, { readonly hash: string; readonly publishedAt: Date }>
}

export type Publication = {
  readonly known: KnownCrls
  readonly crls: readonly (PublishedCrl & SignedCrl)[]
}

/** Deltas are for those who want to know sooner, so they are believed for less long. */
const DELTA_LIFE_MS = 3_600_000

/** Reads from the ledger what was published, by whomever. */
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

/** Not a month, so it is no partition that anybody could ask for. */
export const BASE = 'base'

/**
 * Publishes the full CRL, the delta and the partitions when their entries changed or when it is
 * time; null when there is nothing to publish, or when another replica published later. Whatever
 * throws leaves what was published before as it is: there is never an empty CRL because of an error.
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
  const believedUntil = believableUntil(authority, settings, lastRead, now)
  // Nothing that may still be believed can be said.
  if (believedUntil <= now) return null
  // What cannot be known is taken from the list before.
  worker.begin(known.full?.der ?? null)
  for await (const page of crlEntries(authority, keptSince(clock, settings, known), readAt)) {
    worker.add(page)
  }
  const summary = await worker.summary()
  // A publication that ended between the two is made again.
  const isWhole = known.delta?.number === known.full?.number
  const isNews = !isWhole || summary.hash !== known.hash
  // Past the budget only what is new is published: no list vouches for more than is known.
  if (!isNews && !(isDue(known, now) && (isFresh || known.full === null))) return null

  const publisher: Publisher = { authority, settings, worker, now, believedUntil }
  const base = known.base ?? (await firstBase(publisher))
  const number = await nextNumber(publisher)
  // Before the full CRL: when that has these entries, they have them too.
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
  /** No list says that it may be believed for longer. */
  readonly believedUntil: Date
}

type Issued = PublishedCrl & SignedCrl

/**
 * A list is believed for its life after the directory was last read, whenever it is published. Before
 * the first sync it is believed for as long as knowledge may be old.
 */
function believableUntil(
  { directoryBudgetMs }: Authority,
  { lifeMs }: CrlSettings,
  lastRead: Date | null,
  now: Date,
): Date {
  if (lastRead === null) return new Date(now.getTime() + Math.min(lifeMs, directoryBudgetMs))
  return new Date(Math.floor((lastRead.getTime() + lifeMs) / 1000) * 1000)
}

/** The end of a list that may be believed for so long. */
function nextUpdateOf({ now, believedUntil }: Publisher, lifeMs: number): Date {
  return new Date(Math.min(now.getTime() + lifeMs, believedUntil.getTime()))
}

/** A clock that went back does not take the lists with it: their time stands still until it is over. */
function latest(now: Date, before: Date | null): Date {
  const ms = Math.max(now.getTime(), before?.getTime() ?? 0)
  return new Date(Math.floor(ms / 1000) * 1000)
}

/** Whether the lists are to be published anew though nothing changed. */
export function isDue({ full }: Pick<KnownCrls, 'full'>, now: Date): boolean {
  return full === null || now >= dueAt(full)
}

function dueAt({ thisUpdate }: PublishedCrl): Date {
  return new Date(thisUpdate.getTime() + DELTA_LIFE_MS / 2)
}

/**
 * RFC 5280 section 3.3: an entry stays until it has been on one list after the certificate's end.
 * It stays a list's life longer, for those who do not fetch every one.
 */
function keptSince(now: Date, { lifeMs }: CrlSettings, { full }: KnownCrls): Date {
  const before = full?.thisUpdate.getTime() ?? Number.POSITIVE_INFINITY
  return new Date(Math.min(before, now.getTime() - lifeMs))
}

/** Time in seconds, so that a ledger that was set back in time does not repeat a number. */
function nextNumber({ authority, now }: Publisher): Promise<number> {
  return authority.ledger.nextCrlNumber(authority.issuer.id, Math.floor(now.getTime() / 1000))
}

/** A delta needs a full CRL before it, so the first time there are two. */
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

/** RFC 5280 section 5.2.4: the delta has the number of the full CRL of the same moment. */
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
  const published = new Map<string, { hash: string; publishedAt: Date }>()
  const crls: Issued[] = []
  if (summary.entries <= settings.partitionAbove) return { crls, known: published }
  const filled = new Map(summary.partitions.map((one) => [one.name, one]))
  for (const name of new Set([...filled.keys(), ...livePartitions(authority, now)])) {
    const hash = filled.get(name)?.hash ?? ''
    const before = known.partitions.get(name)
    const isDue = !before || now.getTime() - before.publishedAt.getTime() >= settings.lifeMs / 2
    if (before && !isDue && before.hash === hash) {
      published.set(name, before)
      continue
    }
    const url = crlUrl(settings.fullUrl, name)
    const nextUpdate = nextUpdateOf(publisher, settings.lifeMs)
    const plan = { kind: 'partition', name, url, number, thisUpdate: now, nextUpdate } as const
    const key = { partition: name, delta: false, baseNumber: null }
    const crl = await issue(publisher, plan, key)
    if (crl) crls.push(crl)
    if (crl) published.set(name, { hash, publishedAt: now })
  }
  return { crls, known: published }
}

/**
 * The months of which certificates may still be valid: each has a list, though it may be empty. Some
 * may be older than the CA's certificate, which may have been renewed.
 */
function livePartitions({ policy }: Authority, now: Date): readonly string[] {
  const days = Math.max(
    policy.validityDays,
    ...policy.applicationProfiles.map(({ validityDays }) => validityDays),
  )
  return partitionsBetween(new Date(now.getTime() - days * 86_400_000), now)
}

type Kind = Pick<PublishedCrl, 'partition' | 'delta' | 'baseNumber'>

/** Null when a newer one is published already. */
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
