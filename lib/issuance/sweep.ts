import type { Reading } from '#lib/directory/directory.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Snapshot } from '#lib/ledger/status-ledger.ts'
import type { DirectoryKey, DirectoryObject } from '#lib/model.ts'
import { isAsked } from '#lib/policy/holder-state.ts'
import { auditEvent } from './audit-event.ts'
import type { Authority } from './authority.ts'
import { changeEvent, isChange, isWorse } from './directory-change.ts'
import { type Judged, judge, type Seen } from './judge-reading.ts'
import { conditionNow, mergeCondition, observe } from './observe.ts'

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
  const seen = await readFeed(authority, snapshot)
  // After the reading: what issuance stored meanwhile is newer than the reading only by what the
  // next one tells again.
  const { stored, missing } = await boundObjects(authority)
  const released = snapshot.brake !== null && snapshot.brake.releasedAt !== null
  const worseMax = released ? Number.POSITIVE_INFINITY : brakeLimit(authority, stored.length)
  const now = authority.now()
  const judged = await confirm(authority, judge(seen, stored), worseMax)
  const changes = judged
    .map(({ before, condition }) => ({
      before,
      after: mergeCondition(before, condition, before, now),
    }))
    .filter(isChange)
  const worse = changes.filter(isWorse).length
  const braked = worse > worseMax
  if (braked) await engage(authority, snapshot, worse, stored.length)
  // Under the brake the old state stays, and stays fresh; the cursors stay too, so that the next
  // reading tells of everything again.
  const isStored = await ledger.applySweep({
    fromVersion: snapshot.version,
    readAt: now,
    cursors: braked ? snapshot.cursors : nextCursors(snapshot, seen),
    objects: braked ? [] : changes.map(({ after }) => after),
    events: braked ? [] : changes.map((change) => changeEvent(authority, change)),
  })
  if (isStored && !braked && snapshot.brake !== null) {
    await ledger.setBrake(null, auditEvent(authority, 'brake.released', 'sweep', null, {}))
  }
  await learn(authority, missing)
  return { changed: isStored && !braked ? changes.length : 0, braked }
}

async function readFeed({ feed }: Authority, { cursors }: Snapshot): Promise<Seen> {
  const [users, entra, intune, risky] = await Promise.all([
    feed.users(cursors.users ?? null),
    feed.entraDevices(cursors.entraDevices ?? null),
    feed.intuneDevices(cursors.intuneDevices ?? null),
    feed.riskyUsers(),
  ])
  return { users, entra, intune, risky }
}

function nextCursors(
  { cursors }: Snapshot,
  { users, entra, intune }: Seen,
): Readonly<Record<string, string>> {
  const next: Record<string, string> = { ...cursors }
  const keep = (name: string, { cursor }: Reading<unknown>) => {
    if (cursor !== null) next[name] = cursor
  }
  keep('users', users)
  keep('entraDevices', entra)
  keep('intuneDevices', intune)
  return next
}

const PAGE = 1_000

/** The stored state of what certificates are bound to, and what is not stored yet. */
async function boundObjects(authority: Authority) {
  const { ledger, policy } = authority
  const since = authority.now()
  const stored: DirectoryObject[] = []
  const missing: DirectoryKey[] = []
  let after: DirectoryKey | null = null
  for (;;) {
    const keys: readonly DirectoryKey[] = await ledger.boundObjects(since, after, PAGE)
    const asked = keys.filter(({ kind }) => isAsked(policy, kind))
    const found = await ledger.directoryObjects(asked)
    const known = new Set(found.map(({ kind, id }) => `${kind}/${id}`))
    stored.push(...found)
    missing.push(...asked.filter(({ kind, id }) => !known.has(`${kind}/${id}`)))
    if (keys.length < PAGE) return { stored, missing }
    after = keys.at(-1) ?? null
  }
}

/** How many objects may become worse in one sweep. */
function brakeLimit({ brake }: Authority, bound: number): number {
  return Math.max(brake.changesMin, brake.shareMax * bound)
}

const CONFIRM_MAX = 500
const QUESTIONS_AT_ONCE = 8

/**
 * Asks for each object that seems newly deleted whether it really is; one that exists is what a
 * live look-up says it is.
 */
async function confirm(
  authority: Authority,
  judged: readonly Judged[],
  worseMax: number,
): Promise<readonly Judged[]> {
  const suspects = judged.filter(({ before, condition }) => condition.deleted && before.present)
  // So many at once go to the brake unconfirmed: it stops them before they count.
  if (suspects.length > Math.max(worseMax, CONFIRM_MAX)) return judged
  const confirmed = new Map<DirectoryObject, Judged>()
  for (let start = 0; start < suspects.length; start += QUESTIONS_AT_ONCE) {
    const some = suspects.slice(start, start + QUESTIONS_AT_ONCE)
    for (const each of await Promise.all(some.map((suspect) => confirmOne(authority, suspect)))) {
      confirmed.set(each.before, each)
    }
  }
  return judged.map((each) => confirmed.get(each.before) ?? each)
}

async function confirmOne(authority: Authority, suspect: Judged): Promise<Judged> {
  const { before, condition } = suspect
  if (!(await authority.feed.exists(before))) return suspect
  const now = await conditionNow(authority, before)
  if (now.deleted) {
    throw new LatchkeyError(
      'directory_unavailable',
      'The directory gives two answers about whether something exists.',
      { retryAfterSeconds: 30 },
    )
  }
  return { before, condition: { ...now, risky: condition.risky } }
}

async function engage(
  authority: Authority,
  { brake }: Snapshot,
  changes: number,
  bound: number,
): Promise<void> {
  if (brake !== null) return
  const event = auditEvent(authority, 'brake.engaged', 'sweep', null, { changes, bound })
  const engaged = { engagedAt: authority.now(), changes, bound, releasedAt: null }
  await authority.ledger.setBrake(engaged, event)
}

const LEARN_MAX = 200

/**
 * Certificates from before the directory was kept have objects that no reading of changes mentions:
 * they are asked for, some in each sweep.
 */
async function learn(authority: Authority, missing: readonly DirectoryKey[]): Promise<void> {
  const some = missing.slice(0, LEARN_MAX)
  for (let start = 0; start < some.length; start += QUESTIONS_AT_ONCE) {
    const keys = some.slice(start, start + QUESTIONS_AT_ONCE)
    await authority.ledger.observe(await observe(authority, keys, []))
  }
}
