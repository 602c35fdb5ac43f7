import { createHash, createPublicKey, verify } from 'node:crypto'
import type { CertificateRecord } from '#lib/ledger/ledger.ts'
import type { CrlKey, PublishedCrl } from '#lib/ledger/status-ledger.ts'
import { REVOCATION_REASONS } from '#lib/model.ts'
import type { Issuer } from '#lib/pki/profile.ts'
import { type Crl, readCrl } from '#lib/pki/read-crl.ts'
import {
  type Expected,
  expectedStatuses,
  inWords,
  type Reader,
  stoppedInWords,
} from './expected.ts'
import type { Finding, Part } from './finding.ts'
import { readTrail, type Trail } from './trail.ts'

/**
 * Between a change and the next CRL the two differ, and rightly so: what happened after a CRL was
 * made, or this long before, while it was being made, is not held against it.
 */
const SLACK_MS = 60_000

type Entry = Crl['entries'][number]
type Opened = { readonly published: PublishedCrl; readonly crl: Crl; readonly name: string }

/**
 * The published CRLs beside one that is worked out anew from the ledger: each certificate that is
 * revoked or on hold is on its lists with that time and reason, and nothing else is.
 */
export async function reconcileCrls(reader: Reader, issuer: Issuer, trail: Trail): Promise<Part> {
  const findings: Finding[] = []
  const notes: string[] = []
  const opened: Opened[] = []
  for (const found of await readPublished(reader, issuer)) {
    const { published, fault } = await judge(reader, issuer, found, trail)
    const name = nameOf(published)
    if (fault !== null) findings.push({ check: 'crl', serial: null, ledger: name, other: fault })
    else opened.push({ published, crl: readCrl(published.der), name })
    if (published.nextUpdate < reader.now()) {
      notes.push(`${name} ran out at ${published.nextUpdate.toISOString()}.`)
    }
  }
  const lists = opened.filter(({ published: { delta } }) => !delta)
  if (lists.length === 0) notes.push('No CRL is published.')
  let count = 0
  for (const list of lists) {
    count += list.crl.entries.length
    findings.push(...(await compare(reader, list, trail)))
  }
  return { findings, notes, count }
}

/** The list of everything, its delta, and the partitions of the months of which there are rows. */
async function readPublished(reader: Reader, issuer: Issuer): Promise<readonly PublishedCrl[]> {
  const issuerId = issuer.id
  const months = new Set<string>()
  for await (const page of expectedStatuses(reader)) {
    for (const { record } of page) months.add(record.partition)
  }
  const keys: CrlKey[] = [
    { issuerId, partition: null, delta: false },
    { issuerId, partition: null, delta: true },
    ...[...months].map((partition) => ({ issuerId, partition, delta: false })),
  ]
  const found = await Promise.all(keys.map((key) => reader.ledger.publishedCrl(key)))
  const all = found.filter((crl) => crl !== null)
  // What is left of partitions that are no longer published is no one's to read.
  const newest = Math.max(...all.map(({ thisUpdate }) => thisUpdate.getTime()))
  return all.filter(
    ({ partition, nextUpdate }) => partition === null || nextUpdate.getTime() > newest,
  )
}

function nameOf({ partition, delta, number }: PublishedCrl): string {
  const kind = delta ? 'The delta CRL' : partition === null ? 'The CRL' : `The CRL of ${partition}`
  return `${kind} number ${number}`
}

/** What looks wrong is read again: it may have been published since the trail was read. */
async function judge({ ledger }: Reader, issuer: Issuer, found: PublishedCrl, trail: Trail) {
  const fault = faultOf(found, issuer, trail)
  if (fault === null) return { published: found, fault }
  const published = (await ledger.publishedCrl(found)) ?? found
  return { published, fault: faultOf(published, issuer, await readTrail(ledger)) }
}

