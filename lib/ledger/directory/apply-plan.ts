import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { revoked, selectRows, withFacts } from '#lib/ledger/certificates/change.ts'
import { rowHash } from '#lib/ledger/certificates/rows.ts'
import type { Connection } from '#lib/ledger/connection.ts'
import type { CertificateChange, SyncPlan } from '#lib/ledger/directory-ledger.ts'
import { prepared, preparedRows } from '#lib/ledger/prepared.ts'
import type { Database, Engine } from '#lib/ledger/schema/tables.ts'
import { together } from '#lib/ledger/together.ts'
import { textOfKey } from '#lib/model.ts'
import type { StatusReason } from '#lib/policy/status-types.ts'
import type { BoundRows } from './bound.ts'
import { FEW, inChunks } from './keys.ts'
import {
  mayChangeStatus,
  OBJECT_COLUMNS,
  OBJECT_TYPES,
  type ObjectRow,
  type ObjectRows,
  rowOfObject,
} from './object-row.ts'
import { type Found, type PlanWriter, requirePlan, textOfCertificate } from './plan.ts'
import { planChecker } from './plan-check.ts'
import { writeState } from './state.ts'

export function planWriter(
  compiler: Database,
  engine: Engine,
  objectRows: ObjectRows,
  boundRows: BoundRows,
): PlanWriter {
  const check = planChecker(compiler, objectRows, boundRows)
  const upsert = (rows: readonly ObjectRow[]) => upsertQuery(compiler, rows)
  const writeOne = preparedRows(OBJECT_COLUMNS, upsert, OBJECT_TYPES)
  const writeFew = preparedRows(OBJECT_COLUMNS, upsert)
  const revokeRow = revocationStatement(compiler)

  const writeObjects = async (connection: Connection, rows: readonly ObjectRow[]) => {
    if (rows.length > FEW) {
      await inChunks(rows, async (some) => void (await upsertQuery(connection.db, some).execute()))
    } else if (engine === 'postgres') {
      // One by one, which go to PostgreSQL as one, with those of other operations.
      await together(...rows.map((row) => () => writeOne(connection, [row])))
    } else if (rows.length > 0) {
      await writeFew(connection, rows)
    }
  }

  /** Gives the hash of each changed row by serial. */
  const writeRevocations = async (
    connection: Connection,
    changes: readonly CertificateChange[],
    { ids }: Found,
  ) => {
    const hashes = new Map<string, string>()
    const wanted = new Map(changes.map((one) => [ids.get(textOfCertificate(one)), one]))
    await inChunks([...wanted.keys()], async (some) => {
      const rows = await selectRows(connection.db).where('id', 'in', some.filter(isKnown)).execute()
      for (const [index, row] of rows.entries()) {
        const change = wanted.get(row.id)
        if (!change?.revocation) continue
        const changed = { ...row, ...revoked(change.revocation) }
        await revokeRow(connection, { ...changed, directory_mark: change.isMarked ? 1 : 0 })
        hashes.set(row.serial, rowHash(changed))
        if ((index + 1) % TURN === 0) await setImmediate()
      }
    })
    return hashes
  }

  const write: PlanWriter['write'] = async (writing, plan, state, found) => {
    const { append, statusChanged } = writing
    const rows = plan.objects.map(({ to }) => rowOfObject(to))
    await writeObjects(writing, rows)
    const { certificates } = plan
    await writeMarks(writing.db, certificates, found)
    const hashes = await writeRevocations(
      writing,
      certificates.filter(({ revocation }) => revocation !== null),
      found,
    )
    const events = plan.events.map((event) => {
      const hash = event.serial === null ? undefined : hashes.get(event.serial)
      return hash === undefined ? event : withFacts(event, { rowHash: hash })
    })
    await inChunks(events, async (some) => append(...some))
    if (state !== null) await writeState(writing.db, state)
    // A plan without changes must not invalidate cached OCSP responses.
    if (certificates.length > 0 || isFelt(rows, plan, found)) statusChanged()
  }

  return {
    check,
    write,
    apply: (plan, state) => {
      requirePlan(plan)
      return async (writing) => {
        const found = await check(writing, plan, state)
        if (found === null) return false
        await write(writing, plan, state, found)
        return true
      }
    },
  }
}

/** Rows that are written before the event loop serves others. */
const TURN = 100

function isKnown(id: number | undefined): id is number {
  return id !== undefined
}

/** Whether an object changed in a way that may change the status of an issued certificate. */
function isFelt(rows: readonly ObjectRow[], { complete }: SyncPlan, found: Found): boolean {
  const looked = new Set(complete.map(textOfKey))
  return rows.some((row) => {
    const key = textOfKey(row)
    // The plan did not look up which certificates depend on the object, so some may.
    const mayBeDependedOn = found.dependedOn.has(key) || !looked.has(key)
    return mayBeDependedOn && mayChangeStatus(found.objects.get(key), row)
  })
}

async function writeMarks(
  db: Database,
  changes: readonly CertificateChange[],
  { ids }: Found,
): Promise<void> {
  for (const isMarked of [true, false]) {
    const own = changes.filter((one) => one.isMarked === isMarked && one.revocation === null)
    const numbers = own.map((one) => ids.get(textOfCertificate(one))).filter(isKnown)
    await inChunks(numbers, async (some) => {
      await db
        .updateTable('certificate')
        .set((eb) => ({ directory_mark: isMarked ? 1 : 0, version: eb('version', '+', 1) }))
        .where('id', 'in', some)
        .execute()
    })
  }
}

function upsertQuery(db: Database, rows: readonly ObjectRow[]) {
  return db
    .insertInto('directory_object')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['kind', 'id']).doUpdateSet(REPLACED))
}

const REPLACED = Object.fromEntries(
  OBJECT_COLUMNS.filter((column) => column !== 'kind' && column !== 'id').map((column) => [
    column,
    sql.ref<never>(`excluded.${column}`),
  ]),
)

function revocationStatement(compiler: Database) {
  return prepared(
    (row: {
      id: number
      revoked_at: number
      revocation_reason: number
      revoked_by: string
      revoked_cause: StatusReason | null
      directory_mark: 0 | 1
    }) =>
      compiler
        .updateTable('certificate')
        .set((eb) => ({
          revoked_at: row.revoked_at,
          revocation_reason: row.revocation_reason,
          revoked_by: row.revoked_by,
          revoked_cause: row.revoked_cause,
          directory_mark: row.directory_mark,
          version: eb('version', '+', 1),
        }))
        .where('id', '=', row.id),
  )
}
