import {
  BY_DIRECTORY,
  type CertificateStatus,
  type DirectoryKnowledge,
  type Revocation,
  type StatusReason,
  type StatusSubject,
} from './status-types.ts'

/**
 * The one answer to "what is the status of this certificate": what the ledger says of it, and what
 * the directory does to it (directoryEffect). OCSP, CRL, portal, API and renewal all ask here, so
 * they cannot disagree. Only the ledger revokes; what the directory does is a hold until it is
 * written there, so that nobody who was told "revoked" is told anything else later. An expired
 * certificate stays what it was for relying parties, and is called expired to people only when
 * nothing worse is true.
 */
export function statusOf(
  subject: StatusSubject,
  { effect, asOf }: DirectoryKnowledge,
  now: Date,
): CertificateStatus {
  const { revocation } = subject
  if (revocation !== null) return fromLedger(revocation, asOf)
  if (effect !== null && effect.kind !== 'none') {
    const { cause: reason, since } = effect
    return { state: 'hold', reason, since, by: null, code: 'certificateHold', asOf }
  }
  const nobody = { by: null, code: null, asOf }
  if (now.getTime() > subject.notAfter.getTime()) {
    return { state: 'expired', reason: null, since: subject.notAfter, ...nobody }
  }
  if (effect === null) {
    return { state: 'unknown', reason: 'directory_unknown', since: null, ...nobody }
  }
  return { state: 'good', reason: null, since: null, ...nobody }
}

function fromLedger(revocation: Revocation, asOf: Date): CertificateStatus {
  const { at, reason: code, by } = revocation
  return {
    state: code === 'certificateHold' ? 'hold' : 'revoked',
    reason: ledgerReason(revocation),
    since: at,
    by: by === BY_DIRECTORY ? null : by,
    code,
    asOf,
  }
}

function ledgerReason({ reason, cause }: Revocation): StatusReason {
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
