import { sql } from 'kysely'
import { MAY_COME_BACK } from '#lib/ledger/schema/conditions.ts'
import type { Database } from '#lib/ledger/schema/tables.ts'
import type { DirectoryObject } from '#lib/model.ts'
import { inChunks } from './keys.ts'
import { OBJECT_COLUMNS, objectOfRow } from './object-row.ts'

/** Finds objects that are gone or may be: removals name a device by Graph's object id alone. */

export async function devicesWithObjectIds(
  db: Database,
  objectIds: readonly string[],
): Promise<readonly DirectoryObject[]> {
  const found: DirectoryObject[] = []
  await inChunks(objectIds, async (some) => {
    const rows = await objectIdsQuery(db, some).execute()
    found.push(...rows.map(objectOfRow))
  })
  return found
}

export function absentSeenBeforeQuery(db: Database, before: Date, limit: number) {
  return db
    .selectFrom('directory_object')
    .select(['kind', 'id'])
    .where(sql<boolean>`(${sql.raw(MAY_COME_BACK)})`)
    .where('seen_at', '<', before.getTime())
    .orderBy('seen_at')
    .limit(limit)
}

export function objectIdsQuery(db: Database, some: readonly string[]) {
  return (
    db
      .selectFrom('directory_object')
      .select(OBJECT_COLUMNS)
      // Joined with an empty text, so that SQLite does not read all devices along the primary key.
      .where(sql<string>`(kind || '')`, '=', 'entra_device')
      .where('object_id', 'in', some)
  )
}
