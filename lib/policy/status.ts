import {
  BY_DIRECTORY,
  type CertificateStatus,
  type DirectoryKnowledge,
  type Revocation,
  type StatusReason,
  type StatusSubject,
} from './status-types.ts'

/**
 * Gives the status of a certificate from its revocation in the ledger and from the directory effect on it.
 * OCSP, CRL, portal, API and renewal all call this function, so they cannot disagree.
 *
 * Only the ledger revokes. A directory effect counts as a hold until it is written there: RFC 6960 section
 * 2.2 knows "revoked" as temporary for certificateHold only, and any other reason is permanent. After
 * notAfter a revocation or hold is still reported as such; `expired` is the state of other certificates.
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

/** Rows without a cause of their own get one by their reason code. */
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