function faultOf(published: PublishedCrl, issuer: Issuer, trail: Trail): string | null {
  const { der, number, entries } = published
  if (trail.newestCrl(published) !== createHash('sha256').update(der).digest('base64url')) {
    return 'it is not the one that was recorded as published last'
  }
  const crl = readCrl(der)
  if (crl.number !== BigInt(number)) return `it calls itself number ${crl.number}`
  if (crl.entries.length !== entries) return `it has ${crl.entries.length} entries, not ${entries}`
  const key = createPublicKey({ key: Buffer.from(issuer.spki), format: 'der', type: 'spki' })
  const hash = issuer.algorithm.slice(-6)
  const isOurs = verify(hash, crl.tbs, { key, dsaEncoding: 'der' }, crl.signature)
  return isOurs ? null : 'its signature is not the CA’s'
}

async function compare(reader: Reader, list: Opened, trail: Trail): Promise<readonly Finding[]> {
  const { partition } = list.published
  const findings: Finding[] = []
  const left = new Map(list.crl.entries.map((entry) => [entry.serial, entry]))
  for await (const page of expectedStatuses(reader)) {
    for (const expected of page) {
      const { record } = expected
      const entry = left.get(record.serial) ?? null
      left.delete(record.serial)
      if (partition !== null && record.partition !== partition) {
        if (entry) findings.push(finding(expected, list, 'it is on the list of another month'))
      } else if (!isNewer(reader, expected, list, trail)) {
        const other = differenceOf(expected, entry)
        if (other !== null) findings.push(finding(expected, list, other))
      }
    }
  }
  const known = await recordsOf(reader, [...left.keys()])
  for (const serial of left.keys()) {
    if (known.has(serial)) continue
    findings.push({ check: 'crl', serial, ledger: 'no row', other: `${list.name} names it` })
  }
  return findings
}

/** Expired certificates may stay on a list, so these are looked up only to see whether they are known. */
async function recordsOf(
  { ledger }: Reader,
  serials: readonly string[],
): Promise<ReadonlyMap<string, CertificateRecord>> {
  const found = new Map<string, CertificateRecord>()
  for (let at = 0; at < serials.length; at += 200) {
    const records = await ledger.certificatesBySerial(serials.slice(at, at + 200))
    for (const record of records) found.set(record.serial, record)
  }
  return found
}

function isNewer(
  { policy }: Reader,
  { record, status }: Expected,
  { published }: Opened,
  trail: Trail,
): boolean {
  const last = Math.max(
    status.since?.getTime() ?? 0,
    record.revocation?.at.getTime() ?? 0,
    trail.touchedAt(record, policy).getTime(),
  )
  return last > published.thisUpdate.getTime() - SLACK_MS
}

/** What the list says where it differs; null where it does not. */
function differenceOf({ status }: Expected, entry: Entry | null): string | null {
  switch (status.state) {
    case 'unknown':
    // An expired certificate stays on the lists for a while.
    case 'expired':
      return null
    case 'good':
      return entry && entryInWords(entry)
    case 'hold':
    case 'revoked': {
      if (!entry) return 'not named'
      const code = status.code ?? 'unspecified'
      const isSame =
        (entry.reason ?? 'unspecified') === code &&
        sameSecond(entry.at, status.since ?? status.asOf)
      return isSame ? null : entryInWords(entry)
    }
  }
}

function entryInWords({ reason, at }: Entry): string {
  const isHold = REVOCATION_REASONS[reason ?? 'unspecified'] === REVOCATION_REASONS.certificateHold
  return stoppedInWords(isHold ? 'hold' : 'revoked', reason, at)
}

function sameSecond(a: Date, b: Date): boolean {
  return Math.floor(a.getTime() / 1000) === Math.floor(b.getTime() / 1000)
}

function finding({ record, status }: Expected, { name }: Opened, other: string): Finding {
  return {
    check: 'crl',
    serial: record.serial,
    ledger: inWords(status),
    other: `${name}: ${other}`,
  }
}
