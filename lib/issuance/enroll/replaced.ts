import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { isEnrolledBy } from '#lib/issuance/own-record.ts'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { Requester } from '#lib/model.ts'
import type { Content } from '#lib/policy/policy.ts'
import type { Renewed } from './issuance-request.ts'
import { notRenewable } from './taken.ts'

/**
 * A certificate that takes the place of an older one after a sign-in: with a key of its own, for the same
 * holder and the same owner. The older one stays good until its owner revokes it.
 */

/**
 * Gives the certificate that is to be replaced. Throws LatchkeyError('not_found') for one of somebody else and
 * for an unknown one alike. Whether it is revoked or on hold is checked with the intent, after the answer to a
 * repeated request.
 */
export async function replacedRecord(
  { ledger }: Authority,
  requester: Requester,
  serial: string,
): Promise<CertificateRecord> {
  const record = await ledger.certificate(serial)
  if (record && record.fingerprint !== null && isEnrolledBy(record, requester)) return record
  throw new LatchkeyError('not_found', 'There is no such certificate, or it is not yours.')
}

/** Refuses a request for another holder than that of the certificate that it is to replace. */
export function requireHolderOf({ holder }: CertificateRecord, content: Content): void {
  if (isFor(holder, content)) return
  throw notRenewable('The certificate to renew is for somebody or something else.')
}

/** Somebody is signed in, so the new certificate is an enrolment and no descendant of the older one. */
export function inPlaceOf({ serial, label }: CertificateRecord): Renewed {
  return { serial, label, enrolled: null }
}

/** A device that was enrolled again has another Intune id, so one of its ids is enough. */
function isFor(holder: CertificateRecord['holder'], content: Content): boolean {
  switch (content.profile) {
    case 'device': {
      const { deviceId, intuneId } = content.device
      if (holder.kind !== 'device') return false
      return (
        (deviceId !== null && deviceId === holder.deviceId) ||
        (intuneId !== null && intuneId === holder.intuneId)
      )
    }
    case 'user':
      return holder.kind === 'user' && holder.oid === content.user.oid
    case 'application':
      return false
  }
}
