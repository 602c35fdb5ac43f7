import type { CertificateRecord, Ledger } from '#lib/ledger/ledger.ts'
import { holderStateFrom, keysOf } from '#lib/policy/holder-state.ts'
import type { Policy } from '#lib/policy/policy.ts'
import { statusOf } from '#lib/policy/status.ts'
import type { CertificateStatus } from '#lib/policy/status-types.ts'

/** What the ledger says of each certificate: the same rules as everywhere, asked of nobody else. */

export type Reader = {
  readonly ledger: Ledger
  readonly policy: Policy
  readonly directoryBudgetMs: number
  readonly now: () => Date
}

export type Expected = { readonly record: CertificateRecord; readonly status: CertificateStatus }

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
  { ledger, policy, directoryBudgetMs, now }: Reader,
  records: readonly CertificateRecord[],
): Promise<readonly Expected[]> {
  const keys = records.flatMap(({ holder }) => keysOf(holder, policy))
  const [{ readAt }, objects] = await Promise.all([
    ledger.snapshot(),
    ledger.directoryObjects(keys),
  ])
  const moment = now()
  const isFresh = readAt !== null && moment.getTime() - readAt.getTime() <= directoryBudgetMs
  const asOf = readAt ?? moment
  return records.map((record) => {
    const known = isFresh ? holderStateFrom(policy, record, objects, asOf) : null
    const state = known ?? ({ kind: 'unknown', asOf } as const)
    return { record, status: statusOf(policy, record, state, moment) }
  })
}

/** In words, for the operator: `revoked (keyCompromise, 2026-03-01T12:00:00Z)`. */
export function inWords({ state, code, since }: CertificateStatus): string {
  if (state === 'hold' || state === 'revoked') return stoppedInWords(state, code, since)
  return state
}

export function stoppedInWords(state: string, code: string | null, at: Date | null): string {
  const time = at === null ? '' : `, ${at.toISOString().replace(/\.\d+/, '')}`
  return `${state} (${code ?? 'unspecified'}${time})`
}
