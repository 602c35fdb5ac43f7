import { LatchkeyError } from '#lib/errors.ts'
import type { CertificateRecord } from '#lib/ledger/ledger.ts'
import type { DirectoryObject, Holder } from '#lib/model.ts'
import { holderStateFrom, keysOf } from '#lib/policy/holder-state.ts'
import { statusOf } from '#lib/policy/status.ts'
import type { CertificateStatus, HolderState } from '#lib/policy/status-types.ts'
import type { Authority } from './authority.ts'
import { observe } from './observe.ts'

/**
 * The status of each certificate, in the same order: the only place where OCSP, CRL, portal and
 * API learn it. The stored directory snapshot answers while it is younger than the budget; past it
 * the directory is asked, live; when it does not answer either, the status is unknown: never good
 * and never revoked.
 */
export async function statusOfRecords(
  authority: Authority,
  records: readonly CertificateRecord[],
): Promise<readonly CertificateStatus[]> {
  const keys = records.flatMap((record) => keysOf(record.holder, authority.policy))
  const [snapshot, objects] = await Promise.all([
    authority.ledger.snapshot(),
    authority.ledger.directoryObjects(keys),
  ])
  const now = authority.now()
  const isFresh =
    snapshot.readAt !== null &&
    now.getTime() - snapshot.readAt.getTime() <= authority.directoryBudgetMs
  const live = new Map<string, Promise<readonly DirectoryObject[] | null>>()
  const askOnce = (holder: Holder) => {
    const key = JSON.stringify(holder)
    const asked = live.get(key) ?? ask(authority, holder, objects)
    live.set(key, asked)
    return asked
  }
  const stateOf = async (record: CertificateRecord): Promise<HolderState> => {
    const { policy } = authority
    const stored =
      isFresh && snapshot.readAt ? holderStateFrom(policy, record, objects, snapshot.readAt) : null
    if (stored) return stored
    const seen = await askOnce(record.holder)
    const asOf = seen ? now : (snapshot.readAt ?? now)
    return (seen && holderStateFrom(policy, record, seen, asOf)) ?? { kind: 'unknown', asOf }
  }
  return Promise.all(
    records.map(async (record) => statusOf(authority.policy, record, await stateOf(record), now)),
  )
}

/** Null when the directory does not answer. */
async function ask(
  authority: Authority,
  holder: Holder,
  stored: readonly DirectoryObject[],
): Promise<readonly DirectoryObject[] | null> {
  try {
    const objects = await observe(authority, keysOf(holder, authority.policy), stored)
    await authority.ledger.observe(objects)
    return objects
  } catch (error) {
    if (error instanceof LatchkeyError && error.code === 'directory_unavailable') return null
    throw error
  }
}
