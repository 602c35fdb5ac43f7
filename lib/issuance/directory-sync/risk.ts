import type { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import type { DirectoryState } from '#lib/ledger/directory-ledger.ts'
import type { Sighting } from '#lib/model.ts'
import { boundKeys } from './circuit-breaker.ts'
import { isTrouble } from './trouble.ts'

export type RiskReading = {
  readonly sightings: readonly Sighting[]
  /** When people at risk were last read; unchanged when this round failed. */
  readonly readAt: Date | null
  readonly trouble: LatchkeyError | null
}

/**
 * Gives observations of the people at risk, at an interval of its own: Graph allows one such request a second
 * for the whole tenant, over all applications. A failure keeps the last known set and affects no other part
 * of the sync.
 */
export async function riskSightings(
  authority: Authority,
  { riskReadAt }: DirectoryState,
  now: Date,
): Promise<RiskReading> {
  const { feed, ledger, riskEveryMs } = authority
  const isDue = riskReadAt === null || Math.abs(now.getTime() - riskReadAt.getTime()) >= riskEveryMs
  if (!isDue) return { sightings: [], readAt: riskReadAt, trouble: null }
  try {
    const risky = await feed.riskyUsers()
    if (risky === null) return { sightings: [], readAt: riskReadAt, trouble: null }
    const sightings: Sighting[] = []
    for await (const keys of boundKeys(authority)) {
      const at = now
      const users = keys.filter(({ kind }) => kind === 'user')
      for (const { kind, id, riskySince } of await ledger.directoryObjects(users)) {
        const isAtRisk = risky.has(id)
        if (isAtRisk === (riskySince !== null)) continue
        sightings.push({ kind, id, at, present: 'untold', risky: isAtRisk })
      }
    }
    return { sightings, readAt: now, trouble: null }
  } catch (error) {
    if (!isTrouble(error)) throw error
    return { sightings: [], readAt: riskReadAt, trouble: error }
  }
}
