import type { AuditEvent } from '#lib/audit.ts'
import type { Connection } from './connection.ts'

/** What one operation may do within a transaction. Writers of all replicas run one after the other. */
export type Writing = Connection & {
  /** Adds events to the audit chain; they are written before the commit. */
  readonly append: (...events: readonly AuditEvent[]) => void
  /** Records that a status may have changed, so that all replicas drop cached statuses. */
  readonly statusChanged: () => void
}

/**
 * Must not catch the error of a statement: PostgreSQL refuses all further statements of the transaction. May
 * run a second time, when the transaction of the first was rolled back.
 */
export type Operation<T> = (writing: Writing) => Promise<T>

/** Names of what an operation depends on or changes, such as a key, a certificate or an object of the directory. */
export type Touches = readonly string[]
