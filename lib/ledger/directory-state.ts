import type { AuditEvent } from '#lib/audit.ts'
import type { DirectoryWriter } from './directory-store.ts'
import type { Operation } from './group-commit.ts'
import { hot } from './hot.ts'
import type { Brake, Snapshot, Sweep } from './status-ledger.ts'
import type { Database } from './tables.ts'

/** The one row that says how far the directory was read, and the brake. */

export function snapshotReader(db: Database): () => Promise<Snapshot> {
  const select = hot(() =>
    db
      .selectFrom('directory_state')
      .select(['version', 'read_at', 'cursors', 'brake'])
      .where('id', '=', 1),
  )
  return async () => {
    const { rows } = await select(db, {})
    const row = rows[0]
    if (!row) throw new Error('The state of the directory is missing.')
    return {
      version: row.version,
      readAt: row.read_at === null ? null : new Date(row.read_at),
      // Both were written below.
      cursors: JSON.parse(row.cursors) as Snapshot['cursors'],
      brake: row.brake === null ? null : brakeOf(row.brake),
    }
  }
}

/** All writers of all replicas take turns, so the version cannot move between question and answer. */
export function applySweep(directory: DirectoryWriter, sweep: Sweep): Operation<boolean> {
  return async (writing) => {
    const moved = await writing.db
      .updateTable('directory_state')
      .set({
        version: sweep.fromVersion + 1,
        read_at: sweep.readAt.getTime(),
        cursors: JSON.stringify(sweep.cursors),
      })
      .where('id', '=', 1)
      .where('version', '=', sweep.fromVersion)
      .executeTakeFirst()
    if (moved.numUpdatedRows === 0n) return false
    await directory.store(writing, sweep)
    return true
  }
}

export function setBrake(brake: Brake | null, event: AuditEvent): Operation<void> {
  if (event.kind !== 'brake.engaged' && event.kind !== 'brake.released') {
    throw new Error(`${event.kind} is not an event of the brake`)
  }
  return async ({ db, append, statusChanged }) => {
    await db
      .updateTable('directory_state')
      .set({ brake: brake === null ? null : JSON.stringify(brake) })
      .where('id', '=', 1)
      .execute()
    await append(event)
    statusChanged()
  }
}

type StoredBrake = Omit<Brake, 'engagedAt' | 'releasedAt'> & {
  readonly engagedAt: string
  readonly releasedAt: string | null
}

function brakeOf(json: string): Brake {
  const { engagedAt, changes, bound, releasedAt } = JSON.parse(json) as StoredBrake
  return {
    engagedAt: new Date(engagedAt),
    changes,
    bound,
    releasedAt: releasedAt === null ? null : new Date(releasedAt),
  }
}
