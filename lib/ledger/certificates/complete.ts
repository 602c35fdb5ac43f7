import type { AuditEvent } from '#lib/audit.ts'
import { type PlanWriter, requirePlan } from '#lib/ledger/directory/plan.ts'
import type { SyncPlan } from '#lib/ledger/directory-ledger.ts'
import type { CompleteResult, Completion } from '#lib/ledger/ledger.ts'
import { together } from '#lib/ledger/together.ts'
import type { Operation } from '#lib/ledger/writing.ts'
import { splitCertificate } from './certificate-der.ts'
import { appendAbout, requireEvent } from './change.ts'
import { sha256Hex } from './rows.ts'
import type { Statements } from './statements.ts'

type ToComplete = Awaited<ReturnType<Statements['toComplete']>>[number]

/**
 * Turns PENDING into ISSUED. All checks come before the first write, so that any result but 'completed'
 * leaves the ledger unchanged.
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
  const { tbs, signature } = splitCertificate(done.der)
  const tbsHash = sha256Hex(tbs)
  return async (writing) => {
    const [[row], found] = await together(
      () => statements.toComplete(writing, { serial: done.serial }),
      () => plans.check(writing, plan, null),
    )
    if (!row) return 'withdrawn'
    // Only the signature is stored, beside the to-be-signed part of the intent.
    if (row.tbs_hash !== tbsHash) throw new Error('Something else was signed than was recorded.')
    const obstacle = obstacleOf(row)
    if (obstacle !== null) return obstacle
    if (found === null) return 'conflict'

    const at = done.at.getTime()
    const { fingerprint } = done
    const mark = done.isMarked ? 1 : 0
    await together(
      () => statements.issue(writing, { id: row.id, fingerprint, signature, at, mark }),
      () => plans.write(writing, plan, null, found),
    )
    // statusVersion is not raised: no cached answer depends on a serial being unknown, and raising it at
    // every issuance would invalidate all cached OCSP responses.
    // The row is of this operation alone, and to copy one of SQLite's takes longer than to read it.
    const changed = Object.assign(row, { state: 'issued', fingerprint, issued_at: at } as const)
    appendAbout(writing, changed, event)
    return 'completed'
  }
}

/**
 * Gives the obstacle that came since the intent. It explains more than the state of the row, which may have
 * been voided because of it.
 */
function obstacleOf(row: ToComplete): CompleteResult | null {
  if (row.state === 'issued') return 'withdrawn'
  if (row.blocked !== null) return 'key_blocked'
  if (row.lost !== null || row.lostIntune !== null) return 'device_lost'
  if (row.replacedRevokedOrHeld !== null) return 'replaced_revoked_or_held'
  return row.state === 'pending' ? null : 'withdrawn'
}
