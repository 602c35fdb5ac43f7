import type { Authority } from '#lib/issuance/authority.ts'
import { type DirectoryKey, type DirectoryObject, type Observation, textOfKey } from '#lib/model.ts'
import { foldAscii } from '#lib/policy/text.ts'
import { byKey } from './apply.ts'
import { orNull } from './directory-unavailable.ts'
import { lookUp } from './look-up.ts'

/** The answers of direct questions. */
export type Asked = {
  readonly observations: readonly Observation[]
  /** Objects that gave none: an error, or two answers that contradict each other. */
  readonly waiting: number
}

const QUESTIONS_AT_ONCE = 8
/** So many absences at once are for the circuit breaker to stop, before they are asked for one by one. */
const CONFIRM_MAX = 500

/**
 * Asks for each object that is said to be gone whether it really is, and why. One that is there all
 * the same waits, and is asked for again.
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
  // What was said with the removal counts where the recycle bin tells nothing.
  const isTold = answer.deletion === 'restorable' || answer.deletion === 'final'
  return isTold || suspect.deletion === 'unknown'
    ? answer
    : { ...answer, deletion: suspect.deletion }
}

/** Asks for these objects as they are now; one that gives an error waits. */
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
    // The directory does not answer at all: the others need not be tried.
    if (told.length === 0) break
  }
  return { observations, waiting: keys.length - observations.length }
}

export type Reused = {
  /** Names that stand in certificates of somebody else, with whom the directory gives them to. */
  readonly told: ReadonlyMap<string, string>
  /** Those of them of which a direct question says the same. */
  readonly confirmed: ReadonlyMap<string, string>
}

const NO_NAMES: ReadonlyMap<string, string> = new Map()

/** Asks of each name that somebody has now and that stands in a certificate of somebody else. */
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
