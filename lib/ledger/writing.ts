import type { AuditEvent } from '#lib/audit.ts'
import type { Database } from './schema/tables.ts'

/** What one operation may do within a transaction. Writers of all replicas run one after the other. */
export type Writing = {
  readonly db: Database
  /** Adds events to the audit chain, in the same transaction. */
  readonly append: (...events: readonly AuditEvent[]) => Promise<void>
  /** Records that a status may have changed, so that all replicas drop cached statuses. */
  readonly statusChanged: () => void
}

/** Must not catch the error of a statement: PostgreSQL refuses all further statements of the transaction. */
export type Operation<T> = (writing: Writing) => Promise<T>
