import type { AuditEvent } from '#lib/audit.ts'
import type { Operation } from '#lib/ledger/writing.ts'
import { requireEvent, selectRows, voidRow } from './change.ts'
import type { Statements } from './statements.ts'

/** Void certificates: never given out. */

const EXPIRE_MAX = 100

/** Has no effect when there is no such row in one of these states. */
export function voidCertificate(
  statements: Statements,
  states: readonly ('pending' | 'issued')[],
  serial: string,
  at: Date,
  event: AuditEvent,
): Operation<void> {
  requireEvent(event, ['certificate.voided'], serial)
  return async (writing) => {
    const rows = await statements.bySerial(writing, { serial })
    const row = rows[0]
    if (row && states.some((state) => state === row.state)) await voidRow(writing, row, at, event)
  }
}

/** Turns PENDING rows that were begun before `before` into VOID, EXPIRE_MAX at most. */
export function expireOldest(before: Date, now: Date): Operation<readonly string[]> {
  return async (writing) => {
    const rows = await selectRows(writing.db)
      .where('state', '=', 'pending')
      .where('created_at', '<', before.getTime())
      .orderBy('created_at')
      .limit(EXPIRE_MAX)
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
