import { hash } from 'node:crypto'
import type { Selectable } from 'kysely'
import { type Holder, REVOCATION_REASONS, type RevocationReason } from '#lib/model.ts'
import { storable } from './audit-chain.ts'
import type { CertificateRecord, Intent } from './ledger.ts'
import type { CertificateTable } from './tables.ts'

/** The row of a certificate, to and from what the rest of Latchkey sees. */

export type CertificateRow = Selectable<CertificateTable>

/** All columns but the key and the search text, in the order in which they are hashed. */
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
] as const satisfies readonly (keyof CertificateRow)[]

export type HashedRow = Pick<CertificateRow, (typeof CERTIFICATE_COLUMNS)[number]>
export type StoredRow = HashedRow & { readonly id: number }

/**
 * Hex SHA-256 of a row. Every event about a certificate carries the hash of the row as it is after
 * the change, so that the chain shows when someone edits a row. The number is the version of this
 * form: a later column makes a new version and leaves this one readable.
 */
export function rowHash(row: HashedRow): string {
  return sha256Hex(JSON.stringify([1, ...CERTIFICATE_COLUMNS.map((column) => row[column])]))
}

export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex')
}

export function rowOfIntent(intent: Intent): HashedRow {
  return {
    issuer_id: intent.issuerId,
    serial: intent.serial,
    state: 'pending',
    profile: intent.profile,
    source: intent.source,
    owner_tid: intent.owner.tid,
    owner_oid: intent.owner.oid,
    ...holderColumns(intent.holder),
    display_name: storable(intent.displayName),
    subject: storable(intent.subject),
    subject_alt_name: storable(intent.subjectAltName),
    request_key: intent.requestKey,
    key_thumbprint: intent.keyThumbprint,
    tbs_hash: intent.tbsHash,
    fingerprint: null,
    not_before: intent.notBefore.getTime(),
    not_after: intent.notAfter.getTime(),
    created_at: intent.createdAt.getTime(),
    issued_at: null,
    revoked_at: null,
    revocation_reason: null,
    revoked_by: null,
    revoked_cause: null,
    replaces: intent.replaces,
  }
}

/** What an operator may search for, in lower case: one a line, as the computed columns expect. */
export function searchText(row: HashedRow): string {
  const lines = [row.serial, row.display_name, row.subject, row.subject_alt_name]
  return lines.map((line) => line.replaceAll('\n', ' ').toLowerCase()).join('\n')
}

export function recordOfRow(row: HashedRow): CertificateRecord {
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
  }
}

/** A copy, since pg gives a Buffer, which lies in a larger piece of memory. */
export function toBytes(octets: Uint8Array): Uint8Array {
  return Uint8Array.from(octets)
}

function holderColumns(holder: Holder) {
  const device = holder.kind === 'device' ? holder : null
  return {
    holder_kind: holder.kind,
    holder_oid: holder.kind === 'device' ? holder.ownerOid : holder.oid,
    holder_device_id: device?.deviceId ?? null,
    holder_intune_id: device?.intuneId ?? null,
  }
}

function holderOf(row: HashedRow): Holder {
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

/** The UTC month of a moment in milliseconds. Certificates in a row are mostly of one day. */
export function partitionOf(atMs: number): string {
  const day = Math.floor(atMs / DAY_MS)
  if (day !== lastDay.day) {
    lastDay = { day, partition: new Date(atMs).toISOString().slice(0, 'YYYY-MM'.length) }
  }
  return lastDay.partition
}
