import type { BrakeView } from '#lib/api/schemas.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Brake } from '#lib/ledger/status-ledger.ts'
import type { DirectoryKey, Requester } from '#lib/model.ts'
import { isAsked } from '#lib/policy/holder-state.ts'
import { auditEvent } from './audit-event.ts'
import type { Authority } from './authority.ts'
import { requireOperator } from './operator.ts'

/** The brake on mass revocation as it stands. For operators. */
export async function describeBrake(authority: Authority, operator: Requester): Promise<BrakeView> {
  requireOperator(operator)
  return brakeView((await authority.ledger.snapshot()).brake)
}

/** Lets the next sweep through, whatever it changes. Once is enough; twice changes nothing. */
export async function releaseBrake(authority: Authority, operator: Requester): Promise<BrakeView> {
  requireOperator(operator)
  const { brake } = await authority.ledger.snapshot()
  if (brake === null) throw new LatchkeyError('not_found', 'The brake is not engaged.')
  if (brake.releasedAt !== null) return brakeView(brake)
  const released = { ...brake, releasedAt: authority.now() }
  const { changes, bound } = brake
  const event = auditEvent(authority, 'brake.released', operator.oid, null, { changes, bound })
  await authority.ledger.setBrake(released, event)
  return brakeView(released)
}

/** How many objects may become worse at once, of so many. */
export function brakeLimit({ brake }: Authority, bound: number): number {
  return Math.max(brake.changesMin, brake.shareMax * bound)
}

/** Stops what would change too much at once, unless the brake is engaged already. */
export async function engageBrake(
  authority: Authority,
  actor: string,
  changes: number,
  bound: number,
): Promise<void> {
  const { brake } = await authority.ledger.snapshot()
  if (brake !== null) return
  const event = auditEvent(authority, 'brake.engaged', actor, null, { changes, bound })
  const engaged = { engagedAt: authority.now(), changes, bound, releasedAt: null }
  await authority.ledger.setBrake(engaged, event)
}

const PAGE = 1_000

/** The objects that unexpired certificates are bound to, of the directories that are asked, in pages. */
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

export async function countBound(authority: Authority): Promise<number> {
  let count = 0
  for await (const keys of boundKeys(authority)) count += keys.length
  return count
}

function brakeView(brake: Brake | null): BrakeView {
  if (brake === null) return { brake: null }
  const { engagedAt, changes, bound, releasedAt } = brake
  return {
    brake: {
      engagedAt: engagedAt.toISOString(),
      changes,
      bound,
      releasedAt: releasedAt?.toISOString() ?? null,
    },
  }
}
