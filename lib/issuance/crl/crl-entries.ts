import { setImmediate } from 'node:timers/promises'
import type { Authority } from '#lib/issuance/authority.ts'
import { type ReadAt, statusOfRecords } from '#lib/issuance/status/status.ts'
import type { RevokedOrHeld } from '#lib/ledger/status-ledger.ts'
import type { CertificateStatus } from '#lib/policy/status-types.ts'
import type { EntryPage } from './crl-builder.ts'

/**
 * Rows of the ledger in one query. A page takes a few milliseconds, and the event loop serves others between
 * two pages.
 */
const PAGE = 1_000
const STATUS_PAGE = 100

/**
 * Gives the entries of a CRL as of now, page by page in the order of serials: each certificate that is
 * revoked or on hold with `notAfter` not before `since`. An entry that depends on knowledge of the directory
 * that is too old has null as its reason.
 */
export async function* crlEntries(
  authority: Authority,
  since: Date,
  readAt: ReadAt,
): AsyncGenerator<EntryPage> {
  const { ledger, issuer } = authority
  let after: string | null = null
  for (;;) {
    const page: readonly RevokedOrHeld[] = await ledger.revokedOrHeld({
      issuerId: issuer.id,
      since,
      after,
      limit: PAGE,
    })
    const open = page.filter((one) => !isFinal(one)).map(({ serial }) => serial)
    yield toColumns(page, await statusesOf(authority, open, readAt))
    const last = page.at(-1)
    if (page.length < PAGE || !last) return
    after = last.serial
    await setImmediate()
  }
}

/** A revocation in the ledger is permanent, whatever the directory says: see statusOf. */
function isFinal({ revocation }: RevokedOrHeld): boolean {
  return revocation !== null && revocation.reason !== 'certificateHold'
}

async function statusesOf(
  authority: Authority,
  serials: readonly string[],
  readAt: ReadAt,
): Promise<ReadonlyMap<string, CertificateStatus>> {
  const statuses = new Map<string, CertificateStatus>()
  for (let at = 0; at < serials.length; at += STATUS_PAGE) {
    const asked = serials.slice(at, at + STATUS_PAGE)
    // Another CA may have issued a certificate with the same serial.
    const records = (await authority.ledger.certificatesBySerial(asked)).filter(
      ({ issuerId }) => issuerId === authority.issuer.id,
    )
    const found = await statusOfRecords(authority, records, readAt)
    records.forEach(({ serial }, i) => {
      const status = found[i]
      if (status) statuses.set(serial, status)
    })
    await setImmediate()
  }
  return statuses
}

function toColumns(
  page: readonly RevokedOrHeld[],
  statuses: ReadonlyMap<string, CertificateStatus>,
): EntryPage {
  const serials: string[] = []
  const partitions: string[] = []
  const times: number[] = []
  const reasons: EntryPage['reasons'][number][] = []
  for (const one of page) {
    const entry = entryOf(one, statuses.get(one.serial))
    if (entry === null) continue
    serials.push(one.serial)
    partitions.push(one.partition)
    times.push(entry.at)
    reasons.push(entry.reason)
  }
  return { serials, partitions, times, reasons }
}

type Entry = { readonly at: number; readonly reason: EntryPage['reasons'][number] }

/** Null for a certificate that is good. */
function entryOf(one: RevokedOrHeld, status: CertificateStatus | undefined): Entry | null {
  const { revocation } = one
  if (revocation && isFinal(one)) return { at: revocation.atMs, reason: revocation.reason }
  switch (status?.state) {
    case 'revoked':
    case 'hold':
      return { at: (status.since ?? status.asOf).getTime(), reason: status.code ?? 'unspecified' }
    case 'unknown':
      return { at: 0, reason: null }
    default:
      return null
  }
}
