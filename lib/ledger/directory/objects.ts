import { sql } from 'kysely'
import type { Connection } from '#lib/ledger/connection.ts'
import { prepared } from '#lib/ledger/prepared.ts'
import { MAY_HAVE_OWNERS, OWNERS_READ_AT } from '#lib/ledger/schema/conditions.ts'
import type { Database } from '#lib/ledger/schema/tables.ts'
import type { DirectoryKey, DirectoryObject } from '#lib/model.ts'
import { groupKeys, inTurns, type KeyGroup } from './keys.ts'
import { OBJECT_COLUMNS, type ObjectRow, type ObjectRows, objectOfRow } from './object-row.ts'

/** The directory objects that certificates depend on, as they were last seen. */

const FEW = 3

/** Reads stored rows; for the one to three objects of a single certificate by a compiled statement. */
export function objectRows(compiler: Database): ObjectRows {
  const few = prepared((input: Few) => fewObjectsQuery(compiler, input))
  return async (connection, keys) => {
    const [first, second = first, third = first] = keys
    if (!first || !second || !third) return []
    if (keys.length <= FEW) {
      return few(connection, {
        ...first,
        kind2: second.kind,
        id2: second.id,
        kind3: third.kind,
        id3: third.id,
      })
    }
    const rows: ObjectRow[] = []
    await inTurns(groupKeys(keys), async (group) => {
      rows.push(...(await objectsQuery(connection.db, group).execute()))
    })
    return rows
  }
}

type Few = {
  readonly kind: DirectoryKey['kind']
  readonly id: string
  readonly kind2: DirectoryKey['kind']
  readonly id2: string
  readonly kind3: DirectoryKey['kind']
  readonly id3: string
}

export function fewObjectsQuery(db: Database, few: Few) {
  return db
    .selectFrom('directory_object')
    .select(OBJECT_COLUMNS)
    .where((eb) =>
      eb.or([
        eb('kind', '=', few.kind).and('id', '=', few.id),
        eb('kind', '=', few.kind2).and('id', '=', few.id2),
        eb('kind', '=', few.kind3).and('id', '=', few.id3),
      ]),
    )
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
