import {
  DAY_MS,
  effectOf,
  type Given,
  hasMoved,
  isReused,
  MINUTE_MS,
  RESTORE_DAYS,
  retirementOf,
  TRANSFER_DAYS,
} from './promise.ts'
import type { Tenant } from './tenant.ts'

/** Clocks of replicas differ, and a look-up may see a change before or after a sync does. */
const SLACK_MS = 3 * MINUTE_MS

const LASTING = [
  { what: 'moved', days: TRANSFER_DAYS },
  { what: 'gone', days: RESTORE_DAYS },
] as const

/**
 * Which certificates the directory may have revoked permanently, and which it must have. A look-up may see a
 * permanent condition at any moment at which it held; a sync must see it.
 */
export function openFinality() {
  const mayBe = new Set<string>()
  const mayBeHeld = new Set<string>()
  /** The earliest time at which a condition could have been seen, by serial and condition. */
  const earliest = new Map<string, number>()
  /** Since which sync a condition has held without interruption. */
  const seenSince = new Map<string, number>()
  /** Intune records that were about to be retired at some time. */
  const retiring = new Set<string>()
  /** Devices that had such a record. */
  const wasRetiring = new Set<string>()

  const lasting = (tenant: Tenant, one: Given) =>
    LASTING.map(({ what, days }) => {
      return { key: `${one.serial} ${what}`, is: IS[what](tenant, one), ms: days * DAY_MS }
    })

  return {
    mayBe: (serial: string) => mayBe.has(serial),
    /** The record disappeared while a retirement was pending, so nobody knows whether it was carried out. */
    mayBeHeld: (serial: string) => mayBeHeld.has(serial),
    /** Called after each change and whenever time has passed. */
    observe: (tenant: Tenant, all: Iterable<Given>, now: number) => {
      for (const machine of tenant.machines) {
        if (machine.intuneId === null || retirementOf(machine) !== 'begun') continue
        retiring.add(machine.intuneId)
        wasRetiring.add(machine.deviceId)
      }
      for (const one of all) {
        const id = one.device?.intuneId ?? null
        const hasRecord = id !== null && tenant.machines.some(({ intuneId }) => intuneId === id)
        const machine = tenant.machines.find(({ deviceId }) => deviceId === one.device?.deviceId)
        if (machine?.intuneId === null && wasRetiring.has(machine.deviceId))
          mayBeHeld.add(one.serial)
        if (effectOf(tenant, one) === 'final') mayBe.add(one.serial)
        if (id !== null && retiring.has(id) && !hasRecord) mayBe.add(one.serial)
        for (const { key, is, ms } of lasting(tenant, one)) {
          if (!is) seenSince.delete(key)
          if (is && !earliest.has(key)) earliest.set(key, now)
          if (is && now - (earliest.get(key) ?? now) >= ms - SLACK_MS) mayBe.add(one.serial)
        }
      }
    },
    /** The owner of a device changed again: the time until a revocation starts anew. */
    movedAgain: (all: Iterable<Given>, deviceId: string) => {
      for (const { serial, device } of all) {
        if (device?.deviceId === deviceId) seenSince.delete(`${serial} moved`)
      }
    },
    /** Called after a complete sync. */
    synced: (tenant: Tenant, all: Iterable<Given>, now: number) => {
      for (const one of all) {
        for (const { key, is } of lasting(tenant, one)) {
          if (is && !seenSince.has(key)) seenSince.set(key, now)
        }
      }
    },
    /** Whether the last sync must have revoked it. */
    mustBe: (tenant: Tenant, one: Given, now: number) =>
      isEndedAtOnce(tenant, one) ||
      lasting(tenant, one).some(({ key, is, ms }) => {
        return is && now - (seenSince.get(key) ?? now) >= ms + SLACK_MS
      }),
  }
}

const IS = {
  moved: ({ machines }: Tenant, { device }: Given) => {
    const machine = machines.find(({ deviceId }) => deviceId === device?.deviceId)
    return machine !== undefined && device !== null && hasMoved(machine, device)
  },
  gone: ({ people, machines }: Tenant, { person, device }: Given) =>
    people.some((one) => one.oid === (person?.oid ?? device?.ownerOid) && one.place !== 'here') ||
    machines.some((one) => one.deviceId === device?.deviceId && one.place !== 'here'),
} as const

function isEndedAtOnce({ people, machines }: Tenant, { person, device }: Given): boolean {
  if (person) return isReused(people, person)
  const machine = machines.find(({ deviceId }) => deviceId === device?.deviceId)
  return machine !== undefined && retirementOf(machine) === 'issued'
}
