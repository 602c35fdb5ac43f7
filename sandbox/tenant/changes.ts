import { randomUUID } from 'node:crypto'
import type { ComplianceState, RiskLevel, RiskState } from '@microsoft/microsoft-graph-types-beta'
import { z } from 'zod'
import { HttpError } from '#sandbox/http.ts'
import { type Machine, machine as newDevice, type Person } from '#sandbox/people.ts'
import {
  findMachine,
  findPerson,
  putMachine,
  putPerson,
  removeMachine,
  removePerson,
  restoreMachine,
  restorePerson,
} from './directory.ts'
import type { Tenant } from './tenant.ts'

/** The changes that control calls make, and their effects on the tenant. */

const guid = z.guid().transform((text) => text.toLowerCase())
const date = z.iso.datetime({ offset: true })

const RISK_LEVELS = ['none', 'low', 'medium', 'high', 'hidden'] as const satisfies RiskLevel[]
const RISK_STATES = [
  'none',
  'confirmedSafe',
  'remediated',
  'dismissed',
  'atRisk',
  'confirmedCompromised',
] as const satisfies RiskState[]
const COMPLIANCE_STATES = [
  'unknown',
  'compliant',
  'noncompliant',
  'conflict',
  'error',
  'inGracePeriod',
  'configManager',
] as const satisfies ComplianceState[]

const userSchema = z.strictObject({
  oid: guid,
  upn: z.string().regex(/^[^@\s]+@[^@\s]+$/, 'A UPN is name@domain.'),
  displayName: z.string().min(1),
  roles: z.array(z.string().min(1)),
  enabled: z.boolean(),
  guest: z.boolean(),
  risk: z.enum(RISK_LEVELS),
  /** Null: derived from `risk`. */
  riskState: z.enum(RISK_STATES).nullable(),
  onPremisesSecurityIdentifier: z.string().nullable(),
})

const deviceSchema = z.strictObject({
  deviceId: guid.nullable(),
  /** Null removes the device from Intune. */
  intuneId: guid.nullable(),
  /** Changes Entra's owner and Intune's primary user, but not who enrolled the device. */
  ownerUpn: z.string().nullable(),
  /** Changes Intune's primary user alone. */
  intuneOwnerUpn: z.string().nullable(),
  /** Changes who enrolled the device, which `managedDevice.userId` gives. */
  intuneEnrolledUpn: z.string().nullable(),
  /** Adds somebody to Entra's registered users, who are not owners. */
  userUpn: z.string().nullable(),
  displayName: z.string().min(1),
  os: z.string().min(1),
  osVersion: z.string(),
  model: z.string(),
  trustType: z.enum(['AzureAd', 'ServerAd', 'Workplace']).nullable(),
  managed: z.boolean(),
  managementState: z.string(),
  compliant: z.boolean(),
  /** Intune's value in place of what `compliant` gives; `configManager` leaves compliance to Entra. */
  complianceState: z.enum(COMPLIANCE_STATES).nullable(),
  /** Entra's value where it differs from `compliant`. */
  entraCompliant: z.boolean().nullable(),
  enabled: z.boolean(),
  registeredAt: date,
  enrolledAt: date,
  onPremisesSecurityIdentifier: z.string().nullable(),
})

export const userPatchSchema = userSchema.omit({ oid: true }).partial()
export const newUserSchema = userSchema.partial().required({ upn: true })
export const devicePatchSchema = deviceSchema.partial()
export type DevicePatch = z.infer<typeof devicePatchSchema>
export type UserPatch = z.infer<typeof userPatchSchema>

/** Where a device is deleted from, and whether it can be restored. */
export type Deletion = {
  readonly permanent: boolean
  readonly from: 'both' | 'entra' | 'intune'
}

export function personOr404(tenant: Tenant, id: string | null): Person {
  const person = findPerson(tenant.directory.people.values(), id ?? '')
  if (!person) throw new HttpError(404, 'There is no such person in the sandbox.')
  return person
}

export function machineOr404(tenant: Tenant, id: string | null): Machine {
  const machine = findMachine(tenant.directory.machines.values(), id ?? '')
  if (!machine) throw new HttpError(404, 'There is no such device in the sandbox.')
  return machine
}

export function patchUser(tenant: Tenant, person: Person, patch: UserPatch): Person {
  requireFreeUpn(tenant, person.oid, patch.upn)
  const changed: Person = { ...person, ...given(patch) }
  putPerson(tenant.directory, changed, tenant.onChange)
  return changed
}

export function createUser(tenant: Tenant, body: z.infer<typeof newUserSchema>): Person {
  const person: Person = {
    oid: randomUUID(),
    displayName: body.upn.split('@')[0] ?? body.upn,
    roles: [],
    enabled: true,
    guest: false,
    risk: 'none',
    riskState: null,
    onPremisesSecurityIdentifier: null,
    ...given(body),
  }
  const { people, deletedPeople } = tenant.directory
  if (people.has(person.oid) || deletedPeople.has(person.oid)) {
    throw new HttpError(409, 'Somebody else has that oid.')
  }
  return patchUser(tenant, person, { upn: body.upn })
}

/** Moves a person to the recycle bin, or deletes them permanently, also from the bin. */
export function deleteUser(tenant: Tenant, id: string | null, permanent: boolean): void {
  const { deletedPeople, people } = tenant.directory
  const there = findPerson(people.values(), id ?? '')
  const person = there ?? (permanent ? findPerson(itemsOf(deletedPeople), id ?? '') : null)
  if (!person) throw new HttpError(404, 'There is no such person in the sandbox.')
  removePerson(tenant.directory, person, permanent, tenant.onChange)
}

