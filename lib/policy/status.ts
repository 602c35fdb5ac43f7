import {
  BY_DIRECTORY,
  type CertificateStatus,
  type HolderState,
  type StatusPolicy,
  type StatusSubject,
} from './status-types.ts'

/**
 * The one answer to "what is the status of this certificate": what the ledger says, and then what
 * the directory says of its holder. OCSP, CRL, portal and API all ask here, so they cannot disagree.
 * What is final wins over what is reversible; an expired certificate stays what it was for relying
 * parties, and is called expired to people only when nothing worse is true.
 */
export function statusOf(
  policy: StatusPolicy,
  subject: StatusSubject,
  holder: HolderState,
  now: Date,
): CertificateStatus {
  const asOf = holder.asOf
  const { revocation } = subject
  const final = revocation !== null && revocation.reason !== 'certificateHold'
  if (final) return fromLedger(revocation, asOf)
  const found = fromDirectory(policy, holder)
  if (found?.state === 'revoked') return found
  if (revocation !== null) return fromLedger(revocation, asOf)
  if (found) return found
  if (now.getTime() > subject.notAfter.getTime()) {
    return { state: 'expired', reason: null, since: subject.notAfter, by: null, code: null, asOf }
  }
  if (holder.kind === 'unknown') {
    return {
      state: 'unknown',
      reason: 'directory_unknown',
      since: null,
      by: null,
      code: null,
      asOf,
    }
  }
  return { state: 'good', reason: null, since: null, by: null, code: null, asOf }
}

type Revocation = NonNullable<StatusSubject['revocation']>

function fromLedger(revocation: Revocation, asOf: Date): CertificateStatus {
  const { at, reason: code } = revocation
  const hold = code === 'certificateHold'
  return {
    state: hold ? 'hold' : 'revoked',
    reason: ledgerReason(revocation),
    since: at,
    by: revocation.by === BY_DIRECTORY ? null : revocation.by,
    code,
    asOf,
  }
}

function ledgerReason({ reason, cause }: Revocation) {
  if (cause !== null) return cause
  switch (reason) {
    case 'keyCompromise':
      return 'key_compromise'
    case 'superseded':
      return 'superseded'
    case 'certificateHold':
      return 'lost_device'
    default:
      return 'by_operator'
  }
}

function fromDirectory(policy: StatusPolicy, holder: HolderState): CertificateStatus | null {
  const { asOf } = holder
  const revoked = (reason: CertificateStatus['reason'], since: Date): CertificateStatus => {
    return { state: 'revoked', reason, since, by: null, code: 'cessationOfOperation', asOf }
  }
  const held = (reason: CertificateStatus['reason'], since: Date): CertificateStatus => {
    return { state: 'hold', reason, since, by: null, code: 'certificateHold', asOf }
  }
  if (holder.kind === 'user') {
    if (holder.deletedAt) return revoked('account_deleted', holder.deletedAt)
    if (holder.disabledSince) return held('account_disabled', holder.disabledSince)
    if (policy.holdRiskyUsers && holder.riskySince)
      return held('account_at_risk', holder.riskySince)
    return null
  }
  if (holder.kind === 'device') {
    if (holder.deletedAt) return revoked('device_deleted', holder.deletedAt)
    if (holder.retiredAt) return revoked('device_retired', holder.retiredAt)
    if (holder.disabledSince) return held('device_disabled', holder.disabledSince)
    if (!policy.holdNonCompliant) return null
    if (holder.leftIntuneSince) return held('device_left_intune', holder.leftIntuneSince)
    const since = holder.nonCompliantSince
    if (!since) return null
    const graceEnds = (holder.enrolledAt?.getTime() ?? 0) + policy.complianceGraceMinutes * 60_000
    return asOf.getTime() < graceEnds ? null : held('device_not_compliant', since)
  }
  return null
}
