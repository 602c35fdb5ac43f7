import type { AuditEvent } from '#lib/audit.ts'
import { type PlanWriter, requirePlan } from '#lib/ledger/directory/plan.ts'
import type { SyncPlan } from '#lib/ledger/directory-ledger.ts'
import type { CompleteResult, Completion } from '#lib/ledger/ledger.ts'
import type { Operation } from '#lib/ledger/writing.ts'
import { appendAbout, requireEvent } from './change.ts'
import type { Statements } from './statements.ts'

type ToComplete = Awaited<ReturnType<Statements['toComplete']>>['rows'][number]

/**
 * PENDING becomes ISSUED. All checks come before the first statement that writes: who is answered
 * anything but 'completed' has changed nothing.
 */
export function complete(
  statements: Statements,
  plans: PlanWriter,
  done: Completion,
  event: AuditEvent,
  plan: SyncPlan,
): Operation<CompleteResult> {
  requireEvent(event, ['certificate.issued'], done.serial)
  requirePlan(plan)
  return async (writing) => {
    const { rows } = await statements.toComplete(writing.db, { serial: done.serial })
    const row = rows[0]
    if (!row) return 'withdrawn'
    const obstacle = obstacleOf(row)
    if (obstacle !== null) return obstacle
    const found = await plans.check(writing.db, plan, null)
    if (found === null) return 'conflict'

    await plans.write(writing, plan, null, found)
    const at = done.at.getTime()
    const { fingerprint, der } = done
    const mark = done.isMarked ? 1 : 0
    await statements.issue(writing.db, { id: row.id, fingerprint, at, mark })
    await statements.storeDer(writing.db, { id: row.id, der })
    // The version of all statuses stays: nobody keeps that a serial is unknown, and each busy hour of
    // issuance would make all that is kept worthless.
    await appendAbout(writing, { ...row, state: 'issued', fingerprint, issued_at: at }, event)
    return 'completed'
  }
}

/** Told by what came meanwhile; that the row was voided for it says less. */
function obstacleOf(row: ToComplete): CompleteResult | null {
  if (row.state === 'issued') return 'withdrawn'
  if (row.blocked !== null) return 'key_blocked'
  if (row.lost !== null || row.lostIntune !== null) return 'device_lost'
  if (row.replacedRevokedOrHeld !== null) return 'replaced_revoked_or_held'
  return row.state === 'pending' ? null : 'withdrawn'
}
