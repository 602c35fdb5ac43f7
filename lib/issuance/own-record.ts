import { LatchkeyError } from '#lib/errors.ts'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { Device, Requester } from '#lib/model.ts'
import { ownsDevice } from '#lib/policy/device.ts'
import { askDevicesWithId } from './ask-directory.ts'
import type { Authority } from './authority.ts'

/**
 * Gives the row of a certificate that belongs to the requester: one that they enrolled, or one of a device
 * that is theirs now by a live look-up. The serial of somebody else and an unknown one give the same
 * LatchkeyError('not_found'), so that serials cannot be probed. Throws 'directory_unavailable' when only the
 * directory could tell.
 */
export async function ownRecord(
  authority: Authority,
  requester: Requester,
  serial: string,
): Promise<CertificateRecord> {
  const record = await authority.ledger.certificate(serial)
  if (record && record.fingerprint !== null) {
    if (isEnrolledBy(record, requester)) return record
    if (record.owner.tid === requester.tid && (await isTheirDevice(authority, requester, record))) {
      return record
    }
  }
  throw new LatchkeyError('not_found', 'There is no such certificate, or it is not yours.')
}

export function isEnrolledBy({ owner }: CertificateRecord, { tid, oid }: Requester): boolean {
  return owner.tid === tid && owner.oid === oid
}

/** Whether the device of this certificate belongs to the requester now, by a live look-up. */
export async function isTheirDevice(
  authority: Authority,
  { kind, oid }: Requester,
  { holder }: CertificateRecord,
): Promise<boolean> {
  const id = holder.kind === 'device' ? (holder.deviceId ?? holder.intuneId) : null
  if (kind !== 'user' || holder.kind !== 'device' || id === null) return false
  const devices: readonly Device[] = await askDevicesWithId(authority, id)
  return devices.some(
    (device) =>
      (device.deviceId === holder.deviceId || device.intuneId === holder.intuneId) &&
      ownsDevice(authority.policy, oid, device),
  )
}
