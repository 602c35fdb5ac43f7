import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import type { AuditEvent } from '#lib/audit.ts'
import { type DirectoryKey, REVOCATION_REASONS, textOfKey } from '#lib/model.ts'
import { requireEvent, withFacts } from './certificates.ts'
import { groupKeys, HOLDER_COLUMNS, KINDS } from './directory-mark.ts'
import type { ObjectReader } from './directory-objects.ts'
import type { Writing } from './group-commit.ts'
import { hot } from './hot.ts'
import { revoked } from './revocation.ts'
import { CERTIFICATE_COLUMNS, recordOfRow, rowHash, type StoredRow } from './rows.ts'
import type { Ending } from './status-ledger.ts'
import type { Database } from './tables.ts'

/** So many are revoked in one turn of the event loop. */
const TURN = 100

/**
 * Revokes, for good, what the directory ended: policy says which of the certificates that are bound
 * to these objects. Expired ones too, since their OCSP answers said so while the object was gone.
 */
export function endingWriter(compiler: Database, readObjects: ObjectReader) {
  const update = hot(
    (row: {
      id: number
      revoked_at: number | null
      revocation_reason: number | null
      revoked_by: string | null
      revoked_cause: string | null
    }) =>
      compiler
        .updateTable('certificate')
        .set({
          revoked_at: row.revoked_at,
          revocation_reason: row.revocation_reason,
          revoked_by: row.revoked_by,
          revoked_cause: row.revoked_cause as StoredRow['revoked_cause'],
        })
        .where('id', '=', row.id),
  )

  return async (writing: Writing, keys: readonly DirectoryKey[], ending: Ending): Promise<void> => {
    for (const group of groupKeys(keys)) {
      const rows = await unfinishedQuery(writing.db, group).execute()
      const objects = await readObjects(writing.db, rows.flatMap(keysOfRow))
      const byKey = new Map(objects.map((object) => [textOfKey(object), object]))
      const events: AuditEvent[] = []
      for (const row of rows) {
        const own = keysOfRow(row).flatMap((key) => byKey.get(textOfKey(key)) ?? [])
        const end = ending(recordOfRow(row), own)
        if (end === null) continue
        requireEvent(end.event, ['certificate.revoked'], row.serial)
        const ended = { ...row, ...revoked(end.change) }
        await update(writing.db, ended)
        events.push(withFacts(end.event, { rowHash: rowHash(ended) }))
        if (events.length % TURN === 0) await setImmediate()
      }
      if (events.length > 0) {
        await writing.append(...events)
        writing.statusChanged()
      }
      await setImmediate()
    }
  }
}

/** Issued certificates that are bound to these objects and not revoked; held ones may be. */
export function unfinishedQuery(db: Database, { kind, ids }: ReturnType<typeof groupKeys>[number]) {
  const query = db
    .selectFrom('certificate')
    .select(['id', ...CERTIFICATE_COLUMNS])
    .where('state', '=', sql.lit('issued'))
    .where(HOLDER_COLUMNS[kind], 'in', ids)
    .where((eb) =>
      eb.or([
        eb('revoked_at', 'is', null),
        eb('revocation_reason', '=', REVOCATION_REASONS.certificateHold),
      ]),
    )
  return kind === 'user' ? query.where('holder_kind', '=', sql.lit('user')) : query
}

function keysOfRow(row: StoredRow): readonly DirectoryKey[] {
  return KINDS.flatMap((kind) => {
    const id = row[HOLDER_COLUMNS[kind]]
    const isBound = id !== null && (kind === 'user') === (row.holder_kind === 'user')
    return isBound ? [{ kind, id }] : []
  })
}
