import type { AuditEvent } from '#lib/audit.ts'
import type { RevocationChange } from '#lib/ledger/records.ts'
import type { Operation } from '#lib/ledger/writing.ts'
import type { StatusReason } from '#lib/policy/status-types.ts'
import { change, isHeld, mayBecome, NOT_REVOKED, requireEvent, revoked } from './change.ts'
import { inheritedReason, stopDescendants } from './descendants.ts'
import { reportsOf } from './reports.ts'
import type { Statements } from './statements.ts'

/** Revocation and holds by people. */

/**
 * Revokes or holds a certificate. Only a hold can change into something else; a permanent revocation can
 * change only its reason.
 */
export function revoke(
  statements: Statements,
  wanted: RevocationChange,
  { withDescendants }: { readonly withDescendants: boolean },
  event: AuditEvent,
): Operation<readonly string[]> {
  const isHold = wanted.reason === 'certificateHold'
  requireEvent(event, [isHold ? 'certificate.held' : 'certificate.revoked'], wanted.serial)
  return async (writing) => {
    const rows = await statements.bySerial(writing, { serial: wanted.serial })
    const row = rows[0]
    if (row?.state !== 'issued') return []
    const isWanted = mayBecome(row, wanted)
    if (isWanted) await change(writing, row, revoked(wanted), event)
    const own = isWanted ? [row.serial] : []
    if (!withDescendants) return own
    const cause = isHold ? wanted.cause : 'renewed_from_revoked'
    const how = { ...wanted, reason: inheritedReason(wanted.reason), cause }
    return [...own, ...(await stopDescendants(writing, [row.serial], how, event))]
  }
}

export function release(
  statements: Statements,
  serial: string,
  causes: readonly StatusReason[],
  event: AuditEvent,
): Operation<boolean> {
  requireEvent(event, ['certificate.released'], serial)
  return async (writing) => {
    const rows = await statements.bySerial(writing, { serial })
    const row = rows[0]
    if (row?.state !== 'issued' || !isHeld(row)) return false
    // A hold without a cause counts as `lost_device`, as in policy/status.ts.
    if (!causes.includes(row.revoked_cause ?? 'lost_device')) return false
    const device = { deviceId: row.holder_device_id, intuneId: row.holder_intune_id }
    // The report would put the certificate on hold again at once.
    if ((await reportsOf(writing.db, device)).length > 0) return false
    await change(writing, row, NOT_REVOKED, event)
    return true
  }
}
