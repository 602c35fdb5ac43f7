import type { PropagationView } from '#lib/api/schemas.ts'

/** Propagation delays in seconds, computed from the authority's settings. */

/** Until everyone who got "good" before a revocation or hold has to ask again. */
export function stopSeconds({ good }: PropagationView): number {
  return good
}

/** From a change for the better in the directory until everyone who got "on hold" asks again. */
export function returnSeconds({ directory, hold }: PropagationView): number {
  return directory + hold
}

/** When what has been on hold as lost since then is revoked for good. */
export function lostUntil(since: Date, { lostDays }: PropagationView): Date {
  return new Date(since.getTime() + lostDays * DAY_MS)
}

const DAY_MS = 86_400_000

/**
 * The last moment at which a relying party may still use a "good" from before the certificate was stopped.
 * Includes the time until the next directory sync, which may have seen the change.
 */
export function rememberedUntil(since: Date, propagation: PropagationView): Date {
  return new Date(since.getTime() + (propagation.directory + propagation.good) * 1000)
}
