import { setImmediate } from 'node:timers/promises'
import type { Reading } from '#lib/directory/directory.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Snapshot } from '#lib/ledger/status-ledger.ts'
import { type DirectoryObject, textOfKey } from '#lib/model.ts'
import { auditEvent } from './audit-event.ts'
import type { Authority } from './authority.ts'
import { boundKeys, brakeLimit, engageBrake } from './brake.ts'
import { changeEvent, isChange, isWorse, unseen } from './directory-change.ts'
import { earlierEnding, earlierEnds, endingBy } from './directory-ending.ts'
import { type Bound, type Judge, judgeOf, type Seen } from './judge-reading.ts'
import { twoAnswers } from './look.ts'
import { type Condition, conditionNow, mergeCondition } from './observe.ts'

export type SweepReport = {
  /** Objects whose state changed, for better or worse. */
  readonly changed: number
  /** True when the brake holds the changes back. */
  readonly braked: boolean
}

/**
 * Reads what changed in the directory and stores it for status, in one transaction. A deletion
 * counts only when a direct question confirms it, and trouble in any part gives up the whole
 * sweep: the snapshot then grows old, which the status function knows how to treat. More than a
 * share of changes for the worse at once engages the brake, and nothing changes until an operator
 * releases it. Throws 'directory_unavailable' or 'store_unavailable'.
 */
export async function sweep(authority: Authority): Promise<SweepReport> {
  const { ledger } = authority
  const snapshot = await ledger.snapshot()
  // What is read is known to be so when the reading begins (RFC 6960 section 4.2.2.1), not later.
  const readAt = authority.now()
  const { seen, cursors, isFull } = await readFeed(authority, snapshot, readAt)
  // After the reading: what issuance stored meanwhile is newer than the reading only by what the
  // next one tells again.
  const all = await boundObjects(authority)
  if (await settleEarlierEnds(authority, snapshot, all)) return sweep(authority)
  const found = await judgeAll(authority, judgeOf(seen), all)
  const released = snapshot.brake !== null && snapshot.brake.releasedAt !== null
  const worseMax = released ? Number.POSITIVE_INFINITY : brakeLimit(authority, all.length)
  const merged = merge(await confirm(authority, found, worseMax), authority.now())
  const changes = merged.filter(isChange)
  const worse = changes.filter(isWorse)
  const braked = !released && (worse.length > worseMax || learnedTooMuch(authority, merged))
  if (braked) await engageBrake(authority, 'sweep', worse.length, all.length)
  // Under the brake the old state stays, and stays fresh; the cursors stay too, so that the next
  // reading tells of everything again.
  const toStore = braked ? [] : merged.filter((one) => isToStore(one, isFull))
  const isStored = await ledger.applySweep({
    fromVersion: snapshot.version,
    readAt,
    cursors: braked ? snapshot.cursors : cursors,
    keys: toStore.map(({ after }) => after),
    merge: (stored) => {
      const still = stillSo(toStore, stored)
      return {
        objects: still.map(({ after }) => after),
        events: still.filter(isChange).map((change) => changeEvent(authority, 'sweep', change)),
      }
    },
    ending: endingBy(authority, 'sweep', authority.now()),
  })
  if (isStored && !braked && snapshot.brake !== null) {
    await ledger.setBrake(null, auditEvent(authority, 'brake.released', 'sweep', null, {}))
  }
  return { changed: isStored && !braked ? changes.length : 0, braked }
}

const DAY_MS = 86_400_000

/**
 * Once a day everything is read, whatever the cursors: a change that was told while nobody was
 * bound to its object, and missed since, is mended then.
 */
async function readFeed({ feed }: Authority, snapshot: Snapshot, now: Date) {
  const ageMs = now.getTime() - Number(snapshot.cursors.everything ?? Number.NaN)
  const isFull = !(ageMs >= 0 && ageMs < DAY_MS)
  const from: Snapshot['cursors'] = isFull ? {} : snapshot.cursors
  const [users, entra, intune, risky] = await Promise.all([
    feed.users(from.users ?? null),
    feed.entraDevices(from.entraDevices ?? null),
    feed.intuneDevices(from.intuneDevices ?? null),
    feed.riskyUsers(),
  ])
  const cursors: Record<string, string> = { ...snapshot.cursors }
  const keep = (name: string, { cursor }: Reading<unknown>) => {
    if (cursor !== null) cursors[name] = cursor
  }
  keep('users', users)
  keep('entraDevices', entra)
  keep('intuneDevices', intune)
  if (isFull) cursors.everything = String(now.getTime())
  return { seen: { users, entra, intune, risky } satisfies Seen, cursors, isFull }
}

/** What certificates are bound to, as it is stored. */
async function boundObjects(authority: Authority): Promise<readonly Bound[]> {
  const { ledger } = authority
  const now = authority.now()
  const unsettled = new Set((await ledger.unsettledObjects()).map(textOfKey))
  const all: Bound[] = []
  for await (const keys of boundKeys(authority)) {
    const stored = new Map(
      (await ledger.directoryObjects(keys)).map((object) => [textOfKey(object), object]),
    )
    for (const key of keys) {
      const before = stored.get(textOfKey(key))
      const isSettled = before !== undefined && !unsettled.has(textOfKey(key))
      all.push({ before: before ?? unseen(key, now), isSettled })
    }
    await setImmediate()
  }
  return all
}

