import type { AuditEvent } from '#lib/audit.ts'
import { REVOCATION_REASONS } from '#lib/model.ts'
import { storable } from './audit-chain.ts'
import { change, find, isHeld, requireEvent, voidRow, withFacts } from './certificates.ts'
import type { Operation, Writing } from './group-commit.ts'
import type { KeyBlock, RevocationChange } from './ledger.ts'
import { CERTIFICATE_COLUMNS, type HashedRow, type StoredRow } from './rows.ts'
import type { Statements } from './statements.ts'

/** Revocation by people, holds, blocked keys, and rows that were never finished. */

const SWEEP_MAX = 100

/** Only a hold can change into something else; every other revocation is final but for its reason. */
export function revoke(
  statements: Statements,
  wanted: RevocationChange,
  event: AuditEvent,
): Operation<boolean> {
  const hold = wanted.reason === 'certificateHold'
  requireEvent(event, [hold ? 'certificate.held' : 'certificate.revoked'], wanted.serial)
  return async (writing) => {
    const row = await find(statements, writing, wanted.serial)
    if (row?.state !== 'issued') return false
    if (row.revoked_at !== null && (hold || !isHeld(row))) return false
    await change(writing, row, revoked(wanted), event)
    return true
  }
}

export function release(
  statements: Statements,
  serial: string,
  event: AuditEvent,
): Operation<boolean> {
  requireEvent(event, ['certificate.released'], serial)
  return async (writing) => {
    const row = await find(statements, writing, serial)
    if (row?.state !== 'issued' || !isHeld(row)) return false
    const none = {
      revoked_at: null,
      revocation_reason: null,
      revoked_by: null,
      revoked_cause: null,
    }
    await change(writing, row, none, event)
    return true
  }
}

/**
 * Revokes all that was made with the key, and gives their serials. PENDING rows may be signed
 * already: they become void.
 */
export function blockKey(block: KeyBlock, event: AuditEvent): Operation<readonly string[]> {
  if (event.kind !== 'key.blocked') throw new Error(`${event.kind} does not block a key`)
  return async (writing) => {
    await writing.db
      .insertInto('blocked_key')
      .values({
        key_thumbprint: block.keyThumbprint,
        blocked_at: block.at.getTime(),
        blocked_by: storable(block.by),
      })
      .onConflict((conflict) => conflict.column('key_thumbprint').doNothing())
      .execute()
    await writing.append(withFacts(event, { keyThumbprint: block.keyThumbprint }))

    const rows = await rowsWithKey(writing, block)
    for (const row of rows) await withdraw(writing, row, block, event)
    return rows.map((row) => row.serial)
  }
}

/** Turns PENDING rows that were begun before `before` into VOID, SWEEP_MAX at most. */
export function expireOldest(before: Date, now: Date): Operation<readonly string[]> {
  return async (writing) => {
    const rows = await writing.db
      .selectFrom('certificate')
      .select(['id', ...CERTIFICATE_COLUMNS])
      .where('state', '=', 'pending')
      .where('created_at', '<', before.getTime())
      .orderBy('created_at')
      .limit(SWEEP_MAX)
      .execute()
    for (const row of rows) {
      await voidRow(writing, row, now, {
        kind: 'certificate.voided',
        at: now,
        actor: 'sweeper',
        serial: row.serial,
        facts: { cause: 'not_completed', begunAt: row.created_at },
      })
    }
    return rows.map((row) => row.serial)
  }
}

/** All that are not said to be compromised yet: what ended otherwise was made with the same key. */
function rowsWithKey({ db }: Writing, block: KeyBlock): Promise<StoredRow[]> {
  return db
    .selectFrom('certificate')
    .select(['id', ...CERTIFICATE_COLUMNS])
    .where('key_thumbprint', '=', block.keyThumbprint)
    .where((eb) =>
      eb.or([
        eb('revocation_reason', 'is', null),
        eb('revocation_reason', '<>', REVOCATION_REASONS.keyCompromise),
      ]),
    )
    .orderBy('id')
    .execute()
}

async function withdraw(
  writing: Writing,
  row: StoredRow,
  block: KeyBlock,
  cause: AuditEvent,
): Promise<void> {
  const pending = row.state === 'pending'
  const event: AuditEvent = {
    kind: pending ? 'certificate.voided' : 'certificate.revoked',
    at: cause.at,
    actor: cause.actor,
    serial: row.serial,
    facts: { cause: 'key_blocked', reason: 'keyCompromise' },
  }
  const changes = revoked({
    reason: 'keyCompromise',
    at: revokedAt(row, block, cause),
    by: block.by,
    cause: 'key_compromise',
  })
  await change(writing, row, pending ? { ...changes, state: 'void' } : changes, event)
}

/** A revocation does not begin later because more is known of its reason; a hold was none. */
function revokedAt(row: StoredRow, { at, revokedSince }: KeyBlock, { serial }: AuditEvent): Date {
  if (row.revoked_at !== null && !isHeld(row)) return new Date(row.revoked_at)
  return (row.serial === serial && revokedSince) || at
}

export function revoked(wanted: Omit<RevocationChange, 'serial'>): Partial<HashedRow> {
  return {
    revoked_at: wanted.at.getTime(),
    revocation_reason: REVOCATION_REASONS[wanted.reason],
    revoked_by: storable(wanted.by),
    revoked_cause: wanted.cause,
  }
}
