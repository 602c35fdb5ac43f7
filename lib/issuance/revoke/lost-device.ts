import { LatchkeyError } from '#lib/errors.ts'
import { auditEvent } from '#lib/issuance/audit-event.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { requireEnabled } from '#lib/issuance/operator.ts'
import { isEnrolledBy, isTheirDevice, ownRecord } from '#lib/issuance/own-record.ts'
import type { DeviceRef } from '#lib/ledger/ledger.ts'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { Requester } from '#lib/model.ts'

/**
 * Reports the device of this certificate as lost: every certificate of the device goes on hold, whoever
 * enrolled it, issuances in progress become void, and nothing is issued for the device until the report is
 * withdrawn. For a person's own certificate there is no device: all certificates of the person go on hold.
 * Gives the serials that went on hold.
 */
export async function reportLost(
  authority: Authority,
  requester: Requester,
  serial: string,
): Promise<readonly string[]> {
  const lost = await ownRecord(authority, requester, serial)
  const { holder, revocation } = lost
  if (revocation !== null && revocation.reason !== 'certificateHold') throw alreadyRevokedOrHeld()
  const at = authority.now()
  const by = nameOf(requester)
  if (holder.kind === 'device') {
    if (!(await mayReport(authority, requester, lost))) throw notYours()
    const { deviceId, intuneId } = holder
    const report = { deviceId, intuneId, at, reporterOid: requester.oid, by }
    const event = auditEvent(authority, 'device.reported_lost', requester.oid, serial, {
      deviceId,
      intuneId,
    })
    const isReported = (await authority.ledger.lostReport(holder)) !== null
    const held = await authority.ledger.reportLost(report, event)
    if (held.length > 0 || !isReported) return held
  } else if (holder.kind === 'user') {
    const hold = { oid: holder.oid, at, by }
    const event = auditEvent(authority, 'person.held', requester.oid, serial, {
      oid: holder.oid,
    })
    const held = await authority.ledger.holdPerson(hold, event)
    if (held.length > 0) return held
  }
  throw alreadyRevokedOrHeld()
}

function alreadyRevokedOrHeld(): LatchkeyError {
  return new LatchkeyError(
    'already_revoked',
    'Every certificate of this device is stopped already.',
  )
}

/**
 * Withdraws the report and releases the holds that it caused; holds by an operator or by the directory stay.
 * The requester's account is checked by a live look-up. Gives the released serials, which may be none. Throws
 * LatchkeyError('not_on_hold') when there is neither a report nor a hold.
 */
export async function withdrawReport(
  authority: Authority,
  requester: Requester,
  serial: string,
): Promise<readonly string[]> {
  await requireEnabled(authority, requester)
  const record = await ownRecord(authority, requester, serial)
  const released = await releaseHolder(authority, requester, record)
  if (released !== null) return released
  throw new LatchkeyError('not_on_hold', 'No certificate of this holder is on hold because of you.')
}

/** Null when there is nothing to release. */
async function releaseHolder(
  authority: Authority,
  requester: Requester,
  record: CertificateRecord,
): Promise<readonly string[] | null> {
  const { ledger } = authority
  const { holder, serial } = record
  if (holder.kind === 'device') {
    if (!(await mayReport(authority, requester, record))) throw notYours()
    const device: DeviceRef = { deviceId: holder.deviceId, intuneId: holder.intuneId }
    const event = auditEvent(authority, 'device.report_withdrawn', requester.oid, serial, {
      ...device,
    })
    return ledger.withdrawReport(device, event)
  }
  const released: string[] = []
  for (const one of await ledger.certificatesOfHolder(holder)) {
    if (!isEnrolledBy(one, requester)) continue
    const event = auditEvent(authority, 'certificate.released', requester.oid, one.serial, {})
    if (await ledger.release(one.serial, ['lost_device'], event)) released.push(one.serial)
  }
  return released.length > 0 ? released : null
}

/**
 * The present owner may report a device lost, and who enrolled its certificate, while the directory does not
 * name another owner.
 */
async function mayReport(
  authority: Authority,
  requester: Requester,
  record: CertificateRecord,
): Promise<boolean> {
  try {
    return await isTheirDevice(authority, requester, record)
  } catch (error) {
    // A stolen device can be put on hold even when the directory does not answer.
    const isOutage = error instanceof LatchkeyError && error.code === 'directory_unavailable'
    if (isOutage && isEnrolledBy(record, requester)) return true
    throw error
  }
}

function notYours(): LatchkeyError {
  return new LatchkeyError(
    'not_owner',
    'The directory does not list this device as yours any more.',
    {
      rule: 'device_owned',
      remedy: 'Revoke your certificate instead; its new owner can report the device.',
    },
  )
}

function nameOf({ name, oid }: Requester): string {
  return name ?? oid
}
