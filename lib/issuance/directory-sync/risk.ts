import type { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import type { DirectoryState } from '#lib/ledger/directory-ledger.ts'
import type { Observation } from '#lib/model.ts'
import { boundKeys } from './circuit-breaker.ts'
import { isDirectoryUnavailable } from './directory-unavailable.ts'

export type RiskRound = {
  readonly observations: readonly Observation[]
  /** When people at risk were last read; unchanged when this round failed. */
  readonly readAt: Date | null
  readonly error: LatchkeyError | null
}

/**
 * Gives observations of the people at risk, at an interval of its own: Graph allows one such request a second
 * for the whole tenant, over all applications. A failure keeps the last known set and affects no other part
 * of the sync.
 */
export async function riskObservations(
  authority: Authority,
  { riskReadAt }: DirectoryState,
  now: Date,
): Promise<RiskRound> {
  const { changeFeed, ledger, riskEveryMs } = authority
  const isDue = riskReadAt === null || Math.abs(now.getTime() - riskReadAt.getTime()) >= riskEveryMs
  if (!isDue) return { observations: [], readAt: riskReadAt, error: null }
  try {
    const risky = await changeFeed.riskyUsers()
    if (risky === null) return { observations: [], readAt: riskReadAt, error: null }
    const observations: Observation[] = []
    for await (const keys of boundKeys(authority)) {
      const at = now
      const users = keys.filter(({ kind }) => kind === 'user')
      for (const { kind, id, riskySince } of await ledger.directoryObjects(users)) {
        const isAtRisk = risky.has(id)
        if (isAtRisk === (riskySince !== null)) continue
        observations.push({ kind, id, at, present: 'untold', risky: isAtRisk })
      }
    }
    return { observations, readAt: now, error: null }
  } catch (error) {
    if (!isDirectoryUnavailable(error)) throw error
    return { observations: [], readAt: riskReadAt, error }
  }
}
