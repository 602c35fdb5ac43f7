import type { BrakeView } from '#lib/api/schemas.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Brake } from '#lib/ledger/status-ledger.ts'
import type { Requester } from '#lib/model.ts'
import { auditEvent } from './audit-event.ts'
import type { Authority } from './authority.ts'
import { requireOperator } from './revoke.ts'

/** The brake on mass revocation as it stands. For operators. */
export async function describeBrake(authority: Authority, operator: Requester): Promise<BrakeView> {
  requireOperator(operator)
  return brakeView((await authority.ledger.snapshot()).brake)
}

/** Lets the next sweep through, whatever it changes. Once is enough; twice changes nothing. */
export async function releaseBrake(authority: Authority, operator: Requester): Promise<BrakeView> {
  requireOperator(operator)
  const { brake } = await authority.ledger.snapshot()
  if (brake === null) throw new LatchkeyError('not_found', 'The brake is not engaged.')
  if (brake.releasedAt !== null) return brakeView(brake)
  const released = { ...brake, releasedAt: authority.now() }
  const { changes, bound } = brake
  const event = auditEvent(authority, 'brake.released', operator.oid, null, { changes, bound })
  await authority.ledger.setBrake(released, event)
  return brakeView(released)
}

function brakeView(brake: Brake | null): BrakeView {
  if (brake === null) return { brake: null }
  const { engagedAt, changes, bound, releasedAt } = brake
  return {
    brake: {
      engagedAt: engagedAt.toISOString(),
      changes,
      bound,
      releasedAt: releasedAt?.toISOString() ?? null,
    },
  }
}
