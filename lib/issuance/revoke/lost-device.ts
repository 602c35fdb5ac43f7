import { LatchkeyError } from '#lib/errors.ts'
import { askDevicesWithId } from '#lib/issuance/ask-directory.ts'
import { auditEvent } from '#lib/issuance/audit-event.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { useConfirmation } from '#lib/issuance/confirmation.ts'
import { requireEnabled } from '#lib/issuance/operator.ts'
import { isEnrolledBy, isTheirDevice, ownRecord } from '#lib/issuance/own-record.ts'
import type { DeviceRef } from '#lib/ledger/ledger.ts'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { Confirmation, Requester } from '#lib/model.ts'
import { ownsDevice } from '#lib/policy/device.ts'
import { revokeLost } from './revoke-lost.ts'

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
  if (holder.kind === 'device') {
    if (!(await mayReport(authority, requester, lost))) throw notYours()
    return reportDevice(authority, requester, holder, serial)
  }
  if (holder.kind === 'user') {
    const hold = { oid: holder.oid, at: authority.now(), by: nameOf(requester) }
    const event = auditEvent(authority, 'person.held', requester.oid, serial, {
      oid: holder.oid,
    })
    const held = await authority.ledger.holdPerson(hold, event)
    if (held.length > 0) return held
  }
  throw alreadyRevokedOrHeld()
}

/** Reports a device of the requester as lost by one of its ids, whether or not it has a certificate. */
export async function reportDeviceLost(
  authority: Authority,
  requester: Requester,
  id: string,
): Promise<readonly string[]> {
  return reportDevice(authority, requester, await ownDevice(authority, requester, id), null)
}

async function reportDevice(
  authority: Authority,
  requester: Requester,
  { deviceId, intuneId }: DeviceRef,
  serial: string | null,
): Promise<readonly string[]> {
  const { ledger } = authority
  const device = { deviceId, intuneId }
  const at = authority.now()
  const report = { ...device, at, reporterOid: requester.oid, by: nameOf(requester) }
  const event = auditEvent(authority, 'device.reported_lost', requester.oid, serial, device)
  const isReported = (await ledger.lostReport(device)) !== null
  const held = await ledger.reportLost(report, event)
  if (held.length === 0 && isReported) throw alreadyRevokedOrHeld()
  return held
}

/** Gives the ids of a device that belongs to the requester now, by a live look-up. */
async function ownDevice(
  authority: Authority,
  { kind, oid }: Requester,
  id: string,
): Promise<DeviceRef> {
  const found = kind === 'user' ? await askDevicesWithId(authority, id) : []
  const own = found.find((device) => ownsDevice(authority.policy, oid, device))
  if (own) return { deviceId: own.deviceId, intuneId: own.intuneId }
  // The same for a device of somebody else and for an unknown id, so that ids cannot be probed.
  throw new LatchkeyError('not_found', 'There is no such device, or it is not yours.')
}

function alreadyRevokedOrHeld(): LatchkeyError {
  return new LatchkeyError(
    'already_revoked',
    'Every certificate of this device is stopped already.',
  )
}

/**
 * Withdraws the report and releases the holds that it caused; holds by an operator or by the directory stay,
 * and so do revocations after the time for this has run out. The requester's account is checked by a live
 * look-up. `confirmation` is used up; null where there was nothing to confirm. Gives the released serials, which
 * may be none. Throws LatchkeyError('not_on_hold') when there is
 * neither a report nor a hold.
 */
export async function withdrawReport(
  authority: Authority,
  requester: Requester,
  serial: string,
  confirmation: Confirmation | null = null,
): Promise<readonly string[]> {
  await requireEnabled(authority, requester)
  const record = await ownRecord(authority, requester, serial)
  const { holder } = record
  if (holder.kind === 'device' && !(await mayReport(authority, requester, record))) {
    throw notYours()
  }
  await useConfirmation(authority, confirmation)
  if (holder.kind !== 'device') return releasePerson(authority, requester, record)
  return withdrawFrom(authority, requester, holder, serial)
}

/** As withdrawReport, for a device of the requester by one of its ids. */
export async function withdrawDeviceReport(
  authority: Authority,
  requester: Requester,
  id: string,
  confirmation: Confirmation | null = null,
): Promise<readonly string[]> {
  await requireEnabled(authority, requester)
  const device = await ownDevice(authority, requester, id)
  await useConfirmation(authority, confirmation)
  return withdrawFrom(authority, requester, device, null)
}

async function withdrawFrom(
  authority: Authority,
  requester: Requester,
  { deviceId, intuneId }: DeviceRef,
  serial: string | null,
): Promise<readonly string[]> {
  const device = { deviceId, intuneId }
  await revokeLost(authority)
  const event = auditEvent(authority, 'device.report_withdrawn', requester.oid, serial, device)
  const released = await authority.ledger.withdrawReport(device, event)
  if (released === null) throw notOnHold()
  return released
}

async function releasePerson(
  authority: Authority,
  requester: Requester,
  { holder }: CertificateRecord,
): Promise<readonly string[]> {
  const { ledger } = authority
  await revokeLost(authority)
  const released: string[] = []
  for (const one of await ledger.certificatesOfHolder(holder)) {
    if (!isEnrolledBy(one, requester)) continue
    const event = auditEvent(authority, 'certificate.released', requester.oid, one.serial, {})
    if (await ledger.release(one.serial, ['lost_device'], event)) released.push(one.serial)
  }
  if (released.length === 0) throw notOnHold()
  return released
}

function notOnHold(): LatchkeyError {
  return new LatchkeyError(
    'not_on_hold',
    'No certificate of this holder is on hold because of you.',
  )
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
