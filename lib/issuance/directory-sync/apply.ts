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

/** Reads everything in the ledger that planSync needs for these observations. */
export async function readInput(authority: Authority, seen: Seen): Promise<SyncInput> {
  const { ledger, policy } = authority
  const certificates = await boundTo(authority, seen)
  const keys = [
    ...seen.observations,
    ...seen.due,
    ...certificates.flatMap(({ holder }) => keysOf(holder, policy)),
  ]
  const stored = await ledger.directoryObjects(uniqueKeys(keys))
  return { ...seen, stored, certificates }
}

async function boundTo(
  { ledger }: Authority,
  { observations, due, names }: Seen,
): Promise<readonly BoundCertificate[]> {
  const keys = uniqueKeys([...observations, ...due])
  const [bound, named] = await Promise.all([
    keys.length === 0 ? [] : ledger.boundCertificates(keys),
    names.size === 0 ? [] : ledger.certificatesOfNames(names),
  ])
  const known = new Map([...bound, ...named].map((one) => [`${one.issuerId}/${one.serial}`, one]))
  return [...known.values()]
}

export function uniqueKeys(keys: readonly DirectoryKey[]): readonly DirectoryKey[] {
  const unique = new Map(keys.map(({ kind, id }) => [textOfKey({ kind, id }), { kind, id }]))
  return [...unique.values()]
}

/** Gives stored objects by their key. */
export function byKey(objects: readonly DirectoryObject[]): ReadonlyMap<string, DirectoryObject> {
  return new Map(objects.map((object) => [textOfKey(object), object]))
}
