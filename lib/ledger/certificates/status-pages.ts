import { type SelectQueryBuilder, sql } from 'kysely'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import { MAY_BE_REVOKED_OR_HELD } from '#lib/ledger/schema/conditions.ts'
import type { Database, Tables } from '#lib/ledger/schema/tables.ts'
import type { RevokedOrHeld, StatusPage } from '#lib/ledger/status-ledger.ts'
import { partitionOf, RECORD_COLUMNS, reasonOf, recordOfRow } from './rows.ts'

/**
 * Certificates by serial, in pages. The ids of a page are read from an index alone, and the wide rows only
 * for those ids.
 */

/** The second half of a page: the wide rows of the ids that a query gives, by serial. */
export function recordsWith(
  db: Database,
  ids: SelectQueryBuilder<Tables, 'certificate', { id: number }>,
) {
  return db
    .selectFrom('certificate')
    .select(RECORD_COLUMNS)
    .where('id', 'in', ids)
    .orderBy('serial')
}

export async function unexpired(
  db: Database,
  page: StatusPage,
): Promise<readonly CertificateRecord[]> {
  return (await unexpiredQuery(db, page).execute()).map(recordOfRow)
}

export function unexpiredQuery(db: Database, { since, after, limit }: StatusPage) {
  let ids = db
    .selectFrom('certificate')
    .select('id')
    .where('state', '<>', sql.lit('pending'))
    .where('not_after', '>=', since.getTime())
    .orderBy('serial')
    .limit(limit)
  if (after !== null) ids = ids.where('serial', '>', after)
  return recordsWith(db, ids)
}

type Candidates = StatusPage & { readonly issuerId: string; readonly partition: string | null }

export async function revocationCandidates(
  db: Database,
  wanted: Candidates,
): Promise<readonly CertificateRecord[]> {
  return (await candidatesQuery(db, wanted).execute()).map(recordOfRow)
}

export function candidatesQuery(db: Database, wanted: Candidates) {
  const { since, after, limit, issuerId, partition } = wanted
  let ids = db
    .selectFrom('certificate')
    .select('id')
    .where('issuer_id', '=', issuerId)
    .where('not_after', '>=', since.getTime())
    .where(sql<boolean>`(${sql.raw(MAY_BE_REVOKED_OR_HELD)})`)
    .orderBy('serial')
    .limit(limit)
  if (partition !== null) ids = ids.where('created_month', '=', partition)
  if (after !== null) ids = ids.where('serial', '>', after)
  return recordsWith(db, ids)
}

/** Few columns, all of them in the index, since a CRL may have hundreds of thousands of entries. */
export async function revokedOrHeld(
  db: Database,
  page: IssuerPage,
): Promise<readonly RevokedOrHeld[]> {
  const rows = await revokedOrHeldQuery(db, page).execute()
  return rows.map(({ serial, created_at, revoked_at: atMs, revocation_reason }) => {
    const revocation = atMs === null ? null : { atMs, reason: reasonOf(revocation_reason) }
    return { serial, partition: partitionOf(created_at), revocation }
  })
}

type IssuerPage = StatusPage & { readonly issuerId: string }

export function revokedOrHeldQuery(db: Database, { since, after, limit, issuerId }: IssuerPage) {
  const query = db
    .selectFrom('certificate')
    .select(['serial', 'created_at', 'revoked_at', 'revocation_reason'])
    .where('issuer_id', '=', issuerId)
    .where('not_after', '>=', since.getTime())
    .where(sql<boolean>`(${sql.raw(MAY_BE_REVOKED_OR_HELD)})`)
    .orderBy('serial')
    .limit(limit)
  return after === null ? query : query.where('serial', '>', after)
}

export async function certificatesBySerial(
  db: Database,
  serials: readonly string[],
): Promise<readonly CertificateRecord[]> {
  if (serials.length === 0) return []
  const rows = await db
    .selectFrom('certificate')
    .select(RECORD_COLUMNS)
    .where('serial', 'in', serials)
    .execute()
  return rows.map(recordOfRow)
}
