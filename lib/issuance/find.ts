import type { ManagedCertificate, ManagedPage } from '#lib/api/schemas.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { CertificateRecord } from '#lib/ledger/ledger.ts'
import type { SearchQuery } from '#lib/ledger/status-ledger.ts'
import { REVOCATION_REASONS, type Requester } from '#lib/model.ts'
import type { CertificateStatus } from '#lib/policy/status-types.ts'
import type { Authority } from './authority.ts'
import { requireOperator } from './revoke.ts'
import { statusOfRecords } from './status.ts'

export type Find = Omit<SearchQuery, 'now'>

/** Anyone's certificates, newest first, each with its live status. For operators. */
export async function findCertificates(
  authority: Authority,
  operator: Requester,
  wanted: Find,
): Promise<ManagedPage> {
  requireOperator(operator)
  const query = { ...wanted, now: authority.now() }
  const records = await authority.ledger.search(query)
  const statuses = await statusOfRecords(authority, records)
  const items = records.flatMap((record, index) => {
    const status = statuses[index]
    return status && record.fingerprint !== null ? [managedView(record, status)] : []
  })
  const last = records.at(-1)
  return { items, continuationToken: records.length === wanted.limit && last ? last.serial : null }
}

/** One certificate for an operator. */
export async function findCertificate(
  authority: Authority,
  operator: Requester,
  serial: string,
): Promise<ManagedCertificate> {
  requireOperator(operator)
  const record = await authority.ledger.certificate(serial)
  const [status] = record ? await statusOfRecords(authority, [record]) : []
  if (record && status && record.fingerprint !== null) return managedView(record, status)
  throw new LatchkeyError('not_found', 'Certificate not found.')
}

const TYPES = { user: 'User', device: 'Device', application: 'Static' } as const
const UPN = 'UPN:'
/** The source "API" of SCEPman's list. */
const SOURCE = 7

function managedView(record: CertificateRecord, status: CertificateStatus): ManagedCertificate {
  const { subjectAltName } = record
  const stopped = status.state === 'revoked' || status.state === 'hold'
  return {
    serialNumber: record.serial.toUpperCase(),
    subject: record.subject,
    sans: subjectAltName,
    upn: subjectAltName.startsWith(UPN) ? subjectAltName.slice(UPN.length) : null,
    issuanceDate: record.createdAt.toISOString(),
    expirationDate: record.notAfter.toISOString(),
    revocationDate: stopped ? (status.since?.toISOString() ?? null) : null,
    revocationReason: stopped && status.code !== null ? REVOCATION_REASONS[status.code] : null,
    revokedBy: stopped ? (status.by ?? 'directory') : null,
    requester: record.owner.oid,
    source: SOURCE,
    certificateType: TYPES[record.profile],
  }
}
