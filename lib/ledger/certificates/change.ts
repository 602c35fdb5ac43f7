import type { AuditEvent, AuditKind } from '#lib/audit.ts'
import type { Database } from '#lib/ledger/schema/tables.ts'
import { storable } from '#lib/ledger/storable.ts'
import type { Writing } from '#lib/ledger/writing.ts'
import { REVOCATION_REASONS } from '#lib/model.ts'
import type { Revocation } from '#lib/policy/status-types.ts'
import { type HashedRow, RECORD_COLUMNS, rowHash, type StoredRow } from './rows.ts'

/** Changes of certificate rows, each with its audit event. */

/** `by` of rows that Latchkey voided by itself; text for people. */
const VOIDED_BY = 'Latchkey'

/** Changes a row and appends the audit event: a revocation, a hold, the end of a hold, or void. */
export async function change(
  writing: Writing,
  row: StoredRow,
  changes: Partial<HashedRow>,
  event: AuditEvent,
): Promise<void> {
  await writing.db
    .updateTable('certificate')
    .set((eb) => ({ ...changes, version: eb('version', '+', 1) }))
    .where('id', '=', row.id)
    .execute()
  appendAbout(writing, { ...row, ...changes }, event)
  writing.statusChanged()
}

export async function voidRow(
  writing: Writing,
  row: StoredRow,
  at: Date,
  event: AuditEvent,
): Promise<void> {
  const isFinal = row.revoked_at !== null && !isHeld(row)
  const notDelivered = revoked({
    at,
    reason: 'cessationOfOperation',
    by: VOIDED_BY,
    cause: 'not_delivered',
  })
  // A permanent revocation keeps its reason.
  await change(writing, row, { state: 'void', ...(!isFinal && notDelivered) }, event)
}

export function appendAbout(writing: Writing, row: HashedRow, event: AuditEvent): void {
  writing.append(withFacts(event, { rowHash: rowHash(row) }))
}

export function isHeld(row: Pick<HashedRow, 'revocation_reason'>): boolean {
  return row.revocation_reason === REVOCATION_REASONS.certificateHold
}

/** Whether a row is neither void nor permanently revoked. */
function isChangeable(row: StoredRow): boolean {
  return row.state !== 'void' && (row.revoked_at === null || isHeld(row))
}

/** A hold may become a revocation. An operator's hold may also replace the hold of anybody else. */
export function mayBecome(
  row: StoredRow,
  { reason, cause }: Pick<Revocation, 'reason' | 'cause'>,
): boolean {
  if (!isChangeable(row)) return false
  const isOperators = cause === 'by_operator' && row.revoked_cause !== 'by_operator'
  return reason !== 'certificateHold' || row.revoked_at === null || isOperators
}

export const NOT_REVOKED = {
  revoked_at: null,
  revocation_reason: null,
  revoked_by: null,
  revoked_cause: null,
} as const

export function revoked(wanted: Revocation) {
  return {
    revoked_at: wanted.at.getTime(),
    revocation_reason: REVOCATION_REASONS[wanted.reason],
    revoked_by: storable(wanted.by),
    revoked_cause: wanted.cause,
  } satisfies Partial<HashedRow>
}

/**
 * Throws for an event that does not match the change, which is a bug of the caller, before anything is
 * written.
 */
export function requireEvent(
  event: AuditEvent,
  kinds: readonly AuditKind[],
  serial: string | null,
): void {
  if (kinds.includes(event.kind) && event.serial === serial) return
  throw new Error(`${event.kind} of ${event.serial} is not the event of this change of ${serial}`)
}

export function withFacts(event: AuditEvent, facts: AuditEvent['facts']): AuditEvent {
  return { ...event, facts: { ...event.facts, ...facts } }
}

/** Selects whole rows of certificates with their number and version. */
export function selectRows(db: Database) {
  return db.selectFrom('certificate').select(['id', ...RECORD_COLUMNS])
}
