import type { Authority } from '#lib/issuance/authority.ts'
import { makeReader } from '#lib/issuance/directory-sync/rounds.ts'
import { syncDirectory } from '#lib/issuance/directory-sync/sync.ts'
import { enroll } from '#lib/issuance/enroll/enroll.ts'
import { voidStale } from '#lib/issuance/enroll/void-stale.ts'
import { reportLost, withdrawReport } from '#lib/issuance/revoke/lost-device.ts'
import { revokeAsOperator, revokeOwn } from '#lib/issuance/revoke/revoke.ts'
import type { Requester } from '#lib/model.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import type { OperatorCode } from '#lib/policy/revocation.ts'
import { operator, requester } from '#lib/policy/testing/context.ts'
import type { Event } from './event.ts'
import { land, takeOff } from './flights.ts'
import { enrolDevice, enrolPerson, renew } from './issue.ts'
import { lookAt } from './look-at.ts'
import type { Given } from './promise.ts'
import { oidOf } from './tenant.ts'
import { orRefused, type World } from './world.ts'

/** Events by people, operators and devices that use Latchkey, and events that affect Latchkey itself. */

type Does = (world: World, event: Event) => Promise<unknown>

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

const personOf = (n: number): Requester => {
  return { ...requester, oid: oidOf(n), name: `Person ${n}` }
}

/** With some issued certificate, if there is one. */
const withSome =
  (act: (world: World, one: Given, event: Event) => Promise<unknown>): Does =>
  async (world, event) => {
    const all = [...world.people.given.values()]
    const one = all[event.which % Math.max(1, all.length)]
    if (one) await act(world, one, event)
  }

/** As `withSome`, by the person who enrolled it or, for some devices, by the present owner. */
const withOwn = (
  act: (world: World, one: Given, by: Requester, event: Event) => Promise<unknown>,
): Does =>
  withSome((world, one, event) => {
    const oid = one.person?.oid ?? one.device?.ownerOid
    const { machines } = world.graph.tenant()
    const machine = machines.find(({ deviceId }) => deviceId === one.device?.deviceId)
    const now = machine?.primaryUser ?? machine?.registeredOwner ?? oid
    const by = event.which % 3 === 0 ? now : oid
    return act(world, one, { ...personOf(0), oid: by ?? '' }, event)
  })

async function isDone(action: () => Promise<unknown>): Promise<boolean> {
  return (await orRefused(async () => ({ done: await action() }))) !== null
}

const asOperator = (
  codes: readonly OperatorCode[],
  then: (world: World, serial: string, isDeep: boolean) => void,
) =>
  withSome(async (world, { serial }, { who, which }) => {
    const code = codes[who % codes.length] ?? 0
    const withDescendants = code !== 8 && which % 2 === 0
    const wish = { code, revoker: null, withDescendants }
    const act = () => revokeAsOperator(world.authority, operator, serial, wish)
    if (await isDone(act)) then(world, serial, withDescendants)
  })

const readDirectory = (replica: Authority) =>
  orRefused(() => syncDirectory(replica, makeReader(replica.changeFeed, replica.now)))

/** Graph answers from a past state, which may replace newer knowledge until the next sync. */
const whileItLags =
  (does: Does): Does =>
  async (world, event) => {
    const [tell, answer] = (
      [
        ['live', 'late'],
        ['late', 'live'],
        ['late', 'late'],
      ] as const
    )[event.which % 3] ?? ['late', 'late']
    await world.graph.during(tell, answer, () => does(world, event))
    world.knownRevokedOrHeld.clear()
  }

