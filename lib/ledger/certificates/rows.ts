import { hash } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { CertificateTable } from '#lib/ledger/schema/tables.ts'
import { type Holder, REVOCATION_REASONS, type RevocationReason } from '#lib/model.ts'

/** Conversion of a certificate's row to the record that the rest of Latchkey uses. */

type CertificateRow = Selectable<CertificateTable>

/**
 * The columns that are hashed, in that order. Left out are the row's number and version, which are technical,
 * and columns that are derived from others or from the directory.
 */
export const CERTIFICATE_COLUMNS = [
  'issuer_id',
  'serial',
  'state',
  'profile',
  'source',
  'owner_tid',
  'owner_oid',
  'holder_kind',
  'holder_oid',
  'holder_device_id',
  'holder_intune_id',
  'display_name',
  'subject',
  'subject_alt_name',
  'request_key',
  'key_thumbprint',
  'tbs_hash',
  'fingerprint',
  'not_before',
  'not_after',
  'created_at',
  'issued_at',
  'revoked_at',
  'revocation_reason',
  'revoked_by',
  'revoked_cause',
  'replaces',
  'enrollment',
  'signed_in_at',
  'upn',
  'label',
] as const satisfies readonly (keyof CertificateRow)[]

export type HashedRow = Pick<CertificateRow, (typeof CERTIFICATE_COLUMNS)[number]>

/** The columns of a CertificateRecord. */
export const RECORD_COLUMNS = [...CERTIFICATE_COLUMNS, 'version'] as const

export type RecordRow = HashedRow & { readonly version: number }
export type StoredRow = RecordRow & { readonly id: number }

/**
 * Hex SHA-256 of a row. Every event about a certificate carries the hash of the row after the change, so that
 * the chain shows when somebody edits a row. The number is the version of this form: a new column makes a new
 * version, and rows of this version stay verifiable.
 */
export function rowHash(row: HashedRow): string {
  return sha256Hex(JSON.stringify([1, ...CERTIFICATE_COLUMNS.map((column) => row[column])]))
}

export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex')
}

export function recordOfRow(row: RecordRow): CertificateRecord {
  return {
    issuerId: row.issuer_id,
    serial: row.serial,
    state: row.state,
    profile: row.profile,
    source: row.source,
    owner: { tid: row.owner_tid, oid: row.owner_oid },
    holder: holderOf(row),
    displayName: row.display_name,
    subject: row.subject,
    subjectAltName: row.subject_alt_name,
    keyThumbprint: row.key_thumbprint,
    fingerprint: row.fingerprint,
    notBefore: new Date(row.not_before),
    notAfter: new Date(row.not_after),
    createdAt: new Date(row.created_at),
    partition: partitionOf(row.created_at),
    revocation: revocationOf(row),
    replaces: row.replaces,
    enrollment: row.enrollment,
    signedInAt: new Date(row.signed_in_at),
    upn: row.upn,
    label: row.label,
    version: row.version,
  }
}

/** Makes a copy, since the Buffer of pg is a view of a larger block of memory. */
export function toBytes(octets: Uint8Array): Uint8Array {
  return Uint8Array.from(octets)
}

export function holderOf(
  row: Pick<HashedRow, 'holder_kind' | 'holder_oid' | 'holder_device_id' | 'holder_intune_id'>,
): Holder {
  if (row.holder_kind !== 'device') return { kind: row.holder_kind, oid: row.holder_oid }
  return {
    kind: 'device',
    deviceId: row.holder_device_id,
    intuneId: row.holder_intune_id,
    ownerOid: row.holder_oid,
  }
}

function revocationOf(row: HashedRow): CertificateRecord['revocation'] {
  if (row.revoked_at === null) return null
  return {
    at: new Date(row.revoked_at),
    reason: reasonOf(row.revocation_reason),
    by: row.revoked_by ?? '',
    cause: row.revoked_cause,
  }
}

const REASON_NAMES = new Map<number, RevocationReason>(
  Object.entries(REVOCATION_REASONS).map(([name, number]) => [number, name as RevocationReason]),
)

export function reasonOf(number: number | null): RevocationReason {
  return (number === null ? undefined : REASON_NAMES.get(number)) ?? 'unspecified'
}

const DAY_MS = 86_400_000

let lastDay = { day: Number.NaN, partition: '' }

/** The UTC month of a time in milliseconds. Cached, since successive rows are mostly of one day. */
export function partitionOf(atMs: number): string {
  const day = Math.floor(atMs / DAY_MS)
  if (day !== lastDay.day) {
    lastDay = { day, partition: new Date(atMs).toISOString().slice(0, 'YYYY-MM'.length) }
  }
  return lastDay.partition
}
