import type { Authority } from '#lib/issuance/authority.ts'
import type { Event } from './event.ts'
import { gateOn } from './gate.ts'
import { changeFeedOf, directoryOf } from './graph.ts'
import type { World } from './world.ts'

/** What is begun before other things happen, and ends after them: Graph is slow to answer it. */

const AT_ONCE_MAX = 3
/** Questions of one issuance or sync, so that each of them may be the one that waits. */
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
      // By a clock that went wrong what is older may look newer, until the next sync.
      if (base !== world.authority || clock.steps !== steps) world.knownRevokedOrHeld.clear()
      if (failed) throw failed.error
    },
  })
  await Promise.race([gate.reached, done])
}

/** The oldest of those under way ends; nothing happens while there is none. */
export async function land({ flights }: World): Promise<void> {
  await flights.shift()?.end()
}
