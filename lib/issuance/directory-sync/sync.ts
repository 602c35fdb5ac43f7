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
  /** Objects whose state changed, for better or worse. */
  readonly changed: number
  /** True when the circuit breaker holds the changes back. */
  readonly isHeldBack: boolean
  /** Objects that wait for the next sync, because what was said of them was an error or contradicts itself. */
  readonly waiting: number
  /** What hindered a part of it; the other parts were stored all the same. Null when nothing did. */
  readonly error: LatchkeyError | null
}

/** Objects that are asked for one by one in each sync. */
const RECHECKS_MAX = 200
const CHUNK = 250
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * Reads what changed in the directory, plans what that means for certificates and applies the plan.
 * An absence counts when a direct question confirms it; an object about which the directory says two
 * things waits, and so does a stream that is failing: the knowledge of it grows old, which the
 * status function knows how to treat. More than a share of changes for the worse at once engages the
 * circuit breaker, and nothing changes until an operator releases it. Throws 'directory_unavailable'
 * when nothing could be read, or 'store_unavailable'.
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

/** Each by itself: what is failing is told, and read again the next time. */
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

/** The one that asks to be left alone for the longest (RFC 9110 section 10.2.3). */
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
 * Asks for objects one by one: those that issuance stored or that waited, those whose time has come,
 * owners that were read long ago, and what is absent, since its recycle bin tells no changes.
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

/** Of those that are asked for one by one the share counts too: there are only some in each sync. */
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
 * Holders of certificates whose names the round gives to somebody else, though a direct question, or
 * what is known of the holder, says otherwise. They are asked for again, and the names are told again.
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
 * Under the circuit breaker the old state stays, and stays fresh; the cursors stay too, so that the
 * next round tells of everything again. So does that of people while a name is unclear.
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
