import type { AuditEvent } from '#lib/audit.ts'
import { REVOCATION_REASONS, type RevocationReason } from '#lib/model.ts'
import { AUDIT_COLUMNS, CHAIN_START, recordOf } from './audit/chain.ts'
import { searchColumns } from './certificates/intent-row.ts'
import { type HashedRow, rowHash, sha256Hex } from './certificates/rows.ts'
import { IDENTITY } from './schema/migrations.ts'
import type { Database } from './schema/tables.ts'
import type { Operation } from './writing.ts'

/**
 * Shows whether a ledger is the same as before: by its identity, by the end of its audit chain, and by
 * whether it knows of every signature in the signer's log. Certificates that an earlier ledger knew, and this
 * one does not, can be entered.
 */

/** What the signer's log records of a certificate. */
export type SignedCertificate = {
  readonly issuer: string
  readonly serial: string
  /** Hex SHA-256 of the to-be-signed part. */
  readonly tbs: string
}

export type AuditHead = { readonly sequence: number; readonly hash: string }

/** A certificate of which only the serial is known any more. */
export type LostCertificate = {
  readonly issuerId: string
  readonly serial: string
  /** Hex SHA-256 of the TBSCertificate; empty when it is unknown. */
  readonly tbsHash: string
  readonly createdAt: Date
  readonly notAfter: Date
  readonly revocation: { readonly at: Date; readonly reason: RevocationReason }
}

export async function identityOf(db: Database): Promise<string> {
  const row = await db
    .selectFrom('meta')
    .select('value')
    .where('name', '=', IDENTITY)
    .executeTakeFirstOrThrow()
  return row.value
}

export function auditHeadOf(db: Database): Promise<AuditHead> {
  return db.selectFrom('audit_head').select(['sequence', 'hash']).executeTakeFirstOrThrow()
}

/** Whether this record was once the end of the chain. */
export async function holdsRecord(db: Database, { sequence, hash }: AuditHead): Promise<boolean> {
  if (sequence === 0) return hash === CHAIN_START
  const row = await db
    .selectFrom('audit')
    .select('hash')
    .where('sequence', '=', sequence)
    .executeTakeFirst()
  return row?.hash === hash
}

/** Gives the last CRL number of this issuer; 0 before the first. */
export async function lastCrlNumber(db: Database, issuerId: string): Promise<number> {
  const row = await db
    .selectFrom('crl_number')
    .select('number')
    .where('issuer_id', '=', issuerId)
    .executeTakeFirst()
  return row?.number ?? 0
}

const SERIALS_MAX = 500

/**
 * Gives those signed certificates that have neither a row nor, for a delegate of the CA, an audit record. Both are
 * committed before anything is signed, so a running service leaves no gap.
 */
export async function unrecorded<Signed extends SignedCertificate>(
  db: Database,
  signed: readonly Signed[],
): Promise<readonly Signed[]> {
  const missing: Signed[] = []
  for (let start = 0; start < signed.length; start += SERIALS_MAX) {
    const some = signed.slice(start, start + SERIALS_MAX)
    missing.push(...(await withoutRecord(db, await withoutRow(db, some))))
  }
  return missing
}

async function withoutRow<Signed extends SignedCertificate>(
  db: Database,
  signed: readonly Signed[],
): Promise<readonly Signed[]> {
  const rows = await db
    .selectFrom('certificate')
    .select(['issuer_id', 'serial', 'tbs_hash'])
    .where('serial', 'in', serialsOf(signed))
    .execute()
  const known = new Set(rows.map((row) => `${row.issuer_id}/${row.serial}/${row.tbs_hash}`))
  // The hash of a lost certificate is unknown when only a CRL named it.
  const isKnown = ({ issuer, serial, tbs }: Signed) =>
    known.has(`${issuer}/${serial}/${tbs}`) || known.has(`${issuer}/${serial}/`)
  return signed.filter((one) => !isKnown(one))
}

async function withoutRecord<Signed extends SignedCertificate>(
  db: Database,
  signed: readonly Signed[],
): Promise<readonly Signed[]> {
  if (signed.length === 0) return []
  const rows = await db
    .selectFrom('audit')
    .select(AUDIT_COLUMNS)
    .where('serial', 'in', serialsOf(signed))
    .where('kind', 'in', ['responder.intended', 'profile_signer.intended'])
    .execute()
  const known = new Set(rows.map((row) => `${row.serial}/${recordOf(row).event.facts.tbsHash}`))
  return signed.filter(({ serial, tbs }) => !known.has(`${serial}/${tbs}`))
}

function serialsOf(signed: readonly SignedCertificate[]): readonly string[] {
  return signed.map(({ serial }) => serial)
}

/**
 * Enters certificates whose holder nobody knows any more, as void, which relying parties see as revoked. One
 * that has a row is not changed.
 */
export function enterLost(lost: readonly LostCertificate[], now: Date): Operation<void> {
  return async ({ db, append, statusChanged }) => {
    for (let start = 0; start < lost.length; start += ROWS_MAX) {
      const rows = lost.slice(start, start + ROWS_MAX).map(rowOfLost)
      const inserted = await db
        .insertInto('certificate')
        .values(rows.map((row) => ({ ...row, ...searchColumns(row) })))
        .onConflict((conflict) => conflict.columns(['serial', 'issuer_id']).doNothing())
        .returning(['id', 'serial', 'issuer_id'])
        .execute()
      if (inserted.length === 0) continue
      await db
        .insertInto('certificate_tbs')
        .values(inserted.map(({ id }) => ({ id, tbs: null, directory_snapshot: '' })))
        .execute()
      const entered = new Set(inserted.map((row) => `${row.issuer_id}/${row.serial}`))
      // The log may name a certificate twice; its row counts once.
      const own = rows.filter((row) => entered.delete(`${row.issuer_id}/${row.serial}`))
      append(...own.map((row) => eventOfLost(row, now)))
    }
    statusChanged()
  }
}

const ROWS_MAX = 100

function eventOfLost(row: HashedRow, at: Date): AuditEvent {
  const facts = { cause: 'ledger_lost', directoryHash: sha256Hex(''), rowHash: rowHash(row) }
  return { kind: 'certificate.voided', at, actor: 'authority', serial: row.serial, facts }
}

const REVOKED_BY = 'Latchkey'

/** With an application as holder, since nothing in the directory changes its status. */
function rowOfLost(lost: LostCertificate): HashedRow {
  return {
    issuer_id: lost.issuerId,
    serial: lost.serial,
    state: 'void',
    profile: 'application',
    source: 'api',
    owner_tid: '',
    owner_oid: '',
    holder_kind: 'application',
    holder_oid: '',
    holder_device_id: null,
    holder_intune_id: null,
    display_name: '',
    subject: '',
    subject_alt_name: '',
    request_key: '',
    key_thumbprint: '',
    tbs_hash: lost.tbsHash,
    fingerprint: null,
    not_before: lost.createdAt.getTime(),
    not_after: lost.notAfter.getTime(),
    created_at: lost.createdAt.getTime(),
    issued_at: null,
    revoked_at: lost.revocation.at.getTime(),
    revocation_reason: REVOCATION_REASONS[lost.revocation.reason],
    revoked_by: REVOKED_BY,
    revoked_cause: null,
    replaces: null,
    enrollment: lost.serial,
    signed_in_at: lost.createdAt.getTime(),
    upn: null,
    label: null,
  }
}
