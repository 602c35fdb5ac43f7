import type { Connection } from '#lib/ledger/connection.ts'
import type { DirectoryStateChange, SyncPlan } from '#lib/ledger/directory-ledger.ts'
import { prepared } from '#lib/ledger/prepared.ts'
import type { Database } from '#lib/ledger/schema/tables.ts'
import { together } from '#lib/ledger/together.ts'
import { textOfKey } from '#lib/model.ts'
import { type BoundRows, unrevoked } from './bound.ts'
import { inChunks } from './keys.ts'
import type { ObjectRow, ObjectRows } from './object-row.ts'
import { type Found, textOfCertificate } from './plan.ts'

/** Compares everything that a plan was made from with what is stored. Null when anything differs. */
export function planChecker(compiler: Database, objectRows: ObjectRows, boundRows: BoundRows) {
  const stateVersion = prepared(() => compiler.selectFrom('directory_state').select('version'))

  const findObjects = async (connection: Connection, plan: SyncPlan) => {
    const objects = new Map<string, ObjectRow>()
    await inChunks(plan.objects, async (some) => {
      const rows = await objectRows(
        connection,
        some.map(({ to }) => to),
      )
      for (const row of rows) objects.set(textOfKey(row), row)
    })
    const isSame = plan.objects.every(
      ({ from, to }) => (objects.get(textOfKey(to))?.version ?? 0) === from,
    )
    return isSame ? objects : null
  }

  const isSameBeside = async (connection: Connection, { beside }: SyncPlan) => {
    const versions = new Map<string, number>()
    await inChunks(beside, async (some) => {
      for (const row of await objectRows(connection, some))
        versions.set(textOfKey(row), row.version)
    })
    return beside.every((one) => (versions.get(textOfKey(one)) ?? 0) === one.version)
  }

  const findCertificates = async (connection: Connection, plan: SyncPlan) => {
    const versions = new Map(plan.evaluated.map((one) => [textOfCertificate(one), one.version]))
    const ids = new Map<string, number>()
    const dependedOn = new Set<string>()
    let isSame = true
    const look = (row: { id: number; issuer_id: string; serial: string; version: number }) => {
      const text = textOfCertificate({ issuerId: row.issuer_id, serial: row.serial })
      // A certificate that the plan does not know counts as a difference.
      if (versions.get(text) !== row.version) isSame = false
      ids.set(text, row.id)
    }
    for (const row of await boundRows(connection, plan.complete)) {
      look(row)
      if (row.object !== null) dependedOn.add(textOfKey({ kind: row.kind, id: row.object }))
    }
    const others = plan.evaluated.filter((one) => !ids.has(textOfCertificate(one)))
    await inChunks(others, async (some) => {
      const wanted = new Set(some.map(textOfCertificate))
      const rows = await bySerialsQuery(
        connection.db,
        some.map(({ serial }) => serial),
      ).execute()
      for (const row of rows) {
        if (wanted.has(textOfCertificate({ issuerId: row.issuer_id, serial: row.serial })))
          look(row)
      }
    })
    if (!others.every((one) => ids.has(textOfCertificate(one)))) return null
    return isSame ? { ids, dependedOn } : null
  }

  return async (
    connection: Connection,
    plan: SyncPlan,
    state: DirectoryStateChange | null,
  ): Promise<Found | null> => {
    if (state !== null) {
      const [stored] = await stateVersion(connection, {})
      if (stored?.version !== state.from) return null
    }
    const [isSame, objects, certificates] = await together(
      () => isSameBeside(connection, plan),
      () => findObjects(connection, plan),
      () => findCertificates(connection, plan),
    )
    return isSame && objects && certificates ? { objects, ...certificates } : null
  }
}

const VERSION_COLUMNS = ['id', 'issuer_id', 'serial', 'version'] as const

export function bySerialsQuery(db: Database, serials: readonly string[]) {
  return unrevoked(db).select(VERSION_COLUMNS).where('serial', 'in', serials)
}
