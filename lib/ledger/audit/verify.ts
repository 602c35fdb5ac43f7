import { joinCertificate } from '#lib/ledger/certificates/certificate-der.ts'
import {
  CERTIFICATE_COLUMNS,
  type HashedRow,
  rowHash,
  sha256Hex,
} from '#lib/ledger/certificates/rows.ts'
import type { AuditTable, Database, Store } from '#lib/ledger/schema/tables.ts'
import { AUDIT_COLUMNS, CHAIN_START, chainHash, recordOf } from './chain.ts'
import { strayReports } from './lost-reports.ts'

/**
 * Reads the whole ledger and says whether the audit chain is whole and whether each row is what the
 * chain says it is. Reads in pages, so that it runs beside a working authority.
 */

const PAGE = 500

export type Verification = {
  readonly ok: boolean
  /** How many records and rows were found good. */
  readonly records: number
  readonly certificates: number
  /**
   * Hash of the last record. An operator keeps it elsewhere: a ledger whose chain does not contain it later
   * was rolled back.
   */
  readonly headHash: string
  /** Everything that is wrong; findings of the chain come first. */
  readonly findings: readonly LedgerFinding[]
}

export type LedgerFinding = {
  readonly about: 'record' | 'row'
  /** Sequence of the record in question; null when there is none. */
  readonly index: number | null
  readonly serial: string | null
  readonly message: string
}

type Position = { readonly sequence: number; readonly hash: string }

/** Walks the whole chain and then all rows. What follows a bad record is compared with what is stored. */
export async function verifyLedger({ read }: Store): Promise<Verification> {
  const chain = await verifyChain(read)
  const rows = await verifyRows(read)
  const reports = await strayReports(read)
  const findings = [
    ...chain.findings,
    ...rows.findings,
    ...reports.map(({ sequence, message }) => badRow(sequence, null, message)),
  ]
  return {
    ok: findings.length === 0,
    records: chain.good,
    certificates: rows.good,
    headHash: chain.headHash,
    findings,
  }
}

async function verifyChain(db: Database) {
  const findings: LedgerFinding[] = []
  const lost = new Set<string>()
  let at: Position = { sequence: 0, hash: CHAIN_START }
  let good = 0
  for (;;) {
    // The head is read after the records, so it may be ahead of them in a running service, but never behind.
    const page = await recordsAfter(db, at.sequence)
    const head = await db
      .selectFrom('audit_head')
      .select(['sequence', 'hash'])
      .where('id', '=', 1)
      .executeTakeFirst()
    for (const row of page) {
      const finding = validateRecord(row, at)
      if (finding) findings.push(finding)
      else good++
      at = { sequence: row.sequence, hash: row.hash }
    }
    findings.push(...(await missingRows(db, page, lost)))
    if (page.length === PAGE) continue
    const finding = validateEnd(at, head)
    // Records were appended after the page was read.
    if (finding && (await recordsAfter(db, at.sequence)).length > 0) continue
    if (finding) findings.push(finding)
    return { good, headHash: at.hash, findings }
  }
}

function recordsAfter(db: Database, sequence: number): Promise<AuditTable[]> {
  return db
    .selectFrom('audit')
    .select(AUDIT_COLUMNS)
    .where('sequence', '>', sequence)
    .orderBy('sequence')
    .limit(PAGE)
    .execute()
}

function validateRecord(row: AuditTable, at: Position): LedgerFinding | null {
  if (row.sequence !== at.sequence + 1) {
    const isOne = row.sequence === at.sequence + 2
    const message = isOne
      ? 'The record is missing.'
      : `The records up to ${row.sequence - 1} are missing.`
    return badRecord(at.sequence + 1, null, message)
  }
  if (row.previous_hash !== at.hash) {
    return badRecord(row.sequence, row.serial, 'The record does not follow the one before it.')
  }
  const event = eventOf(row)
  if (event && chainHash(at.hash, row.sequence, event) === row.hash) return null
  return badRecord(row.sequence, row.serial, 'The record was changed.')
}

/** Null for text that is no JSON, which is reported as a changed record. */
function eventOf(row: AuditTable) {
  try {
    return recordOf(row).event
  } catch {
    return null
  }
}

function validateEnd(at: Position, head: Position | undefined): LedgerFinding | null {
  if (!head) return badRecord(at.sequence + 1, null, 'The head of the chain is missing.')
  if (head.sequence > at.sequence) {
    return badRecord(at.sequence + 1, null, 'The end of the chain was cut off.')
  }
  if (head.sequence < at.sequence) {
    return badRecord(head.sequence + 1, null, 'There are records behind the head of the chain.')
  }
  return head.hash === at.hash
    ? null
    : badRecord(at.sequence, null, 'The head of the chain has another hash.')
}

