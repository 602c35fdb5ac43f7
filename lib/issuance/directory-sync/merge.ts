import type { DeviceOwner, DirectoryObject, Observation } from '#lib/model.ts'

/**
 * Milliseconds after the first look-up at which an object in neither place must be missing again to count as
 * deleted for good.
 */
const UNLISTED_MS = 60_000

/**
 * Merges an observation into the stored object; nothing else changes objects. A condition that persists keeps its
 * time, a new one begins now, and members that the observation does not have stay as they are. The version is
 * not changed.
 */
export function mergeObservation(
  before: DirectoryObject,
  observation: Observation,
  now: Date,
): DirectoryObject {
  if (observation.present === false) {
    return { ...before, ...absence(before, observation.deletion, now), seenAt: observation.at }
  }
  const seen = { ...before, ...traits(before, observation, now) }
  // The observation says nothing of the object's presence, so neither presence nor the time of the last look-up
  // changes.
  if (observation.present === 'untold') return seen
  return { ...seen, absentSince: null, deletion: null, unlistedSince: null, seenAt: observation.at }
}

/**
 * An object that was in the recycle bin and is now in neither place is deleted for good after two look-ups a
 * minute apart: one of Graph's replicas may lag behind a restoration.
 */
function absence(
  before: DirectoryObject,
  deletion: Extract<Observation, { present: false }>['deletion'],
  now: Date,
): Partial<DirectoryObject> {
  const absentSince = before.absentSince ?? now
  if (before.deletion === 'final' || deletion === 'untold') return { absentSince }
  if (deletion !== 'unknown') return { absentSince, deletion, unlistedSince: null }
  if (before.deletion === null) return { absentSince }
  const unlistedSince = before.unlistedSince ?? now
  const isGone = now.getTime() - unlistedSince.getTime() >= UNLISTED_MS
  return { absentSince, unlistedSince, deletion: isGone ? 'final' : before.deletion }
}

function traits(
  before: DirectoryObject,
  seen: Exclude<Observation, { present: false }>,
  now: Date,
): Partial<DirectoryObject> {
  const since = (is: boolean | undefined, was: Date | null) => {
    if (is === undefined) return was
    return is ? (was ?? now) : null
  }
  const { enabled, compliant, retirement = before.retirement, upn = before.upn } = seen
  const isRenamed = upn !== before.upn
  return {
    objectId: seen.objectId ?? before.objectId,
    disabledSince: since(enabled === undefined ? undefined : !enabled, before.disabledSince),
    nonCompliantSince: since(
      compliant === undefined ? undefined : compliant === false,
      before.nonCompliantSince,
    ),
    retirement,
    retirementSince: since(retirement !== null, before.retirementSince),
    riskySince: since(seen.risky, before.riskySince),
    enrolledAt: seen.enrolledAt === undefined ? before.enrolledAt : seen.enrolledAt,
    owners: seen.ownerOids ? mergeOwners(before.owners ?? [], seen.ownerOids, now) : before.owners,
    ownersSeenAt: seen.ownerOids ? seen.at : before.ownersSeenAt,
    upn,
    upnSince: isRenamed ? (before.upn === null ? EVER : now) : before.upnSince,
  }
}

/** A name that is read for the first time counts as unchanged, so it gets this time. */
const EVER = new Date(0)

/** How many former owners are kept, for the time since when they are no longer owners. */
const FORMER_OWNERS_MAX = 20

function mergeOwners(
  before: readonly DeviceOwner[],
  oids: readonly string[],
  now: Date,
): readonly DeviceOwner[] {
  const known = new Map(before.map((owner) => [owner.oid, owner]))
  const current = [...new Set(oids)].toSorted().map((oid): DeviceOwner => {
    const owner = known.get(oid)
    return owner?.goneSince === null ? owner : { oid, since: now, goneSince: null }
  })
  const former = before
    .filter(({ oid }) => !oids.includes(oid))
    .map((owner) => ({ ...owner, goneSince: owner.goneSince ?? now }))
    .toSorted((a, b) => b.goneSince.getTime() - a.goneSince.getTime())
    .slice(0, FORMER_OWNERS_MAX)
  return [...current, ...former]
}
