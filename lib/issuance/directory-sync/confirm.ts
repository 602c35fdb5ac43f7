import type { Authority } from '#lib/issuance/authority.ts'
import { type DirectoryKey, type DirectoryObject, type Observation, textOfKey } from '#lib/model.ts'
import { foldAscii } from '#lib/policy/text.ts'
import { byKey } from './apply.ts'
import { orNull } from './directory-unavailable.ts'
import { lookUp } from './look-up.ts'

/** The answers of live look-ups. */
export type Asked = {
  readonly observations: readonly Observation[]
  /** Objects without an answer: the look-up failed, or two answers contradict each other. */
  readonly waiting: number
}

const QUESTIONS_AT_ONCE = 8
/** With more absences than this at once, none is looked up; the circuit breaker decides about them. */
const CONFIRM_MAX = 500

/**
 * Looks up each object that was reported as gone, to confirm the deletion and its kind. An object that is
 * present nevertheless is looked up again in the next sync.
 */
export async function confirmAbsences(
  authority: Authority,
  suspects: readonly Observation[],
  limit: number,
): Promise<Asked> {
  if (suspects.length > Math.max(limit, CONFIRM_MAX)) {
    return { observations: suspects, waiting: 0 }
  }
  const stored = byKey(await authority.ledger.directoryObjects(suspects))
  const answers = await inGroups(suspects, QUESTIONS_AT_ONCE, (suspect) =>
    confirmOne(authority, suspect, stored.get(textOfKey(suspect))),
  )
  const waiting = answers.filter((answer) => answer.present !== false).length
  return { observations: answers, waiting }
}

async function confirmOne(
  authority: Authority,
  suspect: Observation,
  stored: DirectoryObject | undefined,
): Promise<Observation> {
  const { kind, id } = suspect
  const at = authority.now()
  const contradicted: Observation = { kind, id, at, present: 'untold', contradicted: true }
  const answer = await orNull(() => lookUp(authority, suspect, stored))
  if (answer?.present !== false || suspect.present !== false) return contradicted
  // The kind of deletion that the change feed reported counts where the recycle bin gives none.
  const isTold = answer.deletion === 'restorable' || answer.deletion === 'final'
  return isTold || suspect.deletion === 'unknown'
    ? answer
    : { ...answer, deletion: suspect.deletion }
}

/**
 * Looks up the present state of these objects. One whose look-up fails is looked up again in the next sync.
 */
export async function lookUpAll(
  authority: Authority,
  keys: readonly DirectoryKey[],
): Promise<Asked> {
  const stored = byKey(await authority.ledger.directoryObjects(keys))
  const observations: Observation[] = []
  for (let start = 0; start < keys.length; start += QUESTIONS_AT_ONCE) {
    const group = keys.slice(start, start + QUESTIONS_AT_ONCE)
    const answers = await Promise.all(
      group.map((key) => orNull(() => lookUp(authority, key, stored.get(textOfKey(key))))),
    )
    const told = answers.filter((answer) => answer !== null)
    observations.push(...told)
    // When not a single look-up was answered, the others are not tried.
    if (told.length === 0) break
  }
  return { observations, waiting: keys.length - observations.length }
}

export type Reused = {
  /**
   * Names in certificates of somebody else, with the object id of the person to whom the directory assigns
   * them.
   */
  readonly told: ReadonlyMap<string, string>
  /** Those of the names for which a live look-up says the same. */
  readonly confirmed: ReadonlyMap<string, string>
}

const NO_NAMES: ReadonlyMap<string, string> = new Map()

/** Looks up each name that belongs to one person now and stands in a certificate of another. */
export async function confirmNames(
  authority: Authority,
  names: ReadonlyMap<string, string>,
): Promise<Reused> {
  if (names.size === 0) return { told: NO_NAMES, confirmed: NO_NAMES }
  const found = await authority.ledger.certificatesOfNames(names)
  const told = new Map(
    found.flatMap(({ upn }) => {
      const name = upn === null ? null : foldAscii(upn)
      const oid = name === null ? undefined : names.get(name)
      return name === null || oid === undefined ? [] : [[name, oid]]
    }),
  )
  const confirmed = await inGroups([...told], QUESTIONS_AT_ONCE, async ([name, oid]) => {
    const answer = await orNull(() => lookUp(authority, { kind: 'user', id: oid }, undefined))
    const isTheirs = answer?.present === true && foldAscii(answer.upn ?? '') === name
    return isTheirs ? ([name, oid] as const) : null
  })
  return { told, confirmed: new Map(confirmed.filter((one) => one !== null)) }
}

/** Does one thing for each item, `size` of them at once, and gives the results in their order. */
async function inGroups<T, R>(
  items: readonly T[],
  size: number,
  act: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  for (let start = 0; start < items.length; start += size) {
    results.push(...(await Promise.all(items.slice(start, start + size).map(act))))
  }
  return results
}
