import { RETIREMENT_OF } from '#lib/model.ts'
import type { Machine, Person, Tenant } from './tenant.ts'

/**
 * The status that Latchkey promises for a certificate, computed independently of everything that is stored:
 * good exactly as long as the directory and the people allow it.
 */

export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000
export const TRANSFER_DAYS = 1
export const RESTORE_DAYS = 3

/** A certificate that was given out. */
export type Given = {
  readonly serial: string
  /** The person in the certificate; null for a device. */
  readonly person: { readonly oid: string; readonly upn: string } | null
  readonly device: {
    readonly deviceId: string
    readonly intuneId: string | null
    readonly ownerOid: string
  } | null
  readonly key: string
  /** The certificate from which it was renewed. */
  readonly parent: string | null
}

/** What the directory does to a certificate: nothing, a hold, or a permanent revocation. */
export type Effect = 'none' | 'hold' | 'final'

/** The effect of the tenant's present state; openFinality knows for how long it has held. */
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

/** Whether the device still has the Intune record under which the certificate was issued. */
function hasRecordOf({ intuneId }: Machine, device: Device): boolean {
  return device.intuneId !== null && device.intuneId === intuneId
}

/** The owner is Intune's primary user or, without one, Entra's registered owner. */
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

/** What people did to certificates, recorded when the operation succeeded. */
export function openPeople() {
  const given = new Map<string, Given>()
  /** Permanently revoked serials. */
  const ended = new Set<string>()
  const operatorHolds = new Set<string>()
  const userHolds = new Set<string>()
  /** Ids of devices that are reported lost. */
  const lost = new Set<string>()
  /** Keys that were reported as compromised. */
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
    /** Marks a key as compromised, with all certificates with it and those renewed from them. */
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
