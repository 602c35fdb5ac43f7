import type { ManagedCertificate, ManagedPage } from '#lib/api/manage-schemas.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { requireOperator } from '#lib/issuance/operator.ts'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { SearchQuery } from '#lib/ledger/status-ledger.ts'
import { REVOCATION_REASONS, type Requester } from '#lib/model.ts'
import type { CertificateStatus, StatusReason } from '#lib/policy/status-types.ts'
import { statusOfRecords } from './status.ts'

export type Find = Omit<SearchQuery, 'now'> & {
  /** Whether the answer says what people call holder, requester and certificate. */
  readonly names: boolean
}

/** How many pages of the ledger are searched for one page of results. */
const PAGES_MAX = 10

/**
 * Gives certificates of anyone, newest first, each with its present status, for operators. The filter is on
 * the status; the ledger's query only narrows the candidates down.
 */
export async function findCertificates(
  authority: Authority,
  operator: Requester,
  wanted: Find,
): Promise<ManagedPage> {
  await requireOperator(authority, operator)
  const now = authority.now()
  const items: ManagedCertificate[] = []
  const found: CertificateRecord[] = []
  const causes: (StatusReason | null)[] = []
  const page = async (continuationToken: string | null): Promise<ManagedPage> => {
    if (!wanted.names) return { items, continuationToken }
    const names = await namesOf(authority, found)
    return {
      items: items.map((item, index) => ({
        ...item,
        ...(names[index] && { names: names[index], cause: causes[index] ?? null }),
      })),
      continuationToken,
    }
  }
  let { after } = wanted
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const records = await authority.ledger.search({ ...wanted, after, now })
    const statuses = await statusOfRecords(authority, records)
    for (const [index, record] of records.entries()) {
      const status = statuses[index]
      after = record.serial
      if (!status || record.fingerprint === null || !isWanted(wanted, status)) continue
      items.push(managedView(record, status))
      found.push(record)
      causes.push(isRevokedOrHeld(status) ? status.reason : null)
      if (items.length === wanted.limit) return page(after)
    }
    if (records.length < wanted.limit) return page(null)
  }
  return page(after)
}

type Names = NonNullable<ManagedCertificate['names']>

/** Of the same records in the same order. No directory is asked: names are as they were last stored. */
async function namesOf(
  { ledger }: Authority,
  records: readonly CertificateRecord[],
): Promise<readonly Names[]> {
  const oids = new Set(records.map(({ owner }) => owner.oid))
  const people = await ledger.directoryObjects([...oids].map((id) => ({ kind: 'user', id })))
  const upns = new Map(people.map(({ id, upn }) => [id, upn]))
  return records.map((record) => ({
    holder: record.displayName,
    requester: upns.get(record.owner.oid) ?? record.upn,
    label: record.label,
  }))
}

function isWanted({ validity }: Find, status: CertificateStatus): boolean {
  switch (validity) {
    case 'any':
    case 'expired':
      return true
    case 'active':
      return !isRevokedOrHeld(status)
    case 'held':
      return status.state === 'hold'
    case 'revoked':
      return isRevokedOrHeld(status)
  }
}

function isRevokedOrHeld({ state }: CertificateStatus): boolean {
  return state === 'revoked' || state === 'hold'
}

/** Gives one certificate as operators see it. The caller has checked that an operator asks. */
export async function findCertificate(
  authority: Authority,
  serial: string,
): Promise<ManagedCertificate> {
  const record = await authority.ledger.certificate(serial)
  const [status] = record ? await statusOfRecords(authority, [record]) : []
  if (record && status && record.fingerprint !== null) return managedView(record, status)
  throw new LatchkeyError('not_found', 'Certificate not found.')
}

const TYPES = { user: 'User', device: 'Device', application: 'Static' } as const
const UPN = 'UPN:'
/** The number for "API" in the list of sources of SCEPman. */
const SOURCE = 7

function managedView(record: CertificateRecord, status: CertificateStatus): ManagedCertificate {
  const { subjectAltName } = record
  const revokedOrHeld = isRevokedOrHeld(status)
  return {
    serialNumber: record.serial.toUpperCase(),
    subject: record.subject,
    sans: subjectAltName,
    upn: subjectAltName.startsWith(UPN) ? subjectAltName.slice(UPN.length) : null,
    issuanceDate: record.createdAt.toISOString(),
    expirationDate: record.notAfter.toISOString(),
    revocationDate: revokedOrHeld ? (status.since?.toISOString() ?? null) : null,
    revocationReason:
      revokedOrHeld && status.code !== null ? REVOCATION_REASONS[status.code] : null,
    revokedBy: revokedOrHeld ? (status.by ?? 'directory') : null,
    requester: record.owner.oid,
    source: SOURCE,
    certificateType: TYPES[record.profile],
  }
}
