import type { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import type { DirectoryState, StreamName, StreamState } from '#lib/ledger/directory-ledger.ts'
import type { DirectoryKey, Observation } from '#lib/model.ts'
import { uniqueKeys } from './apply.ts'
import { countWorse, engageCircuitBreaker, limitOf, releaseEnded } from './circuit-breaker.ts'
import { type Asked, confirmAbsences, confirmNames, lookUpAll } from './confirm.ts'
import { withDeviceIds } from './device-ids.ts'
import { isDirectoryUnavailable } from './directory-unavailable.ts'
import { absentFrom, newsOf, removedIn } from './news.ts'
import { joined, namesIn, type Rounds, weighed } from './observations.ts'
import { evaluateAll, policyHashOf } from './policy-change.ts'
import { riskObservations } from './risk.ts'
import type { Reader, Round } from './rounds.ts'
import { openStoring, type Storing } from './storing.ts'

export type SyncReport = {
  /** Number of objects whose state changed, for better or worse. */
  readonly changed: number
  /** True when the circuit breaker keeps the changes from being applied. */
  readonly isHeldBack: boolean
  /** Number of objects left to the next sync, because their look-up failed or contradicts the change feed. */
  readonly waiting: number
  /**
   * The error of a part of the sync, whose other parts were stored all the same. Null when nothing failed.
   */
  readonly error: LatchkeyError | null
}

/** How many objects each sync looks up one by one. */
const RECHECKS_MAX = 200
const CHUNK = 250
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * Reads what changed in the directory, plans what that means for certificates and applies the plan.
 *
 * An absence counts when a live look-up confirms it. An object with two contradicting answers is left to the
 * next sync, and so is a change feed that fails: knowledge of it gets older, and statusOf treats old
 * knowledge as unknown. More than a share of changes for the worse at once engages the circuit breaker, and
 * nothing is applied until an operator releases it.
 *
 * Throws LatchkeyError('directory_unavailable') when nothing could be read, or 'store_unavailable'.
 */
export async function syncDirectory(authority: Authority, reader: Reader): Promise<SyncReport> {
  const { ledger } = authority
  const state = await ledger.directoryState()
  const { rounds, error } = await readStreams(authority, reader, state)
  if (state.policyHash !== policyHashOf(authority.policy)) await evaluateAll(authority)
  const now = authority.now()
  const isReleased = state.circuitBreaker !== null && state.circuitBreaker.releasedAt !== null
  const limit = isReleased ? Number.POSITIVE_INFINITY : await limitOf(authority)

  const suspects = await suspectsOf(authority, rounds, now)
  const [confirmed, asked, names, risk] = [
    await confirmAbsences(authority, suspects, limit),
    await recheck(authority, rounds, now),
    await confirmNames(authority, namesIn(rounds)),
    await riskObservations(authority, state, now),
  ]
  const told = await newsOf(authority, rounds)
  const answers = asked.observations.map((answer) => weighed(told, answer))
  const observations = joined([
    ...told,
    ...confirmed.observations,
    ...answers,
    ...risk.observations,
  ])
  const worse = (await countWorse(authority, observations)) + names.confirmed.size
  const askedWorse = await countWorse(authority, asked.observations)
  const isHeldBack =
    !isReleased && (worse > limit || askedWorse > limitAmong(authority, asked.observations.length))
  if (isHeldBack) await engageCircuitBreaker(authority, 'directory-sync', worse)

  const storing = openStoring(authority, state)
  if (!isHeldBack) await applyAll(storing, observations, names.confirmed)
  const unclear = isHeldBack ? [] : await unclearNames(authority, storing, names.told)
  const outcome = { isHeldBack, hasUnclearNames: unclear.length > 0, riskReadAt: risk.readAt }
  const isStored = await storing.end(nextState(authority, state, rounds, outcome))
  if (isStored && !isHeldBack) await releaseEnded(authority, state)
  const waiting = confirmed.waiting + asked.waiting + unclear.length
  const { changed } = storing.counts()
  return { changed, isHeldBack, waiting, error: error ?? risk.error }
}

const SILENT = { isFull: false, items: [], removed: [], cursor: null } as const

/** Reads each change feed by itself. One that fails is reported, and read again in the next sync. */
async function readStreams(authority: Authority, reader: Reader, { streams }: DirectoryState) {
  const silent = { ...SILENT, startedAt: authority.now() }
  const rounds: { -readonly [Name in keyof Rounds]: Rounds[Name] } = {
    users: silent,
    entraDevices: silent,
    intuneDevices: silent,
  }
  const read = new Set<StreamName>()
  const outcomes = await Promise.allSettled([
    reader.read('users', streams.users).then((round) => {
      rounds.users = round
      read.add('users')
    }),
    reader.read('entraDevices', streams.entraDevices).then(async (round) => {
      rounds.entraDevices = await withDeviceIds(authority.ledger, round)
      read.add('entraDevices')
    }),
    reader.read('intuneDevices', streams.intuneDevices).then((round) => {
      rounds.intuneDevices = round
      read.add('intuneDevices')
    }),
  ])
  const errors = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  const bug = errors.find((error) => !isDirectoryUnavailable(error))
  if (bug) throw bug
  const error = longestWait(errors.filter(isDirectoryUnavailable))
  if (error && read.size === 0) throw error
  return { rounds: { ...rounds, read }, error }
}

type ReadStreams = Rounds & { readonly read: ReadonlySet<StreamName> }

/** Gives the error with the longest Retry-After (RFC 9110 section 10.2.3). */
function longestWait(errors: readonly LatchkeyError[]): LatchkeyError | null {
  const wait = (error: LatchkeyError) => error.retryAfterSeconds ?? 0
  return errors.toSorted((a, b) => wait(b) - wait(a))[0] ?? null
}

async function suspectsOf(
  authority: Authority,
  rounds: ReadStreams,
  now: Date,
): Promise<readonly Observation[]> {
  return joined([
    ...(await absentFrom(authority, rounds, now)),
    ...(await removedIn(authority, rounds)),
  ])
}

/**
 * Looks up objects one by one: those that need a recheck, those whose time has come, owners that were read
 * long ago, and absent ones, since the recycle bin has no change feed.
 */
async function recheck(authority: Authority, rounds: ReadStreams, now: Date): Promise<Asked> {
  const { ledger, ownersMaxAgeMs } = authority
  const before = (ms: number) => new Date(now.getTime() - ms)
  const [first, ...others] = [
    await ledger.objectsToRecheck(RECHECKS_MAX),
    await ledger.dueObjects(now, RECHECKS_MAX),
    await ledger.absentSeenBefore(before(HOUR_MS), RECHECKS_MAX / 4),
    await ledger.ownersReadBefore(before(ownersMaxAgeMs), RECHECKS_MAX),
    await ledger.objectsSeenBefore('user', before(DAY_MS), '', RECHECKS_MAX / 4),
    await ledger.objectsSeenBefore('entra_device', before(DAY_MS), '', RECHECKS_MAX / 4),
    await ledger.objectsSeenBefore('intune_device', before(DAY_MS), '', RECHECKS_MAX / 4),
  ]
  const keys = uniqueKeys([...(first ?? []), ...others.flat()]).filter(({ kind }) =>
    rounds.read.has(STREAM_OF[kind]),
  )
  return lookUpAll(authority, keys.slice(0, RECHECKS_MAX))
}

const STREAM_OF = {
  user: 'users',
  entra_device: 'entraDevices',
  intune_device: 'intuneDevices',
} as const satisfies Record<DirectoryKey['kind'], StreamName>

/**
 * For objects that are looked up one by one the limit is a share of those, since each sync looks up only
 * some.
 */
function limitAmong({ circuitBreaker }: Authority, asked: number): number {
  return Math.max(circuitBreaker.changesMin, circuitBreaker.shareMax * asked)
}

async function applyAll(
  storing: Storing,
  observations: readonly Observation[],
  names: ReadonlyMap<string, string>,
): Promise<void> {
  for (let start = 0; start < observations.length; start += CHUNK) {
    await storing.apply(observations.slice(start, start + CHUNK), NO_NAMES)
  }
  if (names.size > 0) await storing.apply([], names)
}

const NO_NAMES: ReadonlyMap<string, string> = new Map()

/**
 * Gives holders of certificates whose names the change feed assigns to somebody else, while a live look-up or
 * the stored state of the holder contradicts it. They are looked up again, and the feed is read again from
 * the same cursor.
 */
async function unclearNames(
  { ledger, now }: Authority,
  storing: Storing,
  told: ReadonlyMap<string, string>,
): Promise<readonly Observation[]> {
  if (told.size === 0) return []
  const left = await ledger.certificatesOfNames(told)
  const oids = left.flatMap(({ holder }) => (holder.kind === 'user' ? [holder.oid] : []))
  const holders = [...new Set(oids)].map((id): Observation => {
    return { kind: 'user', id, at: now(), present: 'untold', contradicted: true }
  })
  if (holders.length > 0) await storing.apply(holders, NO_NAMES)
  return holders
}

type Outcome = {
  readonly isHeldBack: boolean
  readonly hasUnclearNames: boolean
  readonly riskReadAt: Date | null
}

/**
 * While the circuit breaker is engaged, the old state stays stored and its times are updated; cursors stay,
 * so that the next round reports the same changes again. The cursor of users also stays while a name is
 * unclear.
 */
function nextState(
  { policy }: Authority,
  state: DirectoryState,
  rounds: ReadStreams,
  { isHeldBack, hasUnclearNames, riskReadAt }: Outcome,
) {
  const next = (name: StreamName): StreamState => {
    const before = state.streams[name]
    if (!rounds.read.has(name)) return before
    const round: Round<unknown> = rounds[name]
    return {
      cursor: isHeldBack || (name === 'users' && hasUnclearNames) ? before.cursor : round.cursor,
      readAt: round.startedAt,
      fullAt: round.isFull ? round.startedAt : before.fullAt,
    }
  }
  return {
    streams: {
      users: next('users'),
      entraDevices: next('entraDevices'),
      intuneDevices: next('intuneDevices'),
    },
    riskReadAt,
    policyHash: policyHashOf(policy),
  }
}
