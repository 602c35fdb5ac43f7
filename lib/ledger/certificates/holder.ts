import { sql } from 'kysely'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import { ISSUED } from '#lib/ledger/schema/conditions.ts'
import type { Database } from '#lib/ledger/schema/tables.ts'
import type { Holder } from '#lib/model.ts'
import { selectRows } from './change.ts'
import { recordOfRow, type StoredRow } from './rows.ts'

/** All certificates of one device or person, whoever enrolled them. */

export type WantedHolder =
  | { readonly kind: 'device'; readonly deviceId: string | null; readonly intuneId: string | null }
  | { readonly kind: 'user' | 'application'; readonly oid: string }

const RECORDS_MAX = 500

export async function certificatesOfHolder(
  db: Database,
  holder: Holder,
): Promise<readonly CertificateRecord[]> {
  const rows = await rowsOfHolder(db, holder, RECORDS_MAX)
  return rows.slice(0, RECORDS_MAX).map(recordOfRow)
}

/** Issued and pending, newest first; at most `limit` by each index. */
export async function rowsOfHolder(
  db: Database,
  holder: WantedHolder,
  limit: number,
): Promise<readonly StoredRow[]> {
  const found = new Map<number, StoredRow>()
  for (const { column, id } of columnsOf(holder)) {
    for (const row of await issuedQuery(db, { column, id, limit }).execute()) found.set(row.id, row)
  }
  for (const row of await pendingQuery(db).execute()) {
    if (columnsOf(holder).some(({ column, id }) => row[column] === id)) found.set(row.id, row)
  }
  return [...found.values()]
    .filter((row) => row.holder_kind === holder.kind)
    .sort((a, b) => b.created_at - a.created_at || (a.serial < b.serial ? 1 : -1))
}

type HolderColumn = 'holder_device_id' | 'holder_intune_id' | 'holder_oid'
type Wanted = { readonly column: HolderColumn; readonly id: string }

function columnsOf(holder: WantedHolder): readonly Wanted[] {
  if (holder.kind !== 'device') return [{ column: 'holder_oid', id: holder.oid }]
  const { deviceId, intuneId } = holder
  return [
    ...(deviceId === null ? [] : [{ column: 'holder_device_id', id: deviceId } as const]),
    ...(intuneId === null ? [] : [{ column: 'holder_intune_id', id: intuneId } as const]),
  ]
}

export function issuedQuery(
  db: Database,
  { column, id, limit }: Wanted & { readonly limit: number },
) {
  const query = selectRows(db)
    .where(sql<boolean>`${sql.raw(ISSUED)}`)
    .where(column, '=', id)
    .orderBy('created_at', 'desc')
    .orderBy('serial', 'desc')
    .limit(limit)
  if (column !== 'holder_oid') return query
  // Certificates of the person's devices are not the person's own. The other is the condition of the index.
  return query.where('state', '=', sql.lit('issued')).where('holder_kind', '<>', sql.lit('device'))
}

/** Selects all pending certificates. There are few at any time, so no index by holder has to include them. */
export function pendingQuery(db: Database) {
  return selectRows(db).where('state', '=', sql.lit('pending')).orderBy('created_at')
}
