import { type Selectable, sql } from 'kysely'
import type { DirectoryKey, DirectoryObject } from '#lib/model.ts'
import { groupKeys, HOLDER_COLUMNS, KINDS } from './directory-mark.ts'
import { hot } from './hot.ts'
import type { Database, DirectoryObjectTable } from './tables.ts'

/** The directory objects that certificates are bound to, as they were last read. */

type StoredObject = Selectable<DirectoryObjectTable>
type ObjectRow = Omit<StoredObject, 'unsettled'>

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

export type ObjectReader = (
  db: Database,
  keys: readonly DirectoryKey[],
) => Promise<readonly DirectoryObject[]>

/** Reads stored objects; the one or two of a single certificate by a statement that is compiled already. */
export function objectReader(compiler: Database): ObjectReader {
  const pair = hot((input: Pair) => objectsQuery(compiler, input))
  return async (db, keys) => {
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

export async function unsettledObjects(db: Database): Promise<readonly DirectoryKey[]> {
  return unsettledQuery(db).execute()
}

export function unsettledQuery(db: Database) {
  return db
    .selectFrom('directory_object')
    .select(['kind', 'id'])
    .where('unsettled', '=', sql.lit(1))
    .orderBy('kind')
    .orderBy('id')
}

/** Stores one object, by a statement that is compiled already: every issuance does. */
export function objectWriter(compiler: Database) {
  const upsert = hot((row: StoredObject) =>
    upsertQuery(compiler, [
      {
        kind: row.kind,
        id: row.id,
        object_id: row.object_id,
        present: row.present,
        deleted_at: row.deleted_at,
        disabled_since: row.disabled_since,
        non_compliant_since: row.non_compliant_since,
        retired: row.retired,
        retired_at: row.retired_at,
        risky_since: row.risky_since,
        enrolled_at: row.enrolled_at,
        read_at: row.read_at,
        unsettled: row.unsettled,
      },
    ]),
  )
  return async (db: Database, object: DirectoryObject): Promise<void> => {
    await upsert(db, rowOfObject(object, 1))
  }
}

/** Stores objects that a sweep read; some hundreds at most in one statement. */
export async function storeRead(db: Database, objects: readonly DirectoryObject[]): Promise<void> {
  await upsertQuery(
    db,
    objects.map((object) => rowOfObject(object, 0)),
  ).execute()
}

function upsertQuery(db: Database, rows: StoredObject[]) {
  return db
    .insertInto('directory_object')
    .values(rows)
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
        unsettled: eb.ref('excluded.unsettled'),
      })),
    )
}

function rowOfObject(object: DirectoryObject, unsettled: StoredObject['unsettled']): StoredObject {
  return {
    unsettled,
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
