import type { Intent } from '#lib/ledger/ledger.ts'
import { storable } from '#lib/ledger/storable.ts'
import type { Holder } from '#lib/model.ts'
import type { HashedRow } from './rows.ts'

/** Makes the row as it is first written, PENDING. */
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
    enrollment: intent.enrollment,
    signed_in_at: intent.signedInAt.getTime(),
    upn: intent.upn === null ? null : storable(intent.upn),
    label: intent.label,
  }
}

/** Gives what operators may search for, in lower case, one value a line, as the computed columns expect. */
export function searchText(row: HashedRow): string {
  const lines = [row.serial, row.display_name, row.subject, row.subject_alt_name]
  return lines.map((line) => line.replaceAll('\n', ' ').toLowerCase()).join('\n')
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
