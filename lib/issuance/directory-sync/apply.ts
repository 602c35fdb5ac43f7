import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import type { BoundCertificate, DirectoryStateChange } from '#lib/ledger/directory-ledger.ts'
import { type DirectoryKey, type DirectoryObject, type Observation, textOfKey } from '#lib/model.ts'
import { keysOf } from '#lib/policy/holder.ts'
import { planSync, type SyncInput } from './plan-sync.ts'

/** Observations of directory objects, before they are compared with what is stored. */
export type Seen = {
  readonly observations: readonly Observation[]
  /** Objects whose certificates are evaluated again though there is no observation of them. */
  readonly due: readonly DirectoryKey[]
  /**
   * User principal names that the directory assigns to somebody, case-folded, with the object id of that
   * person.
   */
  readonly names: ReadonlyMap<string, string>
  readonly isSync: boolean
}

/** How often a plan is made again because another writer changed the same rows. */
const TRIES = 8

/**
 * Plans what the observations change and applies the plan. When rows changed meanwhile, reads and plans again.
 * `actor` is the part of Latchkey that made the observations. Gives null and stores nothing when `state` is
 * given and the stored state has another version. Throws LatchkeyError('store_unavailable') when every try
 * met another writer.
 */
export async function applySeen(
  authority: Authority,
  seen: Seen,
  actor: string,
  state: DirectoryStateChange | null = null,
): Promise<{ readonly changed: number; readonly worse: number } | null> {
  const { ledger, policy } = authority
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (state !== null && (await ledger.directoryState()).version !== state.from) return null
    const input = await readInput(authority, seen)
    const plan = planSync(policy, input, actor, authority.now())
    if (await ledger.applyPlan(plan, state)) return { changed: plan.changed, worse: plan.worse }
  }
  throw new LatchkeyError('store_unavailable', 'The ledger is changed by others all the time.', {
    retryAfterSeconds: 5,
  })
}

/** Some objects as they are stored, and the certificates that depend on them. */
export type Stored = {
  readonly objects: readonly DirectoryObject[]
  readonly bound: readonly BoundCertificate[]
}

/** Reads these objects, and the certificates that depend on them. */
export async function readStored(
  { ledger }: Pick<Authority, 'ledger'>,
  keys: readonly DirectoryKey[],
): Promise<Stored> {
  const [objects, bound] = await Promise.all([
    ledger.directoryObjects(keys),
    keys.length === 0 ? [] : ledger.boundCertificates(keys),
  ])
  return { objects, bound }
}

/**
 * Reads everything in the ledger that planSync needs for these observations. `before` is what was read of their objects and
 * those of `due` already; the ledger compares it when the plan is applied.
 */
export async function readInput(
  authority: Authority,
  seen: Seen,
  before: Stored | null = null,
): Promise<SyncInput> {
  const { ledger, policy } = authority
  const keys = uniqueKeys([...seen.observations, ...seen.due])
  const [{ objects, bound }, named] = await Promise.all([
    before ?? readStored(authority, keys),
    seen.names.size === 0 ? [] : ledger.certificatesOfNames(seen.names),
  ])
  const unique = new Map([...bound, ...named].map((one) => [`${one.issuerId}/${one.serial}`, one]))
  const certificates = [...unique.values()]
  const known = new Set(keys.map(textOfKey))
  const others = uniqueKeys(certificates.flatMap(({ holder }) => keysOf(holder, policy))).filter(
    (key) => !known.has(textOfKey(key)),
  )
  const more = others.length === 0 ? [] : await ledger.directoryObjects(others)
  return { ...seen, stored: [...objects, ...more], certificates }
}

export function uniqueKeys(keys: readonly DirectoryKey[]): readonly DirectoryKey[] {
  const unique = new Map(keys.map(({ kind, id }) => [textOfKey({ kind, id }), { kind, id }]))
  return [...unique.values()]
}

/** Gives stored objects by their key. */
export function byKey(objects: readonly DirectoryObject[]): ReadonlyMap<string, DirectoryObject> {
  return new Map(objects.map((object) => [textOfKey(object), object]))
}
