import { sql } from 'kysely'
import type { Connection } from '#lib/ledger/connection.ts'
import { preparedRows } from '#lib/ledger/prepared.ts'
import { MAY_HAVE_OWNERS, OWNERS_READ_AT } from '#lib/ledger/schema/conditions.ts'
import type { Database } from '#lib/ledger/schema/tables.ts'
import type { DirectoryKey, DirectoryObject } from '#lib/model.ts'
import { FEW, groupKeys, inTurns, type KeyGroup } from './keys.ts'
import { OBJECT_COLUMNS, type ObjectRow, type ObjectRows, objectOfRow } from './object-row.ts'

/** The directory objects that certificates depend on, as they were last seen. */

/** Reads stored rows; for the few objects of a single certificate by compiled statements. */
export function objectRows(compiler: Database): ObjectRows {
  const few = preparedRows(['kind', 'id'], (keys) => fewObjectsQuery(compiler, keys), {})
  return async (connection, keys) => {
    if (keys.length === 0) return []
    const groups = groupKeys(keys)
    if (keys.length <= FEW) {
      return few(
        connection,
        groups.flatMap(({ kind, ids }) => ids.map((id) => ({ kind, id }))),
      )
    }
    const rows: ObjectRow[] = []
    await inTurns(groups, async (group) => {
      rows.push(...(await objectsQuery(connection.db, group).execute()))
    })
    return rows
  }
}

/** By one of them each: of a table that is not analysed yet PostgreSQL would read all rows rather than seek twice. */
export function fewObjectsQuery(db: Database, keys: readonly DirectoryKey[]) {
  return keys
    .map(({ kind, id }) =>
      db
        .selectFrom('directory_object')
        .select(OBJECT_COLUMNS)
        .where('kind', '=', kind)
        .where('id', '=', id),
    )
    .reduce((all, next) => all.unionAll(next))
}

export function objectsQuery(db: Database, { kind, ids }: KeyGroup) {
  return db
    .selectFrom('directory_object')
    .select(OBJECT_COLUMNS)
    .where('kind', '=', kind)
    .where('id', 'in', ids)
}

export async function directoryObjects(
  read: ObjectRows,
  connection: Connection,
  keys: readonly DirectoryKey[],
): Promise<readonly DirectoryObject[]> {
  return (await read(connection, keys)).map(objectOfRow)
}

export function dueQuery(db: Database, now: Date, limit: number) {
  return db
    .selectFrom('directory_object')
    .select(['kind', 'id'])
    .where('due_at', '<=', now.getTime())
    .orderBy('due_at')
    .limit(limit)
}

export function recheckQuery(db: Database, limit: number) {
  return db
    .selectFrom('directory_object')
    .select(['kind', 'id'])
    .where('needs_recheck', '=', sql.lit(1))
    .orderBy('kind')
    .orderBy('id')
    .limit(limit)
}

export function ownersReadBeforeQuery(db: Database, before: Date, limit: number) {
  const readAt = sql<number>`${sql.raw(OWNERS_READ_AT)}`
  return db
    .selectFrom('directory_object')
    .select(['kind', 'id'])
    .where(sql<boolean>`(${sql.raw(MAY_HAVE_OWNERS)})`)
    .where(readAt, '<', before.getTime())
    .orderBy(readAt)
    .orderBy('kind')
    .orderBy('id')
    .limit(limit)
}

type SeenBefore = {
  readonly kind: DirectoryKey['kind']
  readonly before: Date
  readonly afterId: string
  readonly limit: number
}

/**
 * Runs once a day, after a round of everything, so it reads along the primary key; an index would have to
 * be changed at every observation.
 */
export function seenBeforeQuery(db: Database, { kind, before, afterId, limit }: SeenBefore) {
  return db
    .selectFrom('directory_object')
    .select(['kind', 'id'])
    .where('kind', '=', kind)
    .where('id', '>', afterId)
    .where('absent_since', 'is', null)
    .where('seen_at', '<', before.getTime())
    .orderBy('id')
    .limit(limit)
}
