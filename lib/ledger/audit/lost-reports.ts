import type { AuditEvent } from '#lib/audit.ts'
import type { AuditTable, Database } from '#lib/ledger/schema/tables.ts'
import { AUDIT_COLUMNS, recordOf } from './chain.ts'

/** Checks that the stored reports of lost devices are those that the audit trail records. */

const KINDS = ['device.reported_lost', 'device.report_withdrawn'] as const

export type StrayReport = { readonly sequence: number | null; readonly message: string }

type Ids = { readonly deviceId: string | null; readonly intuneId: string | null }

/**
 * Reads all audit records about lost devices and the table of reports in one snapshot, so that a report that
 * is withdrawn during verification is no finding.
 */
export async function strayReports(db: Database): Promise<readonly StrayReport[]> {
  const { records, stored } = await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (snapshot) => ({
      records: await snapshot
        .selectFrom('audit')
        .select(AUDIT_COLUMNS)
        .where('kind', 'in', KINDS)
        .orderBy('sequence')
        .execute(),
      stored: await snapshot.selectFrom('lost_device').select(['device_id', 'intune_id']).execute(),
    }))
  const told = standingReports(records)
  const rows = new Set(
    stored.map((row) => textOf({ deviceId: row.device_id, intuneId: row.intune_id })),
  )
  const missing = [...told].flatMap(([text, sequence]) =>
    rows.has(text)
      ? []
      : [{ sequence, message: `The report of the lost device ${text} is missing.` }],
  )
  const untold = [...rows].flatMap((text) =>
    told.has(text)
      ? []
      : [
          {
            sequence: null,
            message: `The device ${text} is reported lost, but no record says so.`,
          },
        ],
  )
  return [...missing, ...untold]
}

/** Gives the sequence of the first record of each report that was not withdrawn. */
function standingReports(records: readonly AuditTable[]): ReadonlyMap<string, number> {
  const standing = new Map<string, { readonly ids: Ids; readonly sequence: number }>()
  for (const record of records) {
    const ids = idsOf(record)
    if (ids === null) continue
    if (record.kind === 'device.reported_lost') {
      const text = textOf(ids)
      if (!standing.has(text)) standing.set(text, { ids, sequence: record.sequence })
      continue
    }
    for (const [text, report] of standing) {
      if (isSame(report.ids.deviceId, ids.deviceId) || isSame(report.ids.intuneId, ids.intuneId)) {
        standing.delete(text)
      }
    }
  }
  return new Map([...standing].map(([text, { sequence }]) => [text, sequence]))
}

/** Null for a record whose JSON cannot be read; verifyLedger reports it as a changed record. */
function idsOf(record: AuditTable): Ids | null {
  try {
    const { facts }: AuditEvent = recordOf(record).event
    return { deviceId: idOf(facts.deviceId), intuneId: idOf(facts.intuneId) }
  } catch {
    return null
  }
}

function idOf(fact: AuditEvent['facts'][string] | undefined): string | null {
  return typeof fact === 'string' ? fact : null
}

function isSame(a: string | null, b: string | null): boolean {
  return a !== null && a === b
}

/** Gives the ids as text, for keys of maps and for messages. */
function textOf({ deviceId, intuneId }: Ids): string {
  return `${deviceId ?? '-'}/${intuneId ?? '-'}`
}
