import type { CircuitBreakerView } from '#lib/api/manage-schemas.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { auditEvent } from '#lib/issuance/audit-event.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { requireOperator } from '#lib/issuance/operator.ts'
import type { CircuitBreaker, DirectoryState } from '#lib/ledger/directory-ledger.ts'
import {
  type DirectoryKey,
  type Observation,
  type Requester,
  textOfKey,
  unseen,
} from '#lib/model.ts'
import { isAsked } from '#lib/policy/holder.ts'
import { byKey } from './apply.ts'
import { isWorse } from './change.ts'
import { mergeObservation } from './merge.ts'

/**
 * Gives the state of the circuit breaker on mass revocation, for operators. Throws as requireOperator does.
 */
export async function describeCircuitBreaker(
  authority: Authority,
  operator: Requester,
): Promise<CircuitBreakerView> {
  await requireOperator(authority, operator)
  return viewOf((await authority.ledger.directoryState()).circuitBreaker)
}

/**
 * Lets the next sync apply its changes, however many they are. A second release has no further effect. Throws
 * LatchkeyError('not_found') when the circuit breaker is not engaged.
 */
export async function releaseCircuitBreaker(
  authority: Authority,
  operator: Requester,
): Promise<CircuitBreakerView> {
  await requireOperator(authority, operator)
  return viewOf(await release(authority, operator.oid))
}

async function release(authority: Authority, actor: string): Promise<CircuitBreaker> {
  const { circuitBreaker: breaker } = await authority.ledger.directoryState()
  if (breaker === null) {
    throw new LatchkeyError('not_found', 'The circuit breaker is not engaged.')
  }
  if (breaker.releasedAt !== null) return breaker
  const released = { ...breaker, releasedAt: authority.now() }
  const { changes, bound } = breaker
  const event = auditEvent(authority, 'circuit_breaker.released', actor, null, { changes, bound })
  const isDone = await authority.ledger.setCircuitBreaker({ from: breaker, to: released }, event)
  // A sync or another operator changed the state since it was read.
  return isDone ? released : release(authority, actor)
}

/** How many objects may become worse at once in this tenant. */
export async function limitOf(authority: Authority): Promise<number> {
  const { changesMin, shareMax } = authority.circuitBreaker
  return Math.max(changesMin, shareMax * (await countBound(authority)))
}

/** Gives how many of these observations change an object for the worse. */
export async function countWorse(
  { ledger, now }: Authority,
  observations: readonly Observation[],
): Promise<number> {
  const at = now()
  let worse = 0
  for (let start = 0; start < observations.length; start += PAGE) {
    const some = observations.slice(start, start + PAGE)
    const stored = byKey(await ledger.directoryObjects(some))
    worse += some.filter((observation) => {
      const before = stored.get(textOfKey(observation)) ?? unseen(observation)
      return isWorse({ before, after: mergeObservation(before, observation, at) })
    }).length
  }
  return worse
}

/**
 * Engages the circuit breaker on too many changes at once, with an audit event. Has no effect when it is
 * engaged already.
 */
export async function engageCircuitBreaker(
  authority: Authority,
  actor: string,
  changes: number,
): Promise<void> {
  const bound = await countBound(authority)
  const event = auditEvent(authority, 'circuit_breaker.engaged', actor, null, { changes, bound })
  const engaged = { engagedAt: authority.now(), changes, bound, releasedAt: null }
  await authority.ledger.setCircuitBreaker({ from: null, to: engaged }, event)
}

/**
 * Resets the circuit breaker after the released changes were applied. `state` is the state when the sync
 * began: a circuit breaker that was engaged later stays engaged.
 */
export async function releaseEnded(
  authority: Authority,
  { circuitBreaker }: Pick<DirectoryState, 'circuitBreaker'>,
): Promise<void> {
  if (circuitBreaker === null) return
  const { ledger } = authority
  // The present state, since an operator may have released the circuit breaker during the sync.
  const from = (await ledger.directoryState()).circuitBreaker
  if (from?.engagedAt.getTime() !== circuitBreaker.engagedAt.getTime()) return
  const event = auditEvent(authority, 'circuit_breaker.released', 'directory-sync', null, {})
  await ledger.setCircuitBreaker({ from, to: null }, event)
}

const PAGE = 1_000

/**
 * Gives the objects that unexpired certificates depend on, of the directories that policy reads, in pages.
 */
export async function* boundKeys({
  ledger,
  policy,
  now,
}: Authority): AsyncGenerator<readonly DirectoryKey[]> {
  const since = now()
  let after: DirectoryKey | null = null
  for (;;) {
    const keys: readonly DirectoryKey[] = await ledger.boundObjects(since, after, PAGE)
    yield keys.filter(({ kind }) => isAsked(policy, kind))
    if (keys.length < PAGE) return
    after = keys.at(-1) ?? null
  }
}

async function countBound(authority: Authority): Promise<number> {
  let count = 0
  for await (const keys of boundKeys(authority)) count += keys.length
  return count
}

function viewOf(breaker: CircuitBreaker | null): CircuitBreakerView {
  if (breaker === null) return { brake: null }
  const { engagedAt, changes, bound, releasedAt } = breaker
  return {
    brake: {
      engagedAt: engagedAt.toISOString(),
      changes,
      bound,
      releasedAt: releasedAt?.toISOString() ?? null,
    },
  }
}
