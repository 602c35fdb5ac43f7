import { type SelectQueryBuilder, sql } from 'kysely'
import { type HashedRow, holderOf } from '#lib/ledger/certificates/rows.ts'
import type { Connection } from '#lib/ledger/connection.ts'
import type { BoundCertificate } from '#lib/ledger/directory-ledger.ts'
import { prepared } from '#lib/ledger/prepared.ts'
import { ISSUED } from '#lib/ledger/schema/conditions.ts'
import type { Database, Tables } from '#lib/ledger/schema/tables.ts'
import { storable } from '#lib/ledger/storable.ts'
import { type DirectoryKey, REVOCATION_REASONS } from '#lib/model.ts'
import { chunks, groupKeys, inTurns, type KeyGroup, KINDS } from './keys.ts'

/** Which certificates depend on which directory objects. A device certificate depends on its owner too. */

/** Which column of a certificate names an object of this kind. */
const HOLDER_COLUMNS = {
  entra_device: 'holder_device_id',
  intune_device: 'holder_intune_id',
  user: 'holder_oid',
} as const satisfies Record<DirectoryKey['kind'], string>

/** Reads the indexes of certificates, the only place that knows which objects matter. */
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
    const page = { kind, since, afterId, limit: limit - keys.length }
    const rows = await boundIdsQuery(db, page).execute()
    keys.push(...rows.flatMap(({ id }) => (id === null ? [] : [{ kind, id }])))
  }
  return keys
}

type IdPage = {
  readonly kind: DirectoryKey['kind']
  readonly since: Date
  readonly afterId: string
  readonly limit: number
}

export function boundIdsQuery(db: Database, { kind, since, afterId, limit }: IdPage) {
  const column = HOLDER_COLUMNS[kind]
  const query = db
    .selectFrom('certificate')
    .select(`${column} as id`)
    .distinct()
    .where(sql<boolean>`${sql.raw(ISSUED)}`)
    .where(column, 'is not', null)
    .where(column, '>', afterId)
    .where('not_after', '>=', since.getTime())
    .orderBy(column)
    .limit(limit)
  return kind === 'user' ? ofPeople(query) : query
}

/** Issued and not permanently revoked. */
export function unrevoked(db: Database) {
  return db
    .selectFrom('certificate')
    .where(sql<boolean>`${sql.raw(ISSUED)}`)
    .where((eb) =>
      eb.or([
        eb('revoked_at', 'is', null),
        eb('revocation_reason', '=', REVOCATION_REASONS.certificateHold),
      ]),
    )
}

const BOUND_COLUMNS = [
  'id',
  'issuer_id',
  'serial',
  'version',
  'holder_kind',
  'holder_oid',
  'holder_device_id',
  'holder_intune_id',
  'created_at',
  'upn',
  'directory_mark',
] as const

/** Reads the rows of certificates that depend on these objects, by one statement for the objects of one certificate. */
export type BoundRows = (
  connection: Connection,
  keys: readonly DirectoryKey[],
) => Promise<readonly (BoundRow & DependsOn)[]>

/** By which of the objects it was found: a certificate that depends on two of them is found twice. */
type DependsOn = { readonly kind: DirectoryKey['kind']; readonly object: string | null }

type OneOfEach = Readonly<Record<DirectoryKey['kind'], string>>

export function boundRows(compiler: Database): BoundRows {
  const rowsOf = (db: Database, group: KeyGroup) =>
    boundQuery(db, group).select(BOUND_COLUMNS).select(sql.lit(group.kind).as('kind'))
  const statements = new Map<string, ReturnType<typeof statementFor>>()
  const statementFor = (kinds: readonly DirectoryKey['kind'][]) =>
    prepared(
      (input: OneOfEach) =>
        kinds
          .map((kind) => rowsOf(compiler, { kind, ids: [input[kind]] }))
          .reduce((all, next) => all.unionAll(next)),
      {},
    )
  return async (connection, keys) => {
    const groups = groupKeys(keys)
    if (groups.length === 0) return []
    if (groups.every(({ ids }) => ids.length === 1)) {
      const kinds = groups.map(({ kind }) => kind)
      const name = kinds.join()
      const ready = statements.get(name) ?? statementFor(kinds)
      statements.set(name, ready)
      const input = Object.fromEntries(groups.map(({ kind, ids }) => [kind, ids[0]]))
      return ready(connection, input as OneOfEach)
    }
    const rows: (BoundRow & DependsOn)[] = []
    await inTurns(groups, async (group) => {
      rows.push(...(await rowsOf(connection.db, group).execute()))
    })
    return rows
  }
}

/** Reads the certificates of these objects, one that depends on two of them only once. */
export async function boundCertificates(
  read: BoundRows,
  connection: Connection,
  keys: readonly DirectoryKey[],
): Promise<readonly BoundCertificate[]> {
  const found = new Map<number, BoundCertificate>()
  for (const row of await read(connection, keys)) found.set(row.id, boundOf(row))
  return [...found.values()]
}

/** Issued certificates that depend on these objects and are not permanently revoked; they may be on hold. */
export function boundQuery(db: Database, { kind, ids }: KeyGroup) {
  const query = unrevoked(db)
    .select(`${HOLDER_COLUMNS[kind]} as object`)
    .where(HOLDER_COLUMNS[kind], 'in', ids)
  return kind === 'user' ? ofPeople(query) : query
}

/** Not those of applications, by the condition of the index of holders. */
function ofPeople<Row>(query: SelectQueryBuilder<Tables, 'certificate', Row>) {
  return query
    .where('state', '=', sql.lit('issued'))
    .where('holder_kind', '<>', sql.lit('application'))
}

/** Reads certificates whose user principal name belongs to somebody else now: see DirectoryLedger. */
export function namesReader(compiler: Database) {
  const build = (db: Database, some: readonly string[]) =>
    namesQuery(db, some).select(BOUND_COLUMNS)
  const single = prepared(({ name }: { name: string }) => build(compiler, [name]), {})
  return async (
    connection: Connection,
    names: ReadonlyMap<string, string>,
  ): Promise<readonly BoundCertificate[]> => {
    const found: BoundCertificate[] = []
    const owners = new Map([...names].map(([name, oid]) => [storable(name), oid]))
    for (const some of chunks([...owners.keys()])) {
      const [name] = some
      const rows =
        name !== undefined && some.length === 1
          ? await single(connection, { name })
          : await build(connection.db, some).execute()
      const others = rows.filter((row) => owners.get(row.upn_folded ?? '') !== row.holder_oid)
      found.push(...others.map(boundOf))
    }
    return found
  }
}

export function namesQuery(db: Database, names: readonly string[]) {
  return unrevoked(db)
    .select('upn_folded')
    .where('holder_kind', '=', sql.lit('user'))
    .where('upn_folded', 'in', names)
}

type BoundRow = Pick<HashedRow, (typeof BOUND_COLUMNS)[number] & keyof HashedRow> & {
  readonly id: number
  readonly version: number
  readonly directory_mark: number
}

function boundOf(row: BoundRow): BoundCertificate {
  return {
    issuerId: row.issuer_id,
    serial: row.serial,
    version: row.version,
    isMarked: row.directory_mark > 0,
    holder: holderOf(row),
    createdAt: new Date(row.created_at),
    upn: row.upn,
  }
}
