import { CHAIN_START, chainHash, recordOf } from './audit-chain.ts'
import { CERTIFICATE_COLUMNS, rowHash, sha256Hex } from './rows.ts'
import type { AuditTable, Database, Store } from './tables.ts'

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
  /** Keep it somewhere else: a ledger whose chain does not contain it any more was rolled back. */
  readonly headHash: string
  readonly finding: Finding | null
}

type Finding = {
  /** Sequence of the first bad record; null when only a row is bad. */
  readonly index: number | null
  readonly serial: string | null
  readonly message: string
}

type Position = { readonly sequence: number; readonly hash: string }

/** Walks chain and rows up to the first thing that is wrong. */
export async function verifyLedger({ read }: Store): Promise<Verification> {
  const chain = await verifyChain(read)
  if (chain.finding)
    return { ...report(chain.at), certificates: 0, ok: false, finding: chain.finding }
  const rows = await verifyRows(read)
  return {
    ...report(chain.at),
    certificates: rows.count,
    ok: rows.finding === null,
    finding: rows.finding,
  }
}

function report({ sequence, hash }: Position) {
  return { records: sequence, headHash: hash }
}

async function verifyChain(db: Database): Promise<{ at: Position; finding: Finding | null }> {
  let at: Position = { sequence: 0, hash: CHAIN_START }
  for (;;) {
    // The head is read after the records: while the service runs it may be ahead, never behind.
    const page = await recordsAfter(db, at.sequence)
    const head = await db
      .selectFrom('audit_head')
      .select(['sequence', 'hash'])
      .where('id', '=', 1)
      .executeTakeFirst()
    for (const row of page) {
      const message = judgeRecord(row, at)
      if (message !== null) return { at, finding: bad(at.sequence + 1, row.serial, message) }
      at = { sequence: row.sequence, hash: row.hash }
    }
    const missing = await missingRow(db, page)
    if (missing) return { at, finding: missing }
    if (page.length === PAGE) continue
    const finding = judgeEnd(at, head)
    // Records that were added since the page was read.
    if (finding && (await recordsAfter(db, at.sequence)).length > 0) continue
    return { at, finding }
  }
}

function recordsAfter(db: Database, sequence: number): Promise<AuditTable[]> {
  return db
    .selectFrom('audit')
    .select(['sequence', 'kind', 'at', 'actor', 'serial', 'facts', 'previous_hash', 'hash'])
    .where('sequence', '>', sequence)
    .orderBy('sequence')
    .limit(PAGE)
    .execute()
}

function judgeRecord(row: AuditTable, at: Position): string | null {
  if (row.sequence !== at.sequence + 1) return 'The record is missing.'
  if (row.previous_hash !== at.hash) return 'The record does not follow the one before it.'
  try {
    const { event } = recordOf(row)
    if (chainHash(at.hash, row.sequence, event) === row.hash) return null
  } catch {
    // Facts that are no JSON are a changed record as well.
  }
  return 'The record was changed.'
}

function judgeEnd(at: Position, head: Position | undefined): Finding | null {
  if (!head) return bad(at.sequence + 1, null, 'The head of the chain is missing.')
  if (head.sequence > at.sequence) {
    return bad(at.sequence + 1, null, 'The end of the chain was cut off.')
  }
  if (head.sequence < at.sequence) {
    return bad(head.sequence + 1, null, 'There are records behind the head of the chain.')
  }
  return head.hash === at.hash ? null : bad(at.sequence, null, 'The head has another hash.')
}

