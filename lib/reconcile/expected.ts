import { knowledgeOf, readAtOf } from '#lib/issuance/status/status.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { DirectoryObject } from '#lib/model.ts'
import { directoryEffect } from '#lib/policy/directory-effect.ts'
import { keysOf } from '#lib/policy/holder.ts'
import type { Policy } from '#lib/policy/policy.ts'
import { statusOf } from '#lib/policy/status.ts'
import type { CertificateStatus, DirectoryEffect } from '#lib/policy/status-types.ts'

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
 * The status of each. Past its budget the stored knowledge of the directory proves nothing: what hangs
 * on it is 'unknown'.
 */
export async function expectedOf(
  reader: Reader,
  records: readonly CertificateRecord[],
): Promise<readonly Expected[]> {
  const { ledger, policy, now } = reader
  const keys = records.flatMap(({ holder }) => keysOf(holder, policy))
  const [readAt, objects] = await Promise.all([readAtOf(reader), ledger.directoryObjects(keys)])
  const moment = now()
  return records.map((record) => {
    const knowledge = knowledgeOf(reader, record, objects, readAt, moment)
    const status = statusOf(record, knowledge, moment)
    const began = graceEnd(reader, record, objects, knowledge.effect)
    const times = [status.since, record.revocation?.at, endedAt(knowledge.effect, moment), began]
    const changedAt = new Date(Math.max(0, ...times.map((at) => at?.getTime() ?? 0)))
    return { record, status, changedAt }
  })
}

/** A grace period ends by the time alone, and a hold begins then, whatever it is dated. */
function graceEnd(
  { policy }: Reader,
  record: CertificateRecord,
  objects: readonly DirectoryObject[],
  effect: DirectoryEffect | null,
): Date | null {
  if (effect?.kind !== 'hold') return null
  const atFirst = directoryEffect(policy, record, objects, effect.since)
  return atFirst?.kind === 'none' ? atFirst.endsAt : null
}

/** A hold becomes final by the time alone, and is written by the first sync after that. */
function endedAt(effect: DirectoryEffect | null, now: Date): Date | null {
  if (effect?.kind === 'revoke') return now
  return effect?.kind === 'hold' && effect.finalAt && effect.finalAt <= now ? now : null
}

/** In words, for the operator: `revoked (keyCompromise, 2026-03-01T12:00:00Z)`. */
export function inWords({ state, code, since }: CertificateStatus): string {
  if (state === 'hold' || state === 'revoked') return revokedOrHeldInWords(state, code, since)
  return state
}

export function revokedOrHeldInWords(state: string, code: string | null, at: Date | null): string {
  const time = at === null ? '' : `, ${timeInWords(at)}`
  return `${state} (${code ?? 'unspecified'}${time})`
}

/** To the second, as OCSP and CRLs have it. */
export function timeInWords(at: Date): string {
  return at.toISOString().replace(/\.\d+/, '')
}
