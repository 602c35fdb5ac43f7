import type { Authority } from '#lib/issuance/authority.ts'
import type { Event } from './event.ts'
import { gateOn } from './gate.ts'
import { changeFeedOf, directoryOf } from './graph.ts'
import type { World } from './world.ts'

/** Operations that begin before other events and end after them, since Graph is slow to answer. */

const AT_ONCE_MAX = 3
/** Number of questions of one issuance or sync, each of which may be the one that waits. */
const QUESTIONS = 6

export async function takeOff(
  world: World,
  { who, which }: Event,
  run: (replica: Authority) => Promise<unknown>,
): Promise<void> {
  const { graph, changeFeed, flights, clock } = world
  if (flights.length >= AT_ONCE_MAX) return
  const gate = gateOn(graph.answer, 1 + (who % QUESTIONS), which % 2 === 0)
  const base = world.replica(which)
  const replica = {
    ...base,
    directory: directoryOf(gate.answer),
    changeFeed: { ...changeFeed, lookUp: changeFeedOf(gate.answer, gate.answer).lookUp },
  }
  const { steps } = clock
  const done = run(replica).then(
    () => null,
    (error: unknown) => ({ error }),
  )
  flights.push({
    end: async () => {
      gate.open()
      const failed = await done
      // After a wrong clock an older state may look newer until the next sync.
      if (base !== world.authority || clock.steps !== steps) world.knownRevokedOrHeld.clear()
      if (failed) throw failed.error
    },
  })
  await Promise.race([gate.reached, done])
}

/** Ends the oldest operation in progress; has no effect when there is none. */
export async function land({ flights }: World): Promise<void> {
  await flights.shift()?.end()
}
