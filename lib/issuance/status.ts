import { LatchkeyError } from '#lib/errors.ts'
import type { CertificateRecord } from '#lib/ledger/ledger.ts'
import type { DirectoryObject, Holder } from '#lib/model.ts'
import { holderStateFrom, keysOf } from '#lib/policy/holder-state.ts'
import { statusOf } from '#lib/policy/status.ts'
import type { CertificateStatus, HolderState } from '#lib/policy/status-types.ts'
import type { Authority } from './authority.ts'
import { look } from './look.ts'

/** What is known of the directory at one moment. */
export type Knowledge = {
  readonly readAt: Date | null
  /** Whether it was read within its budget. */
  readonly isFresh: boolean
}

/** Clocks of replicas differ by less; what was read later than that comes from a clock that was wrong. */
const SKEW_MS = 60_000

type Asked = Pick<Authority, 'ledger' | 'now' | 'directoryBudgetMs'>

export async function knowledgeOf({ ledger, now, directoryBudgetMs }: Asked): Promise<Knowledge> {
  const { readAt } = await ledger.snapshot()
  const ageMs = now().getTime() - (readAt?.getTime() ?? Number.NEGATIVE_INFINITY)
  return { readAt, isFresh: ageMs >= -SKEW_MS && ageMs <= directoryBudgetMs }
}

/**
 * The status of each certificate, in the same order: the only place where OCSP, CRL, portal and
 * API learn it. The stored directory snapshot answers while it is younger than the budget; past it
 * the directory is asked, live; when it does not answer either, the status is what is final already,
 * else unknown: never good. Many certificates of one answer are judged by one `knowledge`.
 */
export async function statusOfRecords(
  authority: Authority,
  records: readonly CertificateRecord[],
  knowledge: Knowledge | null = null,
): Promise<readonly CertificateStatus[]> {
  const { policy, ledger } = authority
  const keys = records.flatMap((record) => keysOf(record.holder, policy))
  const [{ readAt, isFresh }, objects] = await Promise.all([
    knowledge ?? knowledgeOf(authority),
    ledger.directoryObjects(keys),
  ])
  const now = authority.now()
  // RFC 6960 section 3.2: a time that lies ahead is not believed.
  const asOf = readAt && readAt < now ? readAt : now
  const live = new Map<string, Promise<readonly DirectoryObject[] | null>>()
  const askOnce = (holder: Holder) => {
    const key = JSON.stringify(holder)
    const asked = live.get(key) ?? ask(authority, holder, objects)
    live.set(key, asked)
    return asked
  }
  const judge = async (record: CertificateRecord): Promise<CertificateStatus> => {
    const judged = (holder: HolderState) => statusOf(policy, record, holder, now)
    const unknown = judged({ kind: 'unknown', asOf })
    // What the ledger revoked for good is revoked, whatever the directory says.
    if (unknown.state === 'revoked') return unknown
    const stored = holderStateFrom(policy, record, objects, asOf)
    if (isFresh && stored) return judged(stored)
    const seen = knowledge === null || isFresh ? await askOnce(record.holder) : null
    const state = seen && holderStateFrom(policy, record, seen, now)
    if (state) return judged(state)
    const before = stored && judged(stored)
    return before?.state === 'revoked' ? before : unknown
  }
  return Promise.all(records.map(judge))
}

/** Null when the directory does not answer. */
async function ask(
  authority: Authority,
  holder: Holder,
  stored: readonly DirectoryObject[],
): Promise<readonly DirectoryObject[] | null> {
  try {
    return await look(authority, keysOf(holder, authority.policy), stored)
  } catch (error) {
    if (error instanceof LatchkeyError && error.code === 'directory_unavailable') return null
    throw error
  }
}