export const LATCHKEY_EVENTS = {
  'a person enrols': (world, event) => enrolPerson(world, world.replica(event.which), event),
  'a device is enrolled': (world, event) => enrolDevice(world, world.replica(event.which), event),
  'a certificate is renewed': withSome((world, one, event) =>
    renew(world, world.replica(event.which), one, event),
  ),
  'an enrolment is begun': (world, event) =>
    takeOff(world, event, (replica) =>
      event.which % 4 === 1
        ? enrolPerson(world, replica, event, true)
        : enrolDevice(world, replica, event, true),
    ),
  'a renewal is begun': withSome((world, one, event) =>
    takeOff(world, event, (replica) => renew(world, replica, one, event, true)),
  ),
  'a sync is begun': (world, event) => takeOff(world, event, readDirectory),
  'what was begun ends': land,
  'somebody enrols while Graph lags': whileItLags((world, event) =>
    event.who % 2 === 0
      ? enrolPerson(world, world.authority, event, true)
      : enrolDevice(world, world.authority, event, true),
  ),
  'somebody renews while Graph lags': whileItLags(
    withSome((world, one, event) => renew(world, world.authority, one, event, true)),
  ),
  'the power goes while a certificate is made': async (world, event) => {
    const points = ['after-intent', 'after-sign', 'after-check', 'after-record'] as const
    const point = points[event.which % points.length]
    const failpoint: Authority['failpoint'] = (name) => {
      if (name === point) throw new Error('The power went.')
    }
    const dying = { ...world.authority, failpoint }
    const { der } = makeCsr({
      commonName: world.graph.tenant().machines[event.who]?.deviceId ?? '',
    })
    await enroll(dying, personOf(event.who), der, 'api').catch(() => undefined)
  },
  'what was never finished is withdrawn': ({ authority }) => voidStale(authority, 0),
  'a device is reported lost': withOwn(async (world, one, by) => {
    if (await isDone(() => reportLost(world.authority, by, one.serial))) world.people.reported(one)
  }),
  'a report is withdrawn': withOwn(async (world, one, by) => {
    if (await isDone(() => withdrawReport(world.authority, by, one.serial))) {
      world.people.withdrawn(one)
    }
  }),
  'an owner revokes': withOwn(async (world, { serial }, by, { which }) => {
    if (which % 3 > 0) return
    const isDeep = which % 2 === 0
    const act = () => revokeOwn(world.authority, by, serial, 'superseded', isDeep)
    if (await isDone(act)) world.people.revoked(serial, isDeep)
  }),
  'an owner reports a key': withOwn(async (world, { serial }, by, { which }) => {
    if (which % 4 > 0) return
    const act = () => revokeOwn(world.authority, by, serial, 'keyCompromise', false)
    if (await isDone(act)) world.people.compromised(serial)
  }),
  'an operator holds': asOperator([6], ({ people }, serial, isDeep) => people.held(serial, isDeep)),
  'an operator releases': asOperator([8], ({ people }, serial) => people.released(serial)),
  'an operator revokes': asOperator([0, 3, 4, 5, 9], ({ people }, serial, isDeep) =>
    people.revoked(serial, isDeep),
  ),
  'the directory is read': (world, { which }) => world.sync(world.replica(which)),
  'the directory is read while Graph lags': whileItLags((world, { which }) =>
    readDirectory(world.replica(which)),
  ),
  'the directory is read while Graph is silent in part': (world, { which }) =>
    world.graph.during(which % 2 ? 'silent' : 'live', which % 2 ? 'live' : 'silent', () =>
      readDirectory(world.replica(which)),
    ),
  'CRLs are published': (world) => world.publish(),
  'somebody asks for a status': withSome((world, { serial }, { which }) =>
    lookAt(world, serial, which),
  ),
  'somebody asks while Graph is silent': withSome((world, { serial }, { which }) =>
    world.graph.during('silent', 'silent', () => lookAt(world, serial, which)),
  ),
  'the clock of a replica goes wrong': async ({ skew }, { which }) => {
    skew.ms = (which % 41) * 1000 - 20_000
  },
  'the clock steps': async ({ clock, observe }, { which }) => {
    clock.now = new Date(clock.now.getTime() + (which % 41) * 1000 - 20_000)
    clock.steps += 1
    observe()
  },
  'a minute passes': (world) => world.pass(MINUTE_MS),
  'hours pass': (world, { which }) => world.pass(((which % 3) + 1) * 3 * HOUR_MS),
} as const satisfies Record<string, Does>
