import fc from 'fast-check'
import { DIRECTORY_EVENTS } from './directory-events.ts'
import type { Event } from './event.ts'
import { LATCHKEY_EVENTS } from './latchkey-events.ts'
import { PEOPLE } from './tenant.ts'
import type { World } from './world.ts'

type EventKind = keyof typeof DIRECTORY_EVENTS | keyof typeof LATCHKEY_EVENTS

const EVENTS: Readonly<Record<EventKind, (world: World, event: Event) => unknown>> = {
  ...DIRECTORY_EVENTS,
  ...LATCHKEY_EVENTS,
}

/** Events that occur more often than others, so that there are certificates to stop. */
const OFTEN: Readonly<Partial<Record<EventKind, number>>> = {
  'a person enrols': 4,
  'a device is enrolled': 8,
  'a certificate is renewed': 8,
  'an enrolment is begun': 3,
  'a renewal is begun': 6,
  'what was begun ends': 4,
  'the directory is read': 4,
  'somebody asks for a status': 4,
  'a person is well': 6,
  'a person is restored': 6,
  'a device is well': 6,
  'a device is restored': 6,
  'a device is its first owner’s again': 4,
  'a report is withdrawn': 4,
  'an operator releases': 3,
}

const kinds = Object.keys(EVENTS).flatMap((kind) =>
  Array.from({ length: OFTEN[kind as EventKind] ?? 1 }, () => kind as EventKind),
)

export const randomEvent: fc.Arbitrary<Event & { kind: EventKind }> = fc.record({
  kind: fc.constantFrom(...kinds),
  who: fc.nat(PEOPLE - 1),
  which: fc.nat(999),
})

/** A second passes before each event, so that no two have the same time. */
export async function happen(world: World, event: Event & { kind: EventKind }): Promise<void> {
  await world.pass(1_000)
  await EVENTS[event.kind](world, event)
}
