import type { Authority } from '#lib/issuance/authority.ts'
import { enroll } from '#lib/issuance/enroll/enroll.ts'
import type { Issued } from '#lib/issuance/enroll/issuance-request.ts'
import { identify, reenroll } from '#lib/issuance/enroll/reenroll.ts'
import { type CsrWish, makeCsr } from '#lib/pki/testing/make-csr.ts'
import { requester } from '#lib/policy/testing/context.ts'
import type { Event } from './event.ts'
import { effectOf, type Given } from './promise.ts'
import { oidOf, withoutRisk } from './tenant.ts'
import { orRefused, type World } from './world.ts'

/** Requests for certificates; the status of an issued one is promised from then on. */

export async function enrolPerson(
  world: World,
  replica: Authority,
  event: Event,
  isLate = false,
): Promise<void> {
  const upn = world.graph.tenant().people[event.who]?.upn ?? ''
  await enrol(world, replica, { ...event, oid: oidOf(event.who), wish: { upn }, isLate })
}

/** By the present owner of the device or, for some devices, by the first one. */
export async function enrolDevice(
  world: World,
  replica: Authority,
  event: Event,
  isLate = false,
): Promise<void> {
  const machine = world.graph.tenant().machines[event.who]
  if (!machine) return
  const { deviceId, intuneId, primaryUser, registeredOwner } = machine
  const owner = (intuneId === null ? null : primaryUser) ?? registeredOwner
  const wish = { commonName: event.which % 2 ? deviceId : (intuneId ?? deviceId) }
  const oid = event.which % 3 === 0 ? oidOf(event.who) : owner
  await enrol(world, replica, { ...event, oid, wish, isLate })
}

type Wanted = Event & { readonly oid: string; readonly wish: CsrWish; readonly isLate: boolean }

async function enrol(world: World, replica: Authority, wanted: Wanted): Promise<void> {
  const { key, name } = keyFor(world, wanted)
  const { der } = makeCsr({ ...wanted.wish, key })
  const by = { ...requester, oid: wanted.oid }
  const issued = await orRefused(() => enroll(replica, by, der, 'api'))
  if (issued) await giveOut(world, issued, { key: name, parent: null, isLate: wanted.isLate })
}

export async function renew(
  world: World,
  replica: Authority,
  { serial }: Given,
  event: Event,
  isLate = false,
): Promise<void> {
  const presented = (await replica.ledger.der(serial)) ?? new Uint8Array()
  const { key, name } = keyFor(world, event)
  const { der } = makeCsr({ key, commonName: null })
  const wasKnownRevokedOrHeld = world.knownRevokedOrHeld.has(serial)
  const issued = await orRefused(async () =>
    reenroll(replica, await identify(replica, presented), der),
  )
  if (!issued) return
  if (wasKnownRevokedOrHeld)
    throw new Error(`${serial} was renewed though the directory stopped it.`)
  await giveOut(world, issued, { key: name, parent: serial, isLate })
}

/** Some requests share a key, as from a client that keeps its key. */
function keyFor(world: World, { who, which }: Event) {
  const isKept = which % 7 === 0
  world.keys += 1
  return isKept && who === 0
    ? { key: world.key, name: 'the kept key' }
    : { key: 'ec-p256' as const, name: `key ${world.keys}` }
}

/**
 * Records an issued certificate, whose status is promised from now on. Throws when it must not have been
 * issued: for a lost device, as a renewal of a stopped certificate, with a compromised key, or when the
 * directory had stopped it already, unless its answer was late.
 */
async function giveOut(
  world: World,
  { serial, repeated }: Issued,
  { isLate, ...made }: Pick<Given, 'key' | 'parent'> & { readonly isLate: boolean },
): Promise<void> {
  const { people, graph, observe } = world
  const given = people.given.get(serial) ?? { ...made, serial, ...(await namesIn(world, serial)) }
  const fail = (why: string) => {
    throw new Error(
      `${serial} was given out though ${why}. ${JSON.stringify(given)} ${JSON.stringify(graph.tenant())}`,
    )
  }
  if (people.isRevokedOrHeld(serial)) fail('people stopped it')
  if (given.device && people.isLost(given.device.deviceId)) fail('its device is reported lost')
  if (made.parent && !repeated && people.isRevokedOrHeld(made.parent))
    fail('it renews what is stopped')
  if (people.isKnownKey(given.key)) fail('others know its key')
  // Only the sync reads who is at risk.
  const isWell = effectOf(withoutRisk(graph.tenant()), given) === 'none'
  if (!isLate && !isWell) fail('the directory stopped its holder')
  people.gaveOut(given)
  observe()
}

/** The names in a certificate never change, so the ledger's row suffices here. */
async function namesIn(
  { authority }: World,
  serial: string,
): Promise<Pick<Given, 'person' | 'device'>> {
  const record = await authority.ledger.certificate(serial)
  const holder = record?.holder
  if (holder?.kind === 'user') {
    return { person: { oid: holder.oid, upn: record?.upn ?? '' }, device: null }
  }
  if (holder?.kind !== 'device' || holder.deviceId === null) {
    throw new Error(`${serial} names nobody.`)
  }
  const { deviceId, intuneId, ownerOid } = holder
  return { person: null, device: { deviceId, intuneId, ownerOid } }
}