/** Every event about a certificate has its row, and every blocked key is still blocked. */
async function missingRow(db: Database, page: readonly AuditTable[]): Promise<Finding | null> {
  const serials = page.flatMap((row) => (isAboutRow(row) && row.serial ? [row.serial] : []))
  if (serials.length > 0) {
    const rows = await db
      .selectFrom('certificate')
      .select('serial')
      .where('serial', 'in', [...new Set(serials)])
      .execute()
    const found = new Set(rows.map((row) => row.serial))
    const lost = page.find((row) => isAboutRow(row) && !found.has(row.serial ?? ''))
    if (lost) return bad(lost.sequence, lost.serial, 'The certificate of this record is missing.')
  }
  for (const row of page) {
    if (row.kind !== 'key.blocked') continue
    const key = recordOf(row).event.facts.keyThumbprint
    const blocked = await db
      .selectFrom('blocked_key')
      .select('blocked_at')
      .where('key_thumbprint', '=', String(key))
      .executeTakeFirst()
    if (!blocked) return bad(row.sequence, row.serial, 'The key of this record is not blocked.')
  }
  return null
}

function isAboutRow({ kind }: Pick<AuditTable, 'kind'>): boolean {
  return kind === 'issuance.intended' || kind.startsWith('certificate.')
}

async function verifyRows(db: Database): Promise<{ count: number; finding: Finding | null }> {
  let count = 0
  let after = 0
  for (;;) {
    const { rows, events } = await rowsAfter(db, after)
    for (const row of rows) {
      const finding = judgeRow(row, events.get(row.serial) ?? [])
      if (finding) return { count, finding }
      count++
    }
    const last = rows.at(-1)
    if (!last) return { count, finding: null }
    after = last.id
  }
}

type Row = Awaited<ReturnType<typeof rowsAfter>>['rows'][number]

/** Rows and their events as of one moment, so that a change between the two is not taken for a fault. */
function rowsAfter(db: Database, after: number) {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (snapshot) => {
      const rows = await snapshot
        .selectFrom('certificate')
        .leftJoin('certificate_der', 'certificate_der.id', 'certificate.id')
        .select(['certificate.id', ...CERTIFICATE_COLUMNS])
        .select(['certificate_der.der', 'certificate_der.tbs'])
        .select('certificate_der.directory_snapshot')
        .where('certificate.id', '>', after)
        .orderBy('certificate.id')
        .limit(PAGE)
        .execute()
      const events = new Map<string, AuditTable[]>(rows.map((row) => [row.serial, []]))
      if (rows.length === 0) return { rows, events }
      const found = await snapshot
        .selectFrom('audit')
        .select(['sequence', 'kind', 'at', 'actor', 'serial', 'facts', 'previous_hash', 'hash'])
        .where('serial', 'in', [...events.keys()])
        .orderBy('sequence')
        .execute()
      for (const event of found.filter(isAboutRow)) events.get(event.serial ?? '')?.push(event)
      return { rows, events }
    })
}

const LAST_WORD = {
  pending: 'issuance.intended',
  issued: 'certificate.issued',
  void: 'certificate.voided',
} as const

function judgeRow(row: Row, events: readonly AuditTable[]): Finding | null {
  const last = events.at(-1)
  if (!last || !events.some((event) => event.kind === LAST_WORD[row.state])) {
    return bad(null, row.serial, `The certificate is ${row.state}, but no record says so.`)
  }
  const changed = (message: string) => bad(last.sequence, row.serial, message)
  if (recordOf(last).event.facts.rowHash !== rowHash(row)) {
    return changed('The row of this certificate is not as the record left it.')
  }
  if (row.der ? sha256Hex(row.der) !== row.fingerprint : row.fingerprint !== null) {
    return changed('The stored certificate is not the one that was issued.')
  }
  if (row.tbs && sha256Hex(row.tbs) !== row.tbs_hash) {
    return changed('The stored to-be-signed part is not the one that was recorded.')
  }
  const intended = events.find((event) => event.kind === 'issuance.intended')
  const directoryHash = intended && recordOf(intended).event.facts.directoryHash
  if (row.directory_snapshot === null || sha256Hex(row.directory_snapshot) !== directoryHash) {
    return changed('What the directory said at issuance was changed.')
  }
  return null
}

function bad(index: number | null, serial: string | null, message: string): Finding {
  return { index, serial, message }
}
