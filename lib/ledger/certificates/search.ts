import { sql } from 'kysely'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import { MAY_BE_REVOKED_OR_HELD, SEARCH_PREFIX_MAX } from '#lib/ledger/schema/conditions.ts'
import type { Database } from '#lib/ledger/schema/tables.ts'
import type { SearchQuery } from '#lib/ledger/status-ledger.ts'
import { storable } from '#lib/ledger/storable.ts'
import { RECORD_COLUMNS, recordOfRow } from './rows.ts'

/**
 * Search for operators. A text is matched with the beginning of a serial, name, subject or alternative name,
 * of which many are an id of the device or the user principal name, each by its own index, and the matches are sorted by serial here. For a text with very many matches the
 * rows are read in the order of serials instead.
 */

const COLUMNS = [
  'serial',
  'search_name',
  'search_subject',
  'search_alt_name',
  'holder_device_id',
  'holder_intune_id',
  'upn_folded',
] as const
type Column = (typeof COLUMNS)[number]

/** With more matches than this, rows are read in the order of serials. */
const MATCHES_MAX = 500
const CHUNK = 200
/** Sorts after every character, compared by octets, on both engines. */
const LAST_CHARACTER = '\u{10ffff}'

export async function search(
  db: Database,
  query: SearchQuery,
): Promise<readonly CertificateRecord[]> {
  const prefix = storable(query.text ?? '')
    .trim()
    .toLowerCase()
    .slice(0, SEARCH_PREFIX_MAX)
  if (prefix === '') return walk(db, query, null)
  const matches = new Map<number, string>()
  for (const column of COLUMNS) {
    const found = await matchesQuery(db, column, prefix, query.after).execute()
    if (found.length > MATCHES_MAX) return walk(db, query, prefix)
    for (const { id, serial } of found) matches.set(id, serial)
  }
  return pick(db, query, matches)
}

/** Reads ids and serials, mostly from the index alone. */
export function matchesQuery(db: Database, column: Column, prefix: string, after: string | null) {
  const query = db
    .selectFrom('certificate')
    .select(['id', 'serial'])
    .where(column, '>=', prefix)
    .where(column, '<', prefix + LAST_CHARACTER)
    .limit(MATCHES_MAX + 1)
  const page = after === null ? query : query.where('serial', '<', after)
  // The conditions of the partial indexes.
  if (column === 'upn_folded') {
    return page.where('state', '<>', sql.lit('pending')).where('holder_kind', '=', sql.lit('user'))
  }
  return column.startsWith('holder_') ? page.where('state', '<>', sql.lit('pending')) : page
}

async function pick(
  db: Database,
  query: SearchQuery,
  matches: ReadonlyMap<number, string>,
): Promise<readonly CertificateRecord[]> {
  const ids = [...matches].sort(([, a], [, b]) => (a < b ? 1 : -1)).map(([id]) => id)
  const records: CertificateRecord[] = []
  for (let start = 0; start < ids.length && records.length < query.limit; start += CHUNK) {
    const rows = await filtered(db, query)
      .where('id', 'in', ids.slice(start, start + CHUNK))
      .execute()
    records.push(...rows.map(recordOfRow))
  }
  return records.slice(0, query.limit)
}

async function walk(
  db: Database,
  query: SearchQuery,
  prefix: string | null,
): Promise<readonly CertificateRecord[]> {
  return (await walkQuery(db, query, prefix).execute()).map(recordOfRow)
}

export function walkQuery(db: Database, query: SearchQuery, prefix: string | null) {
  let page = filtered(db, query).limit(query.limit)
  if (query.after !== null) page = page.where('serial', '<', query.after)
  if (prefix === null) return page
  return page.where((eb) =>
    eb.or(
      COLUMNS.map((column) => {
        // Joined with an empty text, so that the engine does not use the index of this column, which has too
        // many matches.
        const text = sql<string>`(${sql.ref(column)} || '')`
        return eb.and([eb(text, '>=', prefix), eb(text, '<', prefix + LAST_CHARACTER)])
      }),
    ),
  )
}

function filtered(db: Database, { validity, profile, now }: SearchQuery) {
  let query = db
    .selectFrom('certificate')
    .select(RECORD_COLUMNS)
    .where('state', '<>', sql.lit('pending'))
    .orderBy('serial', 'desc')
  if (profile !== null) query = query.where('profile', '=', profile)
  switch (validity) {
    case 'any':
      return query
    case 'expired':
      return query.where('not_after', '<', now.getTime())
    case 'active':
      return query.where('not_after', '>=', now.getTime()).where('revoked_at', 'is', null)
    case 'held':
    case 'revoked':
      return query.where(sql<boolean>`(${sql.raw(MAY_BE_REVOKED_OR_HELD)})`)
  }
}
