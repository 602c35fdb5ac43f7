import { RETIREMENT_OF } from '#lib/model.ts'
import type { Machine, Person, Tenant } from './tenant.ts'

/**
 * What Latchkey promises of a certificate, said once more and apart from everything that is stored:
 * good exactly as long as the directory and the people say so.
 */

export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000
export const TRANSFER_DAYS = 1
export const RESTORE_DAYS = 3

/** A certificate that was given out. */
export type Given = {
  readonly serial: string
  /** The person that it names; null where it names a device. */
  readonly person: { readonly oid: string; readonly upn: string } | null
  readonly device: {
    readonly deviceId: string
    readonly intuneId: string | null
    readonly ownerOid: string
  } | null
  readonly key: string
  /** What it was renewed from. */
  readonly parent: string | null
}

/** What the directory does to a certificate: nothing, a hold, or an end that nothing takes back. */
export type Effect = 'none' | 'hold' | 'final'

/** What is so of the tenant at this moment; how long it has been so is for openFinality to know. */
export function effectOf({ people, machines }: Tenant, { person, device }: Given): Effect {
  const account = people.find(({ oid }) => oid === (person?.oid ?? device?.ownerOid))
  if (person) return worst(ofAccount(account), isReused(people, person) ? 'final' : 'none')
  const machine = machines.find(({ deviceId }) => deviceId === device?.deviceId)
  if (!machine || !device) return 'final'
  const hasLeftIntune = device.intuneId !== null && device.intuneId !== machine.intuneId
  return worst(
    ofAccount(account),
    ofMachine(machine, device),
    hasLeftIntune || hasMoved(machine, device) ? 'hold' : 'none',
  )
}

function ofAccount(account: Person | undefined): Effect {
  if (!account || account.place === 'gone') return 'final'
  return account.place === 'bin' || !account.enabled || account.risky ? 'hold' : 'none'
}

type Device = NonNullable<Given['device']>

function ofMachine(machine: Machine, device: Device): Effect {
  const retirement = retirementOf(machine)
  if (machine.place === 'gone' || retirement === 'issued') return 'final'
  const isCompliant =
    machine.entraCompliant && (!hasRecordOf(machine, device) || machine.intuneCompliant)
  const isWell = machine.place === 'here' && machine.enabled && isCompliant
  return isWell && retirement === null ? 'none' : 'hold'
}

export function retirementOf({ intuneId, management }: Machine): 'begun' | 'issued' | null {
  return intuneId === null ? null : (RETIREMENT_OF.get(management) ?? null)
}

/** The record of Intune's that the certificate was made under is still the one of the device. */
function hasRecordOf({ intuneId }: Machine, device: Device): boolean {
  return device.intuneId !== null && device.intuneId === intuneId
}

/** The owner is Intune's primary user and, where there is none, Entra's registered owner. */
export function hasMoved(machine: Machine, device: Device): boolean {
  const primary = hasRecordOf(machine, device) ? machine.primaryUser : null
  return (primary ?? machine.registeredOwner) !== device.ownerOid
}

export function isReused(
  people: readonly Person[],
  { oid, upn }: { oid: string; upn: string },
): boolean {
  return people.some((one) => one.upn === upn && one.oid !== oid && one.place === 'here')
}

function worst(...effects: readonly Effect[]): Effect {
  if (effects.includes('final')) return 'final'
  return effects.includes('hold') ? 'hold' : 'none'
}

/** What people did to certificates, by what was answered with success. */
export function openPeople() {
  const given = new Map<string, Given>()
  /** Ended for good. */
  const ended = new Set<string>()
  const operatorHolds = new Set<string>()
  const userHolds = new Set<string>()
  /** Device ids that are reported lost. */
  const lost = new Set<string>()
  /** Keys that others know. */
  const knownKeys = new Set<string>()

  const descendantsOf = (serial: string): readonly string[] => {
    const children = [...given.values()].filter(({ parent }) => parent === serial)
    return children.flatMap((child) => [child.serial, ...descendantsOf(child.serial)])
  }
  const end = (serials: readonly string[]) => {
    for (const serial of serials) {
      ended.add(serial)
      operatorHolds.delete(serial)
      userHolds.delete(serial)
    }
  }
  const hold = (serials: readonly string[], isOperator: boolean) => {
    for (const serial of serials) {
      if (ended.has(serial) || operatorHolds.has(serial)) continue
      if (isOperator) userHolds.delete(serial)
      if (isOperator) operatorHolds.add(serial)
      else userHolds.add(serial)
    }
  }
  const family = (serial: string, withDescendants: boolean) => [
    serial,
    ...(withDescendants ? descendantsOf(serial) : []),
  ]
  const ofDevice = (deviceId: string) =>
    [...given.values()].filter(({ device }) => device?.deviceId === deviceId)
  const ofPerson = (oid: string) => [...given.values()].filter(({ person }) => person?.oid === oid)
  const serialsOf = (some: readonly Given[]) => some.map(({ serial }) => serial)

  return {
    given,
    ended,
    /** Whether people stopped it, so that nothing may call it good from that moment on. */
    isRevokedOrHeld: (serial: string) =>
      ended.has(serial) || operatorHolds.has(serial) || userHolds.has(serial),
    isLost: (deviceId: string) => lost.has(deviceId),
    isKnownKey: (key: string) => knownKeys.has(key),
    gaveOut: (one: Given) => given.set(one.serial, one),
    revoked: (serial: string, withDescendants: boolean) => end(family(serial, withDescendants)),
    /** A key that others know: what was made with it, and what was renewed from that. */
    compromised: (serial: string) => {
      const key = given.get(serial)?.key ?? ''
      knownKeys.add(key)
      const same = [...given.values()].filter((one) => one.key === key)
      end(same.flatMap((one) => family(one.serial, true)))
    },
    held: (serial: string, withDescendants: boolean) => hold(family(serial, withDescendants), true),
    released: (serial: string) => {
      operatorHolds.delete(serial)
      userHolds.delete(serial)
    },
    reported: ({ device, person }: Given) => {
      if (device) lost.add(device.deviceId)
      hold(serialsOf(device ? ofDevice(device.deviceId) : ofPerson(person?.oid ?? '')), false)
    },
    withdrawn: ({ device, person }: Given) => {
      if (device) lost.delete(device.deviceId)
      const all = device ? ofDevice(device.deviceId) : ofPerson(person?.oid ?? '')
      for (const serial of serialsOf(all)) userHolds.delete(serial)
    },
  }
}
