import type { Connection } from '#lib/ledger/connection.ts'
import type { DeviceRef, LostReport } from '#lib/ledger/ledger.ts'
import { prepared } from '#lib/ledger/prepared.ts'
import type { Database } from '#lib/ledger/schema/tables.ts'

/** Reports of lost devices that were not withdrawn. */

/**
 * Compiles the question that each decision about a device asks, and gives what answers it: the oldest report of a
 * device, or null.
 */
export function lostReportReader(compiler: Database) {
  const reports = prepared((device: DeviceRef) => reportsQuery(compiler, device), {})
  return async (reader: Connection, device: DeviceRef): Promise<LostReport | null> => {
    const [first] = await reports(reader, device)
    if (!first) return null
    return {
      deviceId: first.device_id,
      intuneId: first.intune_id,
      at: new Date(first.reported_at),
      reporterOid: first.reporter_oid,
      by: first.reported_by,
    }
  }
}

/** Gives the reports that share an id with this device, the oldest first. */
export async function reportsOf(db: Database, device: DeviceRef) {
  return device.deviceId === null && device.intuneId === null
    ? []
    : reportsQuery(db, device).execute()
}

export function reportsQuery(db: Database, { deviceId, intuneId }: DeviceRef) {
  return db
    .selectFrom('lost_device')
    .selectAll()
    .where((eb) => eb.or([eb('device_id', '=', deviceId), eb('intune_id', '=', intuneId)]))
    .orderBy('reported_at')
    .orderBy('id')
}
