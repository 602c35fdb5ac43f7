import { z } from 'zod'
import { GraphError } from '#sandbox/odata/graph-error.ts'
import { decode, encode, type GraphObject, selected } from '#sandbox/odata/graph-query.ts'
import type { Change } from '#sandbox/tenant/directory.ts'
import type { GraphCall } from './graph-call.ts'

/**
 * Delta queries of people and devices: first everything, then the changes since the token, with removed
 * objects marked. `$select` is part of the token; `$top` and `odata.maxpagesize` have no effect. Changes of
 * properties that were not selected are not reported, so owners of devices never are.
 */
export type DeltaKind = {
  readonly kind: Change['kind']
  readonly typeName: string
  /** Properties that are reported without `$select`; null for all. */
  readonly defaults: readonly string[] | null
  readonly objectOf: (id: string) => GraphObject | null
}

/** The place of a reader. All numbers are versions of the directory. */
const placeSchema = z.strictObject({
  epoch: z.string(),
  /** The version that the reader had when this round began; 0 in a first reading. */
  since: z.number().int().min(0),
  /** The version up to which the reader got changes. */
  sent: z.number().int().min(0),
  /** The version when a first reading began: objects removed before are not reported. */
  startedAt: z.number().int().min(0),
  /** The version when the previous round began. */
  before: z.number().int().min(0),
  select: z.string().nullable(),
  /** Whether an empty page was already sent in this round. */
  emptied: z.boolean(),
})

type Place = z.infer<typeof placeSchema>

export function deltaOf(call: GraphCall, { kind, typeName, defaults, objectOf }: DeltaKind) {
  const { directory } = call
  const { faults, settings } = call.tenant
  const place = placeOf(call)
  const changed = [...directory.changes].filter(
    ([, change]) =>
      change.kind === kind && change.version > place.sent && isTold(call, place, defaults, change),
  )
  const isEmptyPage = faults.delta === 'empty-pages' && !place.emptied
  const size = faults.graph === 'empty' || isEmptyPage ? 0 : settings.deltaPageSize
  const page = changed.slice(0, size)
  const more = isEmptyPage || (page.length > 0 && page.length < changed.length)
  const sent = page.at(-1)?.[1].version ?? place.sent
  return {
    '@odata.context': `${call.base}/$metadata#${kind}s`,
    ...(more ? nextLink(call, { ...place, sent, emptied: true }) : deltaLink(call, place)),
    value: page.map(([id, change]) => {
      const object = change.removed === null ? objectOf(id) : null
      if (object === null) return { id, '@removed': { reason: change.removed ?? 'changed' } }
      const chosen = selected(object, typeName, withId(place.select), defaults)
      return isMinimal(call, place) ? since(chosen, change, place.since) : since(chosen, change, -1)
    }),
  }
}

/** Whether a change is reported to a reader at this place. */
function isTold(
  call: GraphCall,
  place: Place,
  defaults: readonly string[] | null,
  change: Change,
): boolean {
  const isFirst = place.since === 0
  if (change.removed !== null) {
    const wasGone = isFirst && change.version <= place.startedAt
    return !wasGone || call.tenant.faults.delta === 'removed-first'
  }
  if (isFirst || change.appeared > place.since) return true
  const names = place.select?.split(',').map((name) => name.trim()) ?? defaults
  return [...change.properties].some(
    ([name, version]) => version > place.since && (names === null || names.includes(name)),
  )
}

/** Gives the properties that changed after that version; a property that was never set is left out. */
function since(object: GraphObject, change: Change, version: number): GraphObject {
  const kept = Object.entries(object).filter(
    ([name]) => name === 'id' || (change.properties.get(name) ?? -1) > version,
  )
  return Object.fromEntries(kept)
}

function isMinimal(call: GraphCall, place: Place): boolean {
  return place.since > 0 && /(?:^|[\s,;])return=minimal\b/i.test(call.prefer)
}

function placeOf(call: GraphCall): Place {
  const { query, directory } = call
  const { epoch, faults } = call.tenant
  const token = query.get('$deltatoken') ?? query.get('$skiptoken')
  const start = {
    epoch,
    since: 0,
    sent: 0,
    startedAt: directory.version,
    before: 0,
    select: query.get('$select'),
    emptied: false,
  }
  if (token === null) return start
  if (token === 'latest') return { ...start, since: directory.version, sent: directory.version }
  // Graph forgets a reader's token after seven days, but not the pages of a reading in progress.
  const isForgotten = faults.graph === 'forgetful' && query.has('$deltatoken')
  const place = isForgotten ? null : parsedPlace(token)
  if (place?.epoch !== epoch) throw forgotten(call)
  const isNewRound = query.has('$deltatoken')
  if (!isNewRound || faults.delta !== 'replays') return place
  return { ...place, since: place.before, sent: place.before }
}

function parsedPlace(token: string): Place | null {
  try {
    return placeSchema.parse(JSON.parse(decode(token)))
  } catch {
    return null
  }
}

function forgotten(call: GraphCall): GraphError {
  return new GraphError(
    410,
    'syncStateNotFound',
    'The sync state generation is not found; resync is required.',
    { location: `${call.base}/${call.path}` },
  )
}

function nextLink(call: GraphCall, place: Place) {
  return { '@odata.nextLink': linkOf(call, '$skiptoken', place) }
}

/**
 * Changes that an empty page left out, or that a replica does not know yet, are reported in a later round.
 */
function deltaLink(call: GraphCall, place: Place) {
  const isEmpty = call.tenant.faults.graph === 'empty'
  const read = isEmpty ? place.sent : Math.max(place.sent, call.directory.version)
  const next = {
    ...place,
    since: read,
    sent: read,
    startedAt: 0,
    before: place.since,
    emptied: false,
  }
  return { '@odata.deltaLink': linkOf(call, '$deltatoken', next) }
}

function linkOf(call: GraphCall, name: string, place: Place): string {
  return `${call.base}/${call.path}?${name}=${encode(JSON.stringify(place))}`
}

function withId(select: string | null): string | null {
  return select === null ? null : `id,${select}`
}
