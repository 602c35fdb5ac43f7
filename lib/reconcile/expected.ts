import { knowledgeOf } from '#lib/issuance/status.ts'
import type { CertificateRecord, Ledger } from '#lib/ledger/ledger.ts'
import { holderStateFrom, keysOf } from '#lib/policy/holder-state.ts'
import type { Policy } from '#lib/policy/policy.ts'
import { statusOf } from '#lib/policy/status.ts'
import type { CertificateStatus, HolderState } from '#lib/policy/status-types.ts'

/** What the ledger says of each certificate: the same rules as everywhere, asked of nobody else. */

export type Reader = {
  readonly ledger: Ledger
  readonly policy: Policy
  readonly directoryBudgetMs: number
  readonly now: () => Date
}

export type Expected = {
  readonly record: CertificateRecord
  readonly status: CertificateStatus
  /** When the status last changed, as far as the rows tell. */
  readonly changedAt: Date
}

/** Clocks may differ by so much, and a list is so long in the making. */
export const SLACK_MS = 60_000

const PAGE = 200

/** Every certificate that is not expired, in the order of serials. Pending ones are left out. */
export async function* expectedStatuses(reader: Reader): AsyncGenerator<readonly Expected[]> {
  const since = reader.now()
  let after: string | null = null
  for (;;) {
    const page: readonly CertificateRecord[] = await reader.ledger.unexpired({
      since,
      after,
      limit: PAGE,
    })
    const last = page.at(-1)
    if (!last) return
    yield await expectedOf(reader, page)
    after = last.serial
  }
}

/**
 * The status of each. Past its budget the stored directory snapshot proves nothing, since whoever
 * answers then asks the directory itself: what hangs on it is 'unknown'.
 */
export async function expectedOf(
  reader: Reader,
  records: readonly CertificateRecord[],
): Promise<readonly Expected[]> {
  const { ledger, policy, now } = reader
  const keys = records.flatMap(({ holder }) => keysOf(holder, policy))
  const [{ readAt, isFresh }, objects] = await Promise.all([
    knowledgeOf(reader),
    ledger.directoryObjects(keys),
  ])
  const moment = now()
  const asOf = readAt ?? moment
  return records.map((record) => {
    const known = isFresh ? holderStateFrom(policy, record, objects, asOf) : null
    const state = known ?? ({ kind: 'unknown', asOf } as const)
    const status = statusOf(policy, record, state, moment)
    const times = [status.since, record.revocation?.at, graceEnd(reader, state, moment)]
    const changedAt = new Date(Math.max(0, ...times.map((at) => at?.getTime() ?? 0)))
    return { record, status, changedAt }
  })
}

/** A grace period ends by the time alone, and is seen so by the first reading after it. */
function graceEnd({ policy, directoryBudgetMs }: Reader, state: HolderState, now: Date) {
  const { complianceGraceMinutes } = policy
  if (complianceGraceMinutes === 0 || state.kind !== 'device') return null
  const { enrolledAt, nonCompliantSince, asOf } = state
  if (enrolledAt === null || nonCompliantSince === null) return null
  const end = enrolledAt.getTime() + complianceGraceMinutes * 60_000
  return end > asOf.getTime() ? null : new Date(Math.min(now.getTime(), end + directoryBudgetMs))
}

/** In words, for the operator: `revoked (keyCompromise, 2026-03-01T12:00:00Z)`. */
export function inWords({ state, code, since }: CertificateStatus): string {
  if (state === 'hold' || state === 'revoked') return stoppedInWords(state, code, since)
  return state
}

export function stoppedInWords(state: string, code: string | null, at: Date | null): string {
  const time = at === null ? '' : `, ${timeInWords(at)}`
  return `${state} (${code ?? 'unspecified'}${time})`
}

/** To the second, as OCSP and CRLs have it. */
export function timeInWords(at: Date): string {
  return at.toISOString().replace(/\.\d+/, '')
}