/** After an upgrade: see earlierEnds. True when there was something to settle. */
async function settleEarlierEnds(
  authority: Authority,
  { version, readAt, cursors }: Snapshot,
  all: readonly Bound[],
): Promise<boolean> {
  const stored = all.map(({ before }) => before)
  const objects = stored
    .filter((object) => Object.values(earlierEnds(object)).some((at) => at !== null))
    .map((object) => ({
      ...object,
      deletedAt: object.present ? null : object.deletedAt,
      retiredAt: object.retired ? object.retiredAt : null,
    }))
  if (objects.length === 0) return false
  await authority.ledger.applySweep({
    fromVersion: version,
    // Nothing was read.
    readAt: readAt ?? new Date(0),
    cursors,
    keys: objects,
    merge: () => ({ objects, events: [] }),
    ending: earlierEnding(authority, stored, authority.now()),
  })
  return true
}

type Found = Bound & {
  readonly condition: Condition
  /** A live question told it, not the reading. */
  readonly isLearned: boolean
}

const TURN = 1_000

/** By the readings, and of some that they do not mention by a question each. */
async function judgeAll(
  authority: Authority,
  judge: Judge,
  all: readonly Bound[],
): Promise<readonly Found[]> {
  const found: Found[] = []
  const untold: Bound[] = []
  for (let start = 0; start < all.length; start += TURN) {
    for (const bound of all.slice(start, start + TURN)) {
      const condition = judge.judge(bound)
      if (condition) found.push({ ...bound, condition, isLearned: false })
      else if (!bound.isSettled) untold.push(bound)
    }
    await setImmediate()
  }
  return [...found, ...(await learn(authority, judge, untold))]
}

const LEARN_MAX = 200
const QUESTIONS_AT_ONCE = 8

/**
 * Asks for objects that were stored since the last sweep, or never: what a reading told of them
 * before, it tells nobody again. Some in each sweep; one that gives trouble waits for the next.
 */
async function learn(
  authority: Authority,
  judge: Judge,
  untold: readonly Bound[],
): Promise<readonly Found[]> {
  const learned: Found[] = []
  const some = untold.slice(0, LEARN_MAX)
  for (let start = 0; start < some.length; start += QUESTIONS_AT_ONCE) {
    const group = some.slice(start, start + QUESTIONS_AT_ONCE)
    const answers = await Promise.all(group.map((bound) => ask(authority, bound)))
    const told = group.flatMap((bound, index) => {
      const answer = answers[index]
      if (!answer) return []
      return [{ ...bound, condition: judge.complete(bound.before, answer), isLearned: true }]
    })
    if (told.length === 0) break
    learned.push(...told)
  }
  return learned
}

async function ask(authority: Authority, { before }: Bound): Promise<Condition | null> {
  try {
    return await conditionNow(authority, before)
  } catch (error) {
    if (error instanceof LatchkeyError && error.code === 'directory_unavailable') return null
    throw error
  }
}

function merge(found: readonly Found[], now: Date) {
  return found.map(({ before, condition, isSettled, isLearned }) => {
    return { before, after: mergeCondition(before, condition, before, now), isSettled, isLearned }
  })
}

type Merged = ReturnType<typeof merge>[number]

/** Once a day what is over ends what it must, whatever the configuration was when it began. */
function isToStore(one: Merged, isFull: boolean): boolean {
  const isOver = !one.after.present || one.after.retired
  return !one.isSettled || isChange(one) || (isFull && isOver)
}

/** Of those that are asked for one by one the share counts too: there are only some in each sweep. */
function learnedTooMuch(authority: Authority, merged: readonly Merged[]): boolean {
  const learned = merged.filter(({ isLearned }) => isLearned)
  return learned.filter(isWorse).length > brakeLimit(authority, learned.length)
}

/**
 * Without what issuance or a look-up stored since it was judged: that is newer than the reading, and
 * the next sweep asks for it once more.
 */
function stillSo(judged: readonly Merged[], stored: readonly DirectoryObject[]): readonly Merged[] {
  const readAt = new Map(stored.map((object) => [textOfKey(object), object.readAt.getTime()]))
  return judged.filter(({ before }) => {
    const at = readAt.get(textOfKey(before))
    return at === undefined || at === before.readAt.getTime()
  })
}

const CONFIRM_MAX = 500

/**
 * Asks for each object that seems newly deleted whether it really is; one that exists is what a
 * live look-up says it is.
 */
async function confirm(
  authority: Authority,
  found: readonly Found[],
  worseMax: number,
): Promise<readonly Found[]> {
  const suspects = found.filter(({ before, condition }) => condition.deleted && before.present)
  // So many at once go to the brake unconfirmed: it stops them before they count.
  if (suspects.length > Math.max(worseMax, CONFIRM_MAX)) return found
  const confirmed = new Map<DirectoryObject, Found>()
  for (let start = 0; start < suspects.length; start += QUESTIONS_AT_ONCE) {
    const some = suspects.slice(start, start + QUESTIONS_AT_ONCE)
    for (const each of await Promise.all(some.map((suspect) => confirmOne(authority, suspect)))) {
      confirmed.set(each.before, each)
    }
  }
  return found.map((each) => confirmed.get(each.before) ?? each)
}

async function confirmOne(authority: Authority, suspect: Found): Promise<Found> {
  const { before, condition } = suspect
  if (!(await authority.feed.exists(before))) return suspect
  const now = await conditionNow(authority, before)
  if (now.deleted) throw twoAnswers()
  return { ...suspect, condition: { ...now, risky: condition.risky } }
}
