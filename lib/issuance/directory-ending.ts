import type { Ending } from '#lib/ledger/status-ledger.ts'
import { holderStateFrom } from '#lib/policy/holder-state.ts'
import { statusOf } from '#lib/policy/status.ts'
import { BY_DIRECTORY } from '#lib/policy/status-types.ts'
import { auditEvent } from './audit-event.ts'
import type { Authority } from './authority.ts'

/**
 * What the directory ended for good, as the status function has it without what the ledger knows.
 * `actor` is the part of Latchkey that saw it.
 */
export function endingBy(authority: Authority, actor: string, now: Date): Ending {
  const { policy } = authority
  return (record, objects) => {
    const { serial, notAfter } = record
    const state = holderStateFrom(policy, record, objects, now)
    if (state === null) return null
    const status = statusOf(policy, { notAfter, revocation: null }, state, now)
    const { since: at, code: reason, reason: cause } = status
    if (status.state !== 'revoked' || at === null || reason === null) return null
    const facts = { reason, cause, by: BY_DIRECTORY }
    return {
      change: { serial, reason, at, by: BY_DIRECTORY, cause },
      event: auditEvent(authority, 'certificate.revoked', actor, serial, facts),
    }
  }
}
