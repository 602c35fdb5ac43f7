import { type Selectable, sql } from 'kysely'
import type { DirectoryKey, DirectoryObject } from '#lib/model.ts'
import { groupKeys, HOLDER_COLUMNS, KINDS, markBound } from './directory-mark.ts'
import type { Operation } from './group-commit.ts'
import { hot } from './hot.ts'
import type { Database, DirectoryObjectTable } from './tables.ts'

/** The directory objects that certificates are bound to, as they were last read. */

type ObjectRow = Selectable<DirectoryObjectTable>

const COLUMNS = [
  'kind',
  'id',
  'object_id',
  'present',
  'deleted_at',
  'disabled_since',
  'non_compliant_since',
  'retired',
  'retired_at',
  'risky_since',
  'enrolled_at',
  'read_at',
] as const satisfies readonly (keyof ObjectRow)[]

/** Reads stored objects; the one or two of a single certificate by a statement that is compiled already. */
export function objectReader(db: Database) {
  const pair = hot((input: Pair) => objectsQuery(db, input))
  return async (keys: readonly DirectoryKey[]): Promise<readonly DirectoryObject[]> => {
    const [first, second = first] = keys
    if (!first || !second) return []
    if (keys.length <= 2) {
      const { kind, id } = first
      const { rows } = await pair(db, { kind, id, kind2: second.kind, id2: second.id })
      return rows.map(objectOfRow)
    }
    const objects: DirectoryObject[] = []
    for (const { kind, ids } of groupKeys(keys)) {
      const rows = await db
        .selectFrom('directory_object')
        .select(COLUMNS)
        .where('kind', '=', kind)
        .where('id', 'in', ids)
        .execute()
      objects.push(...rows.map(objectOfRow))
    }
    return objects
  }
}

type Pair = {
  readonly kind: DirectoryKey['kind']
  readonly id: string
  readonly kind2: DirectoryKey['kind']
  readonly id2: string
}

export function objectsQuery(db: Database, { kind, id, kind2, id2 }: Pair) {
  return db
    .selectFrom('directory_object')
    .select(COLUMNS)
    .where((eb) =>
      eb.or([eb('kind', '=', kind).and('id', '=', id), eb('kind', '=', kind2).and('id', '=', id2)]),
    )
}

/** Walks the indexes of the certificates; nothing else knows which objects matter. */
export async function boundObjects(
  db: Database,
  since: Date,
  after: DirectoryKey | null,
  limit: number,
): Promise<readonly DirectoryKey[]> {
  const keys: DirectoryKey[] = []
  for (const kind of KINDS) {
    if (keys.length >= limit) break
    if (after !== null && kind < after.kind) continue
    const afterId = after?.kind === kind ? after.id : ''
    const ids = await boundIds(db, { kind, since, afterId, limit: limit - keys.length })
    keys.push(...ids.map((id) => ({ kind, id })))
  }
  return keys
}

type IdPage = {
  readonly kind: DirectoryKey['kind']
  readonly since: Date
  readonly afterId: string
  readonly limit: number
}

async function boundIds(db: Database, page: IdPage): Promise<readonly string[]> {
  const rows = await boundIdsQuery(db, page).execute()
  return rows.flatMap(({ id }) => (id === null ? [] : [id]))
}

export function boundIdsQuery(db: Database, { kind, since, afterId, limit }: IdPage) {
  const column = HOLDER_COLUMNS[kind]
  const query = db
    .selectFrom('certificate')
    .select(`${column} as id`)
    .distinct()
    .where('state', '=', sql.lit('issued'))
    .where(column, 'is not', null)
    .where(column, '>', afterId)
    .where('not_after', '>=', since.getTime())
    .orderBy(column)
    .limit(limit)
  return kind === 'user' ? query.where('holder_kind', '=', sql.lit('user')) : query
}

/** Stores objects where none is stored yet. */
export function observe(objects: readonly DirectoryObject[]): Operation<void> {
  return async ({ db, statusChanged }) => {
    const inserted = await db
      .insertInto('directory_object')
      .values(objects.map(rowOfObject))
      .onConflict((conflict) => conflict.columns(['kind', 'id']).doNothing())
      .returning(COLUMNS)
      .execute()
    const unsound = inserted.map(objectOfRow).filter((object) => !isSound(object))
    if (unsound.length === 0) return
    await markBound(db, unsound)
    statusChanged()
  }
}

const ROWS_MAX = 500

/** Replaces these objects and marks the certificates that are bound to them. */
export async function storeObjects(
  db: Database,
  objects: readonly DirectoryObject[],
): Promise<void> {
  for (let start = 0; start < objects.length; start += ROWS_MAX) {
    await db
      .insertInto('directory_object')
      .values(objects.slice(start, start + ROWS_MAX).map(rowOfObject))
      .onConflict((conflict) =>
        conflict.columns(['kind', 'id']).doUpdateSet((eb) => ({
          object_id: eb.ref('excluded.object_id'),
          present: eb.ref('excluded.present'),
          deleted_at: eb.ref('excluded.deleted_at'),
          disabled_since: eb.ref('excluded.disabled_since'),
          non_compliant_since: eb.ref('excluded.non_compliant_since'),
          retired: eb.ref('excluded.retired'),
          retired_at: eb.ref('excluded.retired_at'),
          risky_since: eb.ref('excluded.risky_since'),
          enrolled_at: eb.ref('excluded.enrolled_at'),
          read_at: eb.ref('excluded.read_at'),
        })),
      )
      .execute()
  }
  await markBound(db, objects)
}

function isSound(object: DirectoryObject): boolean {
  const { present, retired, deletedAt, retiredAt } = object
  const times = [deletedAt, retiredAt, object.disabledSince, object.nonCompliantSince]
  return present && !retired && [...times, object.riskySince].every((time) => time === null)
}

function rowOfObject(object: DirectoryObject): ObjectRow {
  return {
    kind: object.kind,
    id: object.id,
    object_id: object.objectId,
    present: object.present ? 1 : 0,
    deleted_at: timeOf(object.deletedAt),
    disabled_since: timeOf(object.disabledSince),
    non_compliant_since: timeOf(object.nonCompliantSince),
    retired: object.retired ? 1 : 0,
    retired_at: timeOf(object.retiredAt),
    risky_since: timeOf(object.riskySince),
    enrolled_at: timeOf(object.enrolledAt),
    read_at: object.readAt.getTime(),
  }
}

function objectOfRow(row: ObjectRow): DirectoryObject {
  return {
    kind: row.kind,
    id: row.id,
    readAt: new Date(row.read_at),
    objectId: row.object_id,
    present: row.present === 1,
    deletedAt: dateOf(row.deleted_at),
    disabledSince: dateOf(row.disabled_since),
    nonCompliantSince: dateOf(row.non_compliant_since),
    retired: row.retired === 1,
    retiredAt: dateOf(row.retired_at),
    riskySince: dateOf(row.risky_since),
    enrolledAt: dateOf(row.enrolled_at),
  }
}

function timeOf(date: Date | null): number | null {
  return date === null ? null : date.getTime()
}

function dateOf(time: number | null): Date | null {
  return time === null ? null : new Date(time)
}
