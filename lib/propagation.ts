import type { PropagationView } from '#lib/api/schemas.ts'

/** What the authority's propagation delays mean for a person, in seconds. */

/** Until everyone who was told "good" before a stop has to ask again. */
export function stopSeconds({ good }: PropagationView): number {
  return good
}

/** From a change for the better in the directory until everyone who was told "on hold" asks again. */
export function returnSeconds({ directory, hold }: PropagationView): number {
  return directory + hold
}

/**
 * The last moment at which somebody may still believe the "good" that was said before this one
 * stopped: the directory's change may wait for the next sync.
 */
export function rememberedUntil(since: Date, propagation: PropagationView): Date {
  return new Date(since.getTime() + (propagation.directory + propagation.good) * 1000)
}
