import type { Event } from './event.ts'
import {
  type Machine,
  oidOf,
  type Person,
  type Tenant,
  upnOf,
  withMachine,
  withPerson,
} from './tenant.ts'
import type { World } from './world.ts'

/** Events in the directory; Latchkey learns of them when it reads or asks. */

type Happens = (world: World, event: Event) => void

const person =
  (change: (event: Event, one: Person, tenant: Tenant) => Partial<Person>): Happens =>
  (world, event) => {
    const tenant = world.graph.tenant()
    const one = tenant.people[event.who]
    if (one) world.change(withPerson(tenant, one.oid, change(event, one, tenant)))
  }

const machine =
  (change: (event: Event, one: Machine) => Partial<Machine>): Happens =>
  (world, event) => {
    const tenant = world.graph.tenant()
    const one = tenant.machines[event.who]
    if (one) world.change(withMachine(tenant, one.deviceId, change(event, one)))
  }

/** Owner and Intune record of the device may differ from here on. */
const moved =
  (change: (event: Event, one: Machine) => Partial<Machine>): Happens =>
  (world, event) => {
    const one = world.graph.tenant().machines[event.who]
    if (one) world.finality.movedAgain(world.people.given.values(), one.deviceId)
    machine(change)(world, event)
  }

/** As likely as the others; otherwise hardly any certificate would ever be good. */
const WELL: Partial<Machine> = {
  enabled: true,
  entraCompliant: true,
  intuneCompliant: true,
  management: 'managed',
}

/** An Intune record with an id that no record had before. */
const newRecord = ({ deviceId }: Machine, which: number): string =>
  `2${String(which).padStart(7, '0')}-0000-4000-8000-${deviceId.slice(-12)}`

export const DIRECTORY_EVENTS = {
  'a person is disabled': person(() => ({ enabled: false })),
  'a person is well': person(() => ({ enabled: true, risky: false })),
  'a person is at risk': person(() => ({ risky: true })),
  'a person is deleted': person((_, one) => (one.place === 'here' ? { place: 'bin' } : {})),
  'a person is restored': person(({ who, which }, one, { people }) => {
    if (one.place !== 'bin') return {}
    const isTaken = people.some((other) => other !== one && other.upn === one.upn)
    return { place: 'here', ...(isTaken && { upn: `p${who}-r${which}@contoso.example` }) }
  }),
  'a person is deleted for good': person(({ which }) =>
    which % 12 === 0 ? { place: 'gone' } : {},
  ),
  'a person is renamed': person(({ who, which }, _, { people }) => {
    const upn = which % 2 ? upnOf(who) : `p${who}-${which % 3}@contoso.example`
    return people.some((one) => one.upn === upn) ? {} : { upn }
  }),
  'a name is reused': person(({ which }, one, { people }) => {
    // A former name of somebody, or the present one of a deleted person.
    const upn = upnOf(which % people.length)
    const isFree = people.every((other) => other.upn !== upn || other.place !== 'here')
    return isFree && one.place === 'here' ? { upn } : {}
  }),
  'a device is disabled': machine(() => ({ enabled: false })),
  'a device is not compliant': machine(({ which }) =>
    which % 2 ? { entraCompliant: false } : { intuneCompliant: false },
  ),
  'a device is well': machine(() => WELL),
  'a device is deleted': machine((_, one) => (one.place === 'here' ? { place: 'bin' } : {})),
  'a device is restored': machine((_, one) => (one.place === 'bin' ? { place: 'here' } : {})),
  'a device is deleted for good': machine(({ which }) =>
    which % 12 === 0 ? { place: 'gone' } : {},
  ),
  'a device is to be wiped': machine(({ which }) => {
    return { management: ['wipepending', 'retirepending', 'unhealthy'][which % 3] ?? '' }
  }),
  'a device is wiped': machine(({ which }) =>
    which % 4 === 0 ? { management: 'wipeissued' } : {},
  ),
  'a device leaves Intune': moved(() => ({ intuneId: null })),
  'a device is enrolled in Intune': moved(({ which }, one) =>
    one.intuneId === null
      ? { intuneId: newRecord(one, which), management: 'managed', primaryUser: one.registeredOwner }
      : {},
  ),
  'a device gets another primary user': moved(({ which }) => {
    return { primaryUser: which % 5 === 0 ? null : oidOf(which % 5) }
  }),
  'a device is registered to somebody else': moved(({ which }) => {
    return { registeredOwner: oidOf(which % 5) }
  }),
  'a device is its first owner’s again': moved(({ who }) => {
    return { registeredOwner: oidOf(who), primaryUser: oidOf(who) }
  }),
  'Graph forgets its cursors': ({ changeFeed }) => changeFeed.forget(),
} as const satisfies Record<string, Happens>
