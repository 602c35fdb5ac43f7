import type { Device, DirectoryUser } from '#lib/model.ts'
import { alice, laptop } from '#lib/policy/testing/context.ts'

/** The true state of the model's directory: a value that each event replaces by another one. */

/** In the directory, in the recycle bin, or deleted for good. */
export type Place = 'here' | 'bin' | 'gone'

export type Person = {
  readonly oid: string
  readonly upn: string
  readonly enabled: boolean
  readonly risky: boolean
  readonly place: Place
  readonly edits: number
}

export type Machine = {
  readonly deviceId: string
  readonly objectId: string
  /** Id of its Intune record; null while there is none. */
  readonly intuneId: string | null
  /** Place of the Entra object. */
  readonly place: Place
  readonly enabled: boolean
  readonly entraCompliant: boolean
  readonly intuneCompliant: boolean
  /** Intune's `managementState`, lower case. */
  readonly management: string
  readonly registeredOwner: string
  readonly primaryUser: string | null
  /** Number of changes without effect, which a delta query reports all the same. */
  readonly edits: number
}

export type Tenant = {
  readonly people: readonly Person[]
  readonly machines: readonly Machine[]
}

export const PEOPLE = 5

const idOf = (kind: string, n: number) =>
  `${kind}0000000-0000-4000-8000-${String(n).padStart(12, '0')}`
export const oidOf = (n: number) => idOf('a', n)
export const upnOf = (n: number) => `p${n}@contoso.example`
const intuneIdOf = (n: number) => idOf('1', n)

/** Each person has one device; every third device is known to Entra only. */
export function newTenant(): Tenant {
  const numbers = Array.from({ length: PEOPLE }, (_, n) => n)
  return {
    people: numbers.map((n) => ({
      oid: oidOf(n),
      upn: upnOf(n),
      enabled: true,
      risky: false,
      place: 'here',
      edits: 0,
    })),
    machines: numbers.map((n) => ({
      deviceId: idOf('d', n),
      objectId: idOf('b', n),
      intuneId: n % 3 === 2 ? null : intuneIdOf(n),
      place: 'here',
      enabled: true,
      entraCompliant: true,
      intuneCompliant: true,
      management: 'managed',
      registeredOwner: oidOf(n),
      primaryUser: oidOf(n),
      edits: 0,
    })),
  }
}

export function withPerson(tenant: Tenant, oid: string, change: Partial<Person>): Tenant {
  const people = tenant.people.map((one) => (one.oid === oid ? edited(one, change) : one))
  return { ...tenant, people }
}

function edited<T extends { readonly edits: number }>(one: T, change: Partial<T>): T {
  return { ...one, ...change, edits: one.edits + 1 }
}

export function withMachine(tenant: Tenant, deviceId: string, change: Partial<Machine>): Tenant {
  const machines = tenant.machines.map((one) =>
    one.deviceId === deviceId ? edited(one, change) : one,
  )
  return { ...tenant, machines }
}

export function withoutRisk(tenant: Tenant): Tenant {
  return { ...tenant, people: tenant.people.map((one) => ({ ...one, risky: false })) }
}

/** A person as in the directory's contract. */
export function toUser({ oid, upn, enabled }: Person): DirectoryUser {
  return { ...alice, oid, upn, enabled, displayName: `Person ${oid.slice(-1)}` }
}

/** A device as in the directory's contract; null when Entra does not have it. */
export function toDevice(machine: Machine): Device | null {
  const { deviceId, objectId, intuneId, place, enabled, management } = machine
  if (place !== 'here') return null
  const { entraCompliant, intuneCompliant, registeredOwner, primaryUser } = machine
  return {
    ...laptop,
    deviceId,
    objectId,
    intuneId,
    enabled,
    entraCompliant,
    intuneCompliant: intuneId === null ? null : intuneCompliant,
    compliant: entraCompliant && (intuneId === null || intuneCompliant),
    managed: intuneId !== null && management === 'managed',
    managementState: intuneId === null ? null : management,
    entraOwnerOids: [registeredOwner],
    primaryUserOids: intuneId === null ? null : primaryUsers(primaryUser),
    enrolledByOid: intuneId === null ? null : primaryUser,
  }
}

export function primaryUsers(primaryUser: string | null): readonly string[] {
  return primaryUser === null ? [] : [primaryUser]
}