export function restoreUser(tenant: Tenant, id: string | null): Person {
  const person = findPerson(itemsOf(tenant.directory.deletedPeople), id ?? '')
  if (!person) throw new HttpError(404, 'There is no such person in the recycle bin.')
  requireFreeUpn(tenant, person.oid, person.upn)
  restorePerson(tenant.directory, person, tenant.onChange)
  return person
}

export function patchDevice(tenant: Tenant, machine: Machine, patch: DevicePatch): Machine {
  const { ownerUpn, intuneOwnerUpn, intuneEnrolledUpn, userUpn, managed, intuneId, ...plain } =
    patch
  requireFreeDeviceId(tenant, machine, patch.deviceId)
  const changed: Machine = {
    ...machine,
    ...enrolment(machine, managed, intuneId),
    ...checkIn(machine, patch),
    ...given(plain),
    ...(ownerUpn === undefined ? {} : { entraOwnerOid: oidOf(tenant, ownerUpn) }),
    ...(userUpn === undefined ? {} : { entraUserOid: oidOf(tenant, userUpn) }),
  }
  const primaryUpn = intuneOwnerUpn === undefined ? ownerUpn : intuneOwnerUpn
  const primaryUserOid =
    primaryUpn === undefined ? changed.primaryUserOid : oidOf(tenant, primaryUpn)
  const enrolledNow = changed.intuneId !== null && changed.intuneId !== machine.intuneId
  const enrolledByOid =
    intuneEnrolledUpn !== undefined
      ? oidOf(tenant, intuneEnrolledUpn)
      : enrolledNow
        ? primaryUserOid
        : changed.enrolledByOid
  const complianceTold = changed.complianceTold || changed.intuneId !== null || changed.compliant
  const whole = { ...changed, primaryUserOid, enrolledByOid, complianceTold }
  putMachine(tenant.directory, whole, tenant.onChange)
  return whole
}

/** Enrolling again makes a new Intune object with a new id, as in Intune. */
function enrolment(
  machine: Machine,
  managed: boolean | undefined,
  intuneId: string | null | undefined,
): Partial<Machine> {
  if (managed === false || intuneId === null) return { intuneId: null, enrolledAt: null }
  const id = intuneId ?? machine.intuneId ?? (managed === true ? randomUUID() : null)
  if (id === machine.intuneId) return {}
  return {
    intuneId: id,
    primaryUserOid: machine.primaryUserOid ?? machine.entraOwnerOid,
    managementState: 'managed',
    enrolledAt: new Date().toISOString(),
  }
}

/** A device whose compliance is set has checked in, so earlier overrides end. */
function checkIn(machine: Machine, patch: DevicePatch): Partial<Machine> {
  if (patch.compliant === undefined) return {}
  const isCoManaged = machine.complianceState === 'configManager'
  return { entraCompliant: null, ...(isCoManaged ? {} : { complianceState: null }) }
}

/** A device that has just joined Entra, without owner and management. */
export function newMachine(): Machine {
  return newDevice({
    objectId: randomUUID(),
    deviceId: randomUUID(),
    intuneId: null,
    displayName: 'NEW-DEVICE',
    os: 'Windows',
    osVersion: '10.0.26200.6901',
    manufacturer: 'Contoso',
    model: 'Virtual machine',
    owner: null,
    compliant: false,
    registeredAt: new Date().toISOString(),
    enrolledAt: null,
  })
}

/** Moves a device to the recycle bin, or deletes it permanently, also from the bin. */
export function deleteDevice(tenant: Tenant, id: string | null, deletion: Deletion): void {
  const { directory, onChange } = tenant
  const { permanent, from } = deletion
  const there = findMachine(directory.machines.values(), id ?? '')
  if (from === 'intune') {
    patchDevice(tenant, machineOr404(tenant, id), { managed: false })
    return
  }
  const binned = permanent ? findMachine(itemsOf(directory.deletedMachines), id ?? '') : null
  const machine = there ?? binned
  if (!machine) throw new HttpError(404, 'There is no such device in the sandbox.')
  removeMachine(directory, machine, { permanent, keepIntune: from === 'entra' }, onChange)
}

export function restoreDevice(tenant: Tenant, id: string | null): Machine {
  const deleted = findMachine(itemsOf(tenant.directory.deletedMachines), id ?? '')
  if (!deleted) throw new HttpError(404, 'There is no such device in the recycle bin.')
  return restoreMachine(tenant.directory, deleted, tenant.onChange)
}

function requireFreeUpn(tenant: Tenant, oid: string, upn: string | undefined): void {
  const other = upn === undefined ? null : findPerson(tenant.directory.people.values(), upn)
  if (other && other.oid !== oid) throw new HttpError(409, 'Somebody else has that UPN.')
}

/**
 * The device id of a device in the recycle bin stays in use until the device is restored or permanently
 * deleted.
 */
function requireFreeDeviceId(
  tenant: Tenant,
  machine: Machine,
  deviceId: string | null | undefined,
): void {
  const taken = itemsOf(tenant.directory.deletedMachines).some(
    (deleted) => deleted.objectId !== machine.objectId && deleted.deviceId === deviceId,
  )
  if (typeof deviceId === 'string' && taken) {
    throw new HttpError(409, 'A device in the recycle bin has that deviceId.')
  }
}

function itemsOf<T>(deleted: ReadonlyMap<string, { readonly item: T }>): readonly T[] {
  return [...deleted.values()].map(({ item }) => item)
}

/** Leaves out undefined members, which a spread would write. */
function given<T extends object>(patch: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(patch).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }
}

function oidOf(tenant: Tenant, upn: string | null): string | null {
  return upn === null ? null : personOr404(tenant, upn).oid
}
