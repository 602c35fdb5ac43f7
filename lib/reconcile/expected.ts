import { knowledgeOf, readAtOf } from '#lib/issuance/status/status.ts'
import type { Ledger } from '#lib/ledger/ledger.ts'
import type { CertificateRecord } from '#lib/ledger/records.ts'
import type { DirectoryObject } from '#lib/model.ts'
import type { Issuer } from '#lib/pki/certificate/profile.ts'
import { directoryEffect } from '#lib/policy/directory-effect.ts'
import { keysOf } from '#lib/policy/holder.ts'
import type { Policy } from '#lib/policy/policy.ts'
import { statusOf } from '#lib/policy/status.ts'
import type { CertificateStatus, DirectoryEffect } from '#lib/policy/status-types.ts'

/**
 * The status of each certificate by the ledger, computed by statusOf as everywhere, without asking the
 * directory.
 */

export type Reader = {
  readonly ledger: Ledger
  /** Whose certificates and lists are compared; a ledger may have those of others too. */
  readonly issuer: Issuer
  readonly policy: Policy
  readonly directoryBudgetMs: number
  readonly now: () => Date
}

export type Expected = {
  readonly record: CertificateRecord
  readonly status: CertificateStatus
  /** When the status last changed, as far as the rows show. */
  readonly changedAt: Date
}

/** Allowance for clocks that differ and for the time that a CRL takes to make. */
export const SLACK_MS = 60_000

const PAGE = 200

/** Gives every unexpired certificate of the issuer by serial, without pending ones. */
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
    yield await expectedOf(reader, ownOf(reader, page))
    after = last.serial
  }
}

/** Those of the issuer: another one may have given the same serial (RFC 5280 section 4.1.2.2). */
export function ownOf({ issuer }: Pick<Reader, 'issuer'>, records: readonly CertificateRecord[]) {
  return records.filter(({ issuerId }) => issuerId === issuer.id)
}

/**
 * Gives the status of each. When the directory was last read longer ago than the budget, what depends on it
 * is 'unknown'.
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

/**
 * A grace period ends without a change in the directory, and the hold begins then, whatever its date says.
 */
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

/** A hold may become permanent by time alone, and the first sync afterwards writes it. */
function endedAt(effect: DirectoryEffect | null, now: Date): Date | null {
  if (effect?.kind === 'revoke') return now
  return effect?.kind === 'hold' && effect.finalAt && effect.finalAt <= now ? now : null
}

/** Gives a status for the operator, such as `revoked (keyCompromise, 2026-03-01T12:00:00Z)`. */
export function inWords({ state, code, since }: CertificateStatus): string {
  if (state === 'hold' || state === 'revoked') return revokedOrHeldInWords(state, code, since)
  return state
}

export function revokedOrHeldInWords(state: string, code: string | null, at: Date | null): string {
  const time = at === null ? '' : `, ${timeInWords(at)}`
  return `${state} (${code ?? 'unspecified'}${time})`
}

/** To the second, as in OCSP and CRLs. */
export function timeInWords(at: Date): string {
  return at.toISOString().replace(/\.\d+/, '')
}
