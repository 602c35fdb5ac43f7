import type { CertificateRecord } from '#lib/ledger/records.ts'
import { reconcileDelta } from './delta.ts'
import { type Entry, entryInWords, reasonOf, sameSecond } from './entry.ts'
import {
  type Expected,
  expectedStatuses,
  inWords,
  ownOf,
  type Reader,
  SLACK_MS,
  timeInWords,
} from './expected.ts'
import type { Finding, Part } from './finding.ts'
import { type CrlRules, type List, readLists } from './published.ts'
import type { Trail } from './trail.ts'

/**
 * Compares the published CRLs with the ledger: each certificate that is revoked or on hold is on its CRLs
 * with that time and reason, and no other certificate is. Between a change and the next CRL they may differ,
 * but no longer than the rules allow.
 */
export async function reconcileCrls(reader: Reader, rules: CrlRules, trail: Trail): Promise<Part> {
  const lists = await readLists(reader, rules, trail)
  const findings = [...lists.findings, ...reconcileDelta(lists, rules, reader.now())]
  let count = 0
  for (const list of [...(lists.full ? [lists.full] : []), ...lists.partitions]) {
    count += list.crl.entries.length
    findings.push(...(await compare(reader, list, rules, trail)))
  }
  return { findings, notes: lists.notes, count }
}

async function compare(
  reader: Reader,
  list: List,
  rules: CrlRules,
  trail: Trail,
): Promise<readonly Finding[]> {
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
        continue
      }
      const other = differenceOf(expected, entry)
      if (other === null) continue
      const changedAt = lastChange(reader, expected, trail)
      const isNewer = changedAt.getTime() > list.crl.thisUpdate.getTime() - SLACK_MS
      if (isNewer && isRecent(reader.now(), changedAt, rules)) continue
      findings.push(finding(expected, list, isNewer ? late(other, changedAt, rules) : other))
    }
  }
  const known = await recordsOf(reader, [...left.keys()])
  for (const serial of left.keys()) {
    if (known.has(serial)) continue
    findings.push({ check: 'crl', serial, ledger: 'no row', other: `${list.name} names it` })
  }
  return findings
}

/** Expired certificates may stay on a CRL; they are looked up only to see whether the ledger knows them. */
async function recordsOf(
  reader: Reader,
  serials: readonly string[],
): Promise<ReadonlyMap<string, CertificateRecord>> {
  const found = new Map<string, CertificateRecord>()
  for (let at = 0; at < serials.length; at += 200) {
    const records = await reader.ledger.certificatesBySerial(serials.slice(at, at + 200))
    for (const record of ownOf(reader, records)) found.set(record.serial, record)
  }
  return found
}

function lastChange({ policy }: Reader, { record, changedAt }: Expected, trail: Trail): Date {
  const touchedAt = trail.touchedAt(record, policy)
  return touchedAt > changedAt ? touchedAt : changedAt
}

/**
 * Whether a change is so recent that a CRL may lack it. A change in the future was written by somebody else
 * and excuses nothing.
 */
function isRecent(now: Date, changedAt: Date, { lateAfterMs }: CrlRules): boolean {
  const ageMs = now.getTime() - changedAt.getTime()
  return ageMs >= -SLACK_MS && ageMs <= lateAfterMs
}

function late(other: string, changedAt: Date, { lateAfterMs }: CrlRules): string {
  const minutes = Math.ceil(lateAfterMs / 60_000)
  return `${other}; the change is of ${timeInWords(changedAt)}, and a CRL has one within ${minutes} minutes`
}

/** Gives what the CRL says where it differs from the ledger; null where it agrees. */
function differenceOf({ status }: Expected, entry: Entry | null): string | null {
  switch (status.state) {
    case 'unknown':
    // An expired certificate stays on CRLs for a while (RFC 5280 section 3.3).
    case 'expired':
      return null
    case 'good':
      return entry && entryInWords(entry)
    case 'hold':
    case 'revoked': {
      const isSame =
        entry !== null &&
        reasonOf(entry) === (status.code ?? 'unspecified') &&
        sameSecond(entry.at, status.since ?? status.asOf)
      return isSame ? null : entryInWords(entry)
    }
  }
}

function finding({ record, status }: Expected, { name }: List, other: string): Finding {
  return {
    check: 'crl',
    serial: record.serial,
    ledger: inWords(status),
    other: `${name}: ${other}`,
  }
}
