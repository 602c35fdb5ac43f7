import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import type { BoundCertificate, DirectoryStateChange } from '#lib/ledger/directory-ledger.ts'
import { type DirectoryKey, type DirectoryObject, type Observation, textOfKey } from '#lib/model.ts'
import { keysOf } from '#lib/policy/holder.ts'
import { planSync, type SyncInput } from './plan-sync.ts'

/** What was seen, before it is known what is stored. */
export type Seen = {
  readonly observations: readonly Observation[]
  /** Objects whose certificates are evaluated anew though nothing was seen of them. */
  readonly due: readonly DirectoryKey[]
  /** User principal names, folded, that the directory gives to somebody, with their object ids. */
  readonly names: ReadonlyMap<string, string>
  readonly isSync: boolean
}

/** Another writer may come first so often before it is given up. */
const TRIES = 8

/**
 * Plans what was seen from what is stored and applies it; when something was changed meanwhile it is
 * read and planned again. `actor` is the part of Latchkey that saw it. Null, and nothing is stored,
 * when `state` is given and is not of the version any more that it was planned from. Throws
 * 'store_unavailable' when others always come first.
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

/** Everything that planning what was seen depends on, as the ledger has it now. */
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
  const [bound, named] = [
    keys.length === 0 ? [] : await ledger.boundCertificates(keys),
    names.size === 0 ? [] : await ledger.certificatesOfNames(names),
  ]
  const known = new Map([...bound, ...named].map((one) => [`${one.issuerId}/${one.serial}`, one]))
  return [...known.values()]
}

export function uniqueKeys(keys: readonly DirectoryKey[]): readonly DirectoryKey[] {
  const unique = new Map(keys.map(({ kind, id }) => [textOfKey({ kind, id }), { kind, id }]))
  return [...unique.values()]
}

/** Stored objects by key. */
export function byKey(objects: readonly DirectoryObject[]): ReadonlyMap<string, DirectoryObject> {
  return new Map(objects.map((object) => [textOfKey(object), object]))
}
