import type { CertificateRecord } from '#lib/ledger/ledger.ts'
import type { Ending } from '#lib/ledger/status-ledger.ts'
import { type DirectoryObject, textOfKey } from '#lib/model.ts'
import { holderStateFrom, keysOf } from '#lib/policy/holder-state.ts'
import { statusOf } from '#lib/policy/status.ts'
import { BY_DIRECTORY, type HolderState } from '#lib/policy/status-types.ts'
import { auditEvent } from './audit-event.ts'
import type { Authority } from './authority.ts'

/**
 * What the directory ended for good, as the status function has it without what the ledger knows.
 * `actor` is the part of Latchkey that saw it.
 */
export function endingBy(authority: Authority, actor: string, now: Date): Ending {
  return (record, objects) => {
    const state = holderStateFrom(authority.policy, record, objects, now)
    return state && endOf(authority, actor, record, state, now)
  }
}

type Ends = Pick<DirectoryObject, 'deletedAt' | 'retiredAt'>

/**
 * Of an object that is well again, when it was not. Earlier releases kept this in the object, where
 * it ended every certificate from before; now the ledger revokes those and the object forgets.
 */
export function earlierEnds({ present, retired, deletedAt, retiredAt }: DirectoryObject): Ends {
  return { deletedAt: present ? deletedAt : null, retiredAt: retired ? null : retiredAt }
}

/** What these objects, as an earlier release left them, ended of the certificates from before. */
export function earlierEnding(
  authority: Authority,
  before: readonly DirectoryObject[],
  now: Date,
): Ending {
  const byKey = new Map(before.map((object) => [textOfKey(object), object]))
  return (record) => {
    const own = keysOf(record.holder, authority.policy).map((key) => byKey.get(textOfKey(key)))
    const after = (at: Date | null | undefined) => (at && at >= record.createdAt ? at : null)
    const deleted = own.map((object) => after(object?.deletedAt))
    const retired = own.map((object) => after(object?.retiredAt)).filter((at) => at !== null)
    const times = deleted.filter((at) => at !== null)
    const deletedAt = times.length > 0 && times.length === own.length ? latest(times) : null
    const none = { disabledSince: null, riskySince: null, leftIntuneSince: null }
    const device = { ...none, nonCompliantSince: null, enrolledAt: null }
    const state: HolderState =
      record.holder.kind === 'user'
        ? { kind: 'user', asOf: now, deletedAt, ...none }
        : { kind: 'device', asOf: now, deletedAt, retiredAt: retired[0] ?? null, ...device }
    return endOf(authority, 'sweep', record, state, now)
  }
}

function latest(times: readonly Date[]): Date {
  return new Date(Math.max(...times.map((at) => at.getTime())))
}

function endOf(
  authority: Authority,
  actor: string,
  { serial, notAfter }: CertificateRecord,
  state: HolderState,
  now: Date,
): ReturnType<Ending> {
  const status = statusOf(authority.policy, { notAfter, revocation: null }, state, now)
  const { since: at, code: reason, reason: cause } = status
  if (status.state !== 'revoked' || at === null || reason === null) return null
  const facts = { reason, cause, by: BY_DIRECTORY }
  return {
    change: { serial, reason, at, by: BY_DIRECTORY, cause },
    event: auditEvent(authority, 'certificate.revoked', actor, serial, facts),
  }
}
