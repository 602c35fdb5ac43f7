import type { AuditEvent } from '#lib/audit.ts'
import type { Database } from './schema/tables.ts'

/** One operation's part of a transaction, in which all writers of all replicas take turns. */
export type Writing = {
  readonly db: Database
  /** Adds an event to the audit chain, in the same transaction. */
  readonly append: (...events: readonly AuditEvent[]) => Promise<void>
  /** Some status may be another one after this transaction: readers must forget what they kept. */
  readonly statusChanged: () => void
}

/** Must not catch an error of a statement: PostgreSQL refuses all further statements after one. */
export type Operation<T> = (writing: Writing) => Promise<T>
