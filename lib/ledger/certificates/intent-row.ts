import type { Intent } from '#lib/ledger/ledger.ts'
import { SEARCH_PREFIX_MAX } from '#lib/ledger/schema/conditions.ts'
import type { CertificateTable } from '#lib/ledger/schema/tables.ts'
import { storable } from '#lib/ledger/storable.ts'
import type { HashedRow } from './rows.ts'

/** Makes the row as it is first written, PENDING. */
export function rowOfIntent(intent: Intent): HashedRow {
  const { holder } = intent
  const device = holder.kind === 'device' ? holder : null
  // Each by name: a spread in the middle makes all that follow it slow to add.
  return {
    issuer_id: intent.issuerId,
    serial: intent.serial,
    state: 'pending',
    profile: intent.profile,
    source: intent.source,
    owner_tid: intent.owner.tid,
    owner_oid: intent.owner.oid,
    holder_kind: holder.kind,
    holder_oid: holder.kind === 'device' ? holder.ownerOid : holder.oid,
    holder_device_id: device?.deviceId ?? null,
    holder_intune_id: device?.intuneId ?? null,
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
    enrollment: intent.enrollment,
    signed_in_at: intent.signedInAt.getTime(),
    upn: intent.upn === null ? null : storable(intent.upn),
    label: intent.label,
  }
}

export type SearchColumns = Pick<
  CertificateTable,
  'search_name' | 'search_subject' | 'search_alt_name'
>

/**
 * Gives what operators may search for. The subject and the alternative name are mostly an id of the device or
 * the user principal name, which have indexes already.
 */
export function searchColumns(row: HashedRow): SearchColumns {
  const name = searchable(row.display_name)
  const subject = searchable(row.subject.replace(/^CN=/i, ''))
  const altName = searchable(row.subject_alt_name.replaceAll(KINDS, ''))
  const upn = row.holder_kind === 'user' ? row.upn : null
  const known = new Set([name, row.holder_device_id, row.holder_intune_id, upn && foldAscii(upn)])
  return {
    search_name: name,
    search_subject: known.has(subject) ? null : subject,
    search_alt_name: altName === '' || known.has(altName) ? null : altName,
  }
}

const KINDS = /upn:|dns:|uri:intunedeviceid:\/\//gi

/** In lower case and as short as an index of PostgreSQL demands. */
function searchable(text: string): string {
  return text.replaceAll('\n', ' ').toLowerCase().slice(0, SEARCH_PREFIX_MAX)
}

/** As the column `upn_folded`. */
function foldAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
