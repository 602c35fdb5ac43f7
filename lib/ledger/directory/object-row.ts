import type { Selectable } from 'kysely'
import type { Connection } from '#lib/ledger/connection.ts'
import type { Types } from '#lib/ledger/prepared.ts'
import type { DirectoryObjectTable } from '#lib/ledger/schema/tables.ts'
import { storable } from '#lib/ledger/storable.ts'
import type { DeviceOwner, DirectoryKey, DirectoryObject } from '#lib/model.ts'

export type ObjectRow = Selectable<DirectoryObjectTable>

/** Reads the stored rows of these objects. */
export type ObjectRows = (
  connection: Connection,
  keys: readonly DirectoryKey[],
) => Promise<readonly ObjectRow[]>

export const OBJECT_COLUMNS = [
  'kind',
  'id',
  'version',
  'seen_at',
  'object_id',
  'absent_since',
  'deletion',
  'unlisted_since',
  'disabled_since',
  'non_compliant_since',
  'retirement',
  'retirement_since',
  'risky_since',
  'enrolled_at',
  'owners',
  'owners_seen_at',
  'upn',
  'upn_since',
  'due_at',
  'needs_recheck',
] as const satisfies readonly (keyof ObjectRow)[]

/** Of those columns that are no text. */
export const OBJECT_TYPES = {
  version: 'bigint',
  seen_at: 'bigint',
  absent_since: 'bigint',
  unlisted_since: 'bigint',
  disabled_since: 'bigint',
  non_compliant_since: 'bigint',
  retirement_since: 'bigint',
  risky_since: 'bigint',
  enrolled_at: 'bigint',
  owners_seen_at: 'bigint',
  upn_since: 'bigint',
  due_at: 'bigint',
  needs_recheck: 'smallint',
} as const satisfies Types<keyof ObjectRow>

/** Columns on which no status depends: when the object was seen, and what is still to be done. */
const TECHNICAL: ReadonlySet<keyof ObjectRow> = new Set([
  'version',
  'seen_at',
  'object_id',
  'due_at',
  'needs_recheck',
])

const STATUS_COLUMNS = OBJECT_COLUMNS.filter((column) => !TECHNICAL.has(column))

/**
 * Whether storing `after` in place of `before` may change the status of a certificate that depends on the
 * object. The time when owners were read counts only while no owners are known.
 */
export function mayChangeStatus(before: ObjectRow | undefined, after: ObjectRow): boolean {
  if (before === undefined) return true
  return STATUS_COLUMNS.some((column) => {
    if (column === 'owners_seen_at' && after.owners !== '[]') return false
    return before[column] !== after[column]
  })
}

export function rowOfObject(object: DirectoryObject): ObjectRow {
  return {
    kind: object.kind,
    id: object.id,
    version: object.version,
    seen_at: object.seenAt.getTime(),
    object_id: object.objectId,
    absent_since: timeOf(object.absentSince),
    deletion: object.deletion,
    unlisted_since: timeOf(object.unlistedSince),
    disabled_since: timeOf(object.disabledSince),
    non_compliant_since: timeOf(object.nonCompliantSince),
    retirement: object.retirement,
    retirement_since: timeOf(object.retirementSince),
    risky_since: timeOf(object.riskySince),
    enrolled_at: timeOf(object.enrolledAt),
    owners: object.owners === null ? null : JSON.stringify(object.owners.map(tupleOf)),
    owners_seen_at: timeOf(object.ownersSeenAt),
    upn: object.upn === null ? null : storable(object.upn),
    upn_since: timeOf(object.upnSince),
    due_at: timeOf(object.dueAt),
    needs_recheck: object.needsRecheck ? 1 : 0,
  }
}

export function objectOfRow(row: ObjectRow): DirectoryObject {
  return {
    kind: row.kind,
    id: row.id,
    version: row.version,
    seenAt: new Date(row.seen_at),
    objectId: row.object_id,
    absentSince: dateOf(row.absent_since),
    deletion: row.deletion,
    unlistedSince: dateOf(row.unlisted_since),
    disabledSince: dateOf(row.disabled_since),
    nonCompliantSince: dateOf(row.non_compliant_since),
    retirement: row.retirement,
    retirementSince: dateOf(row.retirement_since),
    riskySince: dateOf(row.risky_since),
    enrolledAt: dateOf(row.enrolled_at),
    owners: row.owners === null ? null : ownersOf(row.owners),
    ownersSeenAt: dateOf(row.owners_seen_at),
    upn: row.upn,
    upnSince: dateOf(row.upn_since),
    dueAt: dateOf(row.due_at),
    needsRecheck: row.needs_recheck === 1,
  }
}

type OwnerTuple = readonly [oid: string, since: number, goneSince: number | null]

function tupleOf({ oid, since, goneSince }: DeviceOwner): OwnerTuple {
  return [oid, since.getTime(), timeOf(goneSince)]
}

/** The JSON was written by rowOfObject. */
function ownersOf(json: string): readonly DeviceOwner[] {
  const tuples = JSON.parse(json) as readonly OwnerTuple[]
  return tuples.map(([oid, since, goneSince]) => ({
    oid,
    since: new Date(since),
    goneSince: dateOf(goneSince),
  }))
}

function timeOf(date: Date | null): number | null {
  return date === null ? null : date.getTime()
}

function dateOf(time: number | null): Date | null {
  return time === null ? null : new Date(time)
}
