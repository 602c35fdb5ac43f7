import { createHash, createPublicKey, verify } from 'node:crypto'
import { BASE } from '#lib/issuance/crl/publish-crl.ts'
import type { CrlKey, PublishedCrl } from '#lib/ledger/status-ledger.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import { type Crl, readCrl } from '#lib/pki/crl/read-crl.ts'
import { expectedStatuses, type Reader, SLACK_MS, timeInWords } from './expected.ts'
import type { Finding } from './finding.ts'
import { readTrail, type Trail } from './trail.ts'

/** Limits within which changes must be published. */
export type CrlRules = {
  /** Milliseconds after which a change must be in a CRL. */
  readonly lateAfterMs: number
  /** With more entries in the full CRL, partitions are published. */
  readonly partitionAbove: number
  /** The authority is stopped on purpose, so CRLs may be outdated. */
  readonly isStopped: boolean
}

export type List = { readonly published: PublishedCrl; readonly crl: Crl; readonly name: string }

/** The CRLs that are valid by themselves, and findings about the others. */
export type Lists = {
  readonly full: List | null
  readonly delta: List | null
  /** The full CRL to which the delta refers. */
  readonly base: List | null
  readonly partitions: readonly List[]
  readonly findings: readonly Finding[]
  readonly notes: readonly string[]
}

/**
 * Reads what is published: delta, base, full CRL, then the partitions of the months with certificates. They
 * are published in the reverse order, so beside a running authority no CRL is older here than one that was
 * read before it.
 */
export async function readLists(reader: Reader, rules: CrlRules, trail: Trail): Promise<Lists> {
  const { months, unknown } = await readMonths(reader)
  const findings: Finding[] = []
  const notes: string[] = []
  const read = async (partition: string | null, delta: boolean): Promise<List | null> => {
    const key = { issuerId: reader.issuer.id, partition, delta }
    const { list, fault } = await validate(reader, key, trail)
    if (fault !== null) findings.push(fault)
    return list
  }
  const delta = await read(null, true)
  const base = await read(BASE, false)
  const full = await read(null, false)
  const isParted = full !== null && full.published.entries > rules.partitionAbove
  const partitions: List[] = []
  for (const month of isParted ? months : []) {
    const list = await read(month, false)
    // An outdated partition is not served: the full CRL is, at the same address.
    if (list && list.crl.nextUpdate > reader.now()) partitions.push(list)
  }
  if (unknown > 0) {
    notes.push(
      `The directory was not read within its budget; certificates not compared for it: ${unknown}.`,
    )
  }
  if (findings.length === 0 && full === null) {
    if (months.size === 0) notes.push('No CRL is published, and no certificate needs one.')
    else findings.push(aboutLists('certificates that are not expired', 'there is none'))
  }
  const late = [full, delta].flatMap((list) => (list ? latenessOf(reader, list, rules) : []))
  if (rules.isStopped) notes.push(...late.map(({ ledger, other }) => `${ledger}: ${other}.`))
  else findings.push(...late)
  return { full, delta, base, partitions, findings, notes }
}

/** Gives the months of unexpired certificates, and how many certificates have an unknown status. */
async function readMonths(reader: Reader) {
  const months = new Set<string>()
  let unknown = 0
  for await (const page of expectedStatuses(reader)) {
    for (const { record, status } of page) {
      months.add(record.partition)
      if (status.state === 'unknown') unknown++
    }
  }
  return { months, unknown }
}

/** A CRL that looks wrong is read again: it may have been published since the audit trail was read. */
async function validate(reader: Reader, key: CrlKey, trail: Trail) {
  const { ledger, issuer } = reader
  const first = validateOnce(await ledger.publishedCrl(key), issuer, key, trail)
  if (first.fault === null) return first
  const again = await ledger.publishedCrl(key)
  return validateOnce(again, issuer, key, await readTrail(ledger, issuer.id))
}

function validateOnce(found: PublishedCrl | null, issuer: Issuer, key: CrlKey, trail: Trail) {
  if (found === null) {
    const isLost = trail.newestCrl(key) !== null
    const fault = isLost ? aboutLists(nameOf(key), 'it was published and is no longer there') : null
    return { list: null, fault }
  }
  const name = `${nameOf(key)} number ${found.number}`
  const fault = faultOf(found, issuer, trail)
  if (fault !== null) return { list: null, fault: aboutLists(name, fault) }
  return { list: { published: found, crl: readCrl(found.der), name }, fault: null }
}

function nameOf({ partition, delta }: Pick<CrlKey, 'partition' | 'delta'>): string {
  if (delta) return 'The delta CRL'
  if (partition === BASE) return 'The base of the delta CRL'
  return partition === null ? 'The CRL' : `The CRL of ${partition}`
}

function faultOf(published: PublishedCrl, issuer: Issuer, trail: Trail): string | null {
  const { der, number, entries, thisUpdate, nextUpdate } = published
  if (trail.newestCrl(published) !== createHash('sha256').update(der).digest('base64url')) {
    return 'it is not the one that was recorded as published last'
  }
  const crl = readCrl(der)
  if (crl.number !== BigInt(number)) return `it calls itself number ${crl.number}`
  if (crl.entries.length !== entries) return `it has ${crl.entries.length} entries, not ${entries}`
  // It is served by the times of its row, and relying parties use the times inside the CRL.
  const isInTime =
    crl.thisUpdate.getTime() === thisUpdate.getTime() &&
    crl.nextUpdate.getTime() === nextUpdate.getTime()
  if (!isInTime)
    return `its own time is ${timeInWords(crl.thisUpdate)} to ${timeInWords(crl.nextUpdate)}`
  const key = createPublicKey({ key: Buffer.from(issuer.spki), format: 'der', type: 'spki' })
  const hash = issuer.algorithm.slice(-6)
  const isOurs = verify(hash, crl.tbs, { key, dsaEncoding: 'der' }, crl.signature)
  return isOurs ? null : 'its signature is not the CA’s'
}

/**
 * Finds CRLs that are outdated, or that should have been replaced. Each CRL is replaced well before
 * nextUpdate; the delta, which is made together with the full CRL, is due first.
 */
function latenessOf(
  reader: Reader,
  { crl: { thisUpdate, nextUpdate }, name }: List,
  { lateAfterMs }: CrlRules,
): readonly Finding[] {
  const now = reader.now().getTime()
  const due = new Date((thisUpdate.getTime() + nextUpdate.getTime()) / 2)
  if (nextUpdate.getTime() <= now) {
    const end = timeInWords(nextUpdate)
    return [aboutLists(name, `it ran out at ${end} and nothing has replaced it`)]
  }
  if (due.getTime() + lateAfterMs < now) {
    const since = `it is of ${timeInWords(thisUpdate)}, and the next was due at ${timeInWords(due)}`
    return [aboutLists(name, `${since}: the log of the authority says why there is none`)]
  }
  if (thisUpdate.getTime() > now + SLACK_MS) {
    const start = timeInWords(thisUpdate)
    return [aboutLists(name, `it is from the future, ${start}: a clock is wrong`)]
  }
  return []
}

export function aboutLists(ledger: string, other: string): Finding {
  return { check: 'crl', serial: null, ledger, other }
}