/** Checks that every event about a certificate has its row, and that every blocked key is still blocked. */
async function missingRows(
  db: Database,
  page: readonly AuditTable[],
  lost: Set<string>,
): Promise<readonly LedgerFinding[]> {
  const findings: LedgerFinding[] = []
  const serials = new Set(page.flatMap((row) => (isAboutRow(row) && row.serial) || []))
  if (serials.size > 0) {
    const rows = await db
      .selectFrom('certificate')
      .select('serial')
      .where('serial', 'in', [...serials])
      .execute()
    for (const { serial } of rows) serials.delete(serial)
  }
  for (const { sequence, serial } of page.filter(isAboutRow)) {
    if (serial === null || !serials.has(serial) || lost.has(serial)) continue
    lost.add(serial)
    findings.push(badRow(sequence, serial, 'The certificate of this record is missing.'))
  }
  for (const row of page) {
    if (row.kind !== 'key.blocked') continue
    const key = eventOf(row)?.facts.keyThumbprint
    const blocked = await db
      .selectFrom('blocked_key')
      .select('blocked_at')
      .where('key_thumbprint', '=', String(key))
      .executeTakeFirst()
    if (blocked) continue
    findings.push(badRow(row.sequence, row.serial, 'The key of this record is not blocked.'))
  }
  return findings
}

function isAboutRow({ kind }: Pick<AuditTable, 'kind'>): boolean {
  return kind === 'issuance.intended' || kind.startsWith('certificate.')
}

async function verifyRows(db: Database) {
  const findings: LedgerFinding[] = []
  let good = 0
  let after = 0
  for (;;) {
    const rows = await rowsAfter(db, after)
    for (const { row, events } of rows) {
      const finding = validateRow(row, events)
      if (finding) findings.push(finding)
      else good++
    }
    const last = rows.at(-1)
    if (!last) return { good, findings }
    after = last.row.id
  }
}

type Row = Awaited<ReturnType<typeof rowsAfter>>[number]['row']

/** Reads rows and their events in one snapshot, so that a change between two queries is no finding. */
function rowsAfter(db: Database, after: number) {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (snapshot) => {
      const rows = await snapshot
        .selectFrom('certificate')
        .leftJoin('certificate_tbs', 'certificate_tbs.id', 'certificate.id')
        .select(['certificate.id', ...CERTIFICATE_COLUMNS])
        .select(['signature', 'tbs', 'directory_snapshot'])
        .where('certificate.id', '>', after)
        .orderBy('certificate.id')
        .limit(PAGE)
        .execute()
      const events = new Map<string, AuditTable[]>(rows.map((row) => [row.serial, []]))
      if (rows.length === 0) return []
      const found = await snapshot
        .selectFrom('audit')
        .select(AUDIT_COLUMNS)
        .where('serial', 'in', [...events.keys()])
        .orderBy('sequence')
        .execute()
      for (const event of found.filter(isAboutRow)) events.get(event.serial ?? '')?.push(event)
      const both = []
      for (const row of rows) {
        both.push({ row, events: await ownEvents(snapshot, row, events.get(row.serial) ?? []) })
      }
      return both
    })
}

/**
 * Records name the serial alone, which two issuers may give (RFC 5280 section 4.1.2.2): where the last one left the
 * row of another issuer as it is, gives those up to the one that left this row as it is.
 */
async function ownEvents(
  snapshot: Database,
  row: HashedRow,
  events: readonly AuditTable[],
): Promise<readonly AuditTable[]> {
  const left = (event: AuditTable | undefined, as: HashedRow) =>
    event !== undefined && eventOf(event)?.facts.rowHash === rowHash(as)
  const own = events.findLastIndex((event) => left(event, row))
  if (own < 0 || own === events.length - 1) return events
  const others = await snapshot
    .selectFrom('certificate')
    .select(CERTIFICATE_COLUMNS)
    .where('serial', '=', row.serial)
    .where('issuer_id', '<>', row.issuer_id)
    .execute()
  const isOfAnother = others.some((other) => left(events.at(-1), other))
  return isOfAnother ? events.slice(0, own + 1) : events
}

const LAST_WORD = {
  pending: 'issuance.intended',
  issued: 'certificate.issued',
  void: 'certificate.voided',
} as const

function validateRow(row: Row, events: readonly AuditTable[]): LedgerFinding | null {
  const last = events.at(-1)
  if (!last || !events.some((event) => event.kind === LAST_WORD[row.state])) {
    return badRow(null, row.serial, `The certificate is ${row.state}, but no record says so.`)
  }
  const changed = (message: string) => badRow(last.sequence, row.serial, message)
  if (eventOf(last)?.facts.rowHash !== rowHash(row)) {
    return changed('The row of this certificate is not as the record left it.')
  }
  const { tbs, signature } = row
  const der = tbs && signature ? joinCertificate({ tbs, signature }) : null
  if (der ? sha256Hex(der) !== row.fingerprint : row.fingerprint !== null) {
    return changed('The stored certificate is not the one that was issued.')
  }
  if (tbs && sha256Hex(tbs) !== row.tbs_hash) {
    return changed('The stored to-be-signed part is not the one that was recorded.')
  }
  // Said by the intent or, for a certificate that a lost ledger had, by its entry.
  const snapshot = row.directory_snapshot
  const hash = snapshot === null ? null : sha256Hex(snapshot)
  if (hash === null || !events.some((event) => eventOf(event)?.facts.directoryHash === hash)) {
    return changed('What the directory said at issuance was changed.')
  }
  return null
}

function badRecord(index: number, serial: string | null, message: string): LedgerFinding {
  return { about: 'record', index, serial, message }
}

function badRow(index: number | null, serial: string | null, message: string): LedgerFinding {
  return { about: 'row', index, serial, message }
}
