import { LatchkeyError } from '#lib/errors.ts'
import type { Observation } from '#lib/ledger/status-ledger.ts'
import type { DirectoryKey, DirectoryObject } from '#lib/model.ts'
import type { Authority } from './authority.ts'
import { brakeLimit, countBound, engageBrake } from './brake.ts'
import { conditionNow, find, observation, type Sight } from './observe.ts'

/**
 * Asks the directory, live, for these objects, and stores what is new. A deletion counts only when
 * a second question confirms it, and what became worse counts for the brake, as in a sweep; what
 * does not pass is no answer. Throws 'directory_unavailable'.
 */
export async function look(
  authority: Authority,
  keys: readonly DirectoryKey[],
  stored: readonly DirectoryObject[],
): Promise<readonly DirectoryObject[]> {
  const sights = await Promise.all(
    keys.map(async (key): Promise<Sight> => {
      const condition = await conditionNow(authority, key)
      const isNew = condition.deleted && find(stored, key)?.present !== false
      if (isNew && (await authority.feed.exists(key))) throw twoAnswers()
      return { key, condition }
    }),
  )
  const now = authority.now()
  const seen = observation(authority, 'look-up', sights, now)
  const { objects, events } = seen.merge(stored)
  // Most look-ups tell what is stored already: nothing is written then.
  const isKnown = keys.every((key) => find(stored, key) !== undefined)
  return isKnown && events.length === 0 ? objects : storeSeen(authority, seen)
}

export function twoAnswers(): LatchkeyError {
  return new LatchkeyError(
    'directory_unavailable',
    'The directory gives two answers about whether something exists.',
    { retryAfterSeconds: 30 },
  )
}

/** Of what became worse since the last sweep only so much passes, in all replicas together. */
async function storeSeen(
  authority: Authority,
  seen: Observation,
): Promise<readonly DirectoryObject[]> {
  const { ledger, brake } = authority
  const snapshot = await ledger.snapshot()
  const window = snapshot.readAt ?? new Date(0)
  const upTo = (max: number) => ledger.observe(seen, { window, max })
  if (snapshot.brake?.releasedAt) return (await upTo(Number.MAX_SAFE_INTEGER)) ?? []
  const few = await upTo(snapshot.brake === null ? brake.changesMin : 0)
  if (few !== null) return few
  if (snapshot.brake === null) {
    const bound = await countBound(authority)
    const max = Math.floor(brakeLimit(authority, bound))
    const more = await upTo(max)
    if (more !== null) return more
    await engageBrake(authority, 'look-up', max + 1, bound)
  }
  throw new LatchkeyError(
    'directory_unavailable',
    'The directory changed so much at once that nothing of it is believed.',
    { retryAfterSeconds: 60 },
  )
}
