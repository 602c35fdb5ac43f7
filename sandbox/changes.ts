import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { HttpError } from './http.ts'
import type { Machine, Person } from './people.ts'
import { findMachine, findPerson, putMachine, putPerson, type Tenant } from './tenant.ts'

/** What the control calls may change, and what each change does to the tenant. */

const guid = z.guid().transform((text) => text.toLowerCase())

const userSchema = z.strictObject({
  oid: guid,
  upn: z.string().regex(/^[^@\s]+@[^@\s]+$/, 'A UPN is name@domain.'),
  displayName: z.string().min(1),
  roles: z.array(z.string().min(1)),
  enabled: z.boolean(),
  guest: z.boolean(),
  risk: z.enum(['none', 'low', 'medium', 'high']),
})

const deviceSchema = z.strictObject({
  deviceId: guid.nullable(),
  /** Null takes the device out of Intune. */
  intuneId: guid.nullable(),
  /** Sets both owners: Entra's and Intune's. */
  ownerUpn: z.string().nullable(),
  /** Sets Intune's alone. */
  intuneOwnerUpn: z.string().nullable(),
  /** Lists somebody among Entra's registered users, which is not owning. */
  userUpn: z.string().nullable(),
  displayName: z.string().min(1),
  os: z.string().min(1),
  osVersion: z.string(),
  model: z.string(),
  managed: z.boolean(),
  managementState: z.string(),
  compliant: z.boolean(),
  enabled: z.boolean(),
})

export const userPatchSchema = userSchema.omit({ oid: true }).partial()
export const newUserSchema = userSchema.partial().required({ upn: true })
export const devicePatchSchema = deviceSchema.partial()
export type DevicePatch = z.infer<typeof devicePatchSchema>
export type UserPatch = z.infer<typeof userPatchSchema>

export function personOr404(tenant: Tenant, id: string | null): Person {
  const person = findPerson(tenant, id ?? '')
  if (!person) throw new HttpError(404, 'There is no such person in the sandbox.')
  return person
}

export function machineOr404(tenant: Tenant, id: string | null): Machine {
  const machine = findMachine(tenant, id ?? '')
  if (!machine) throw new HttpError(404, 'There is no such device in the sandbox.')
  return machine
}

export function patchUser(tenant: Tenant, person: Person, patch: UserPatch): Person {
  const other = patch.upn === undefined ? null : findPerson(tenant, patch.upn)
  if (other && other.oid !== person.oid) throw new HttpError(409, 'Somebody else has that UPN.')
  const changed: Person = { ...person, ...given(patch) }
  putPerson(tenant, changed)
  return changed
}

export function patchDevice(tenant: Tenant, machine: Machine, patch: DevicePatch): Machine {
  const { ownerUpn, intuneOwnerUpn, userUpn, managed, intuneId, ...plain } = patch
  const changed: Machine = {
    ...machine,
    ...enrolment(machine, managed, intuneId),
    ...given(plain),
    ...(ownerUpn === undefined ? {} : { entraOwnerOid: oidOf(tenant, ownerUpn) }),
    ...(userUpn === undefined ? {} : { entraUserOid: oidOf(tenant, userUpn) }),
  }
  const intuneOwner = intuneOwnerUpn === undefined ? ownerUpn : intuneOwnerUpn
  const owned =
    intuneOwner === undefined ? changed : { ...changed, intuneOwnerOid: oidOf(tenant, intuneOwner) }
  putMachine(tenant, owned)
  return owned
}

/** Enrolling again makes a new Intune object with a new id, as Intune does. */
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
    intuneOwnerOid: machine.intuneOwnerOid ?? machine.entraOwnerOid,
    managementState: 'managed',
    enrolledAt: new Date().toISOString(),
  }
}

export function createUser(tenant: Tenant, body: z.infer<typeof newUserSchema>): Person {
  const person: Person = {
    oid: randomUUID(),
    displayName: body.upn.split('@')[0] ?? body.upn,
    roles: [],
    enabled: true,
    guest: false,
    risk: 'none',
    ...given(body),
  }
  if (tenant.people.has(person.oid)) throw new HttpError(409, 'Somebody else has that oid.')
  return patchUser(tenant, person, { upn: body.upn })
}

/** A device that joined Entra just now and that nobody owns or manages yet. */
export function newMachine(): Machine {
  return {
    objectId: randomUUID(),
    deviceId: randomUUID(),
    intuneId: null,
    displayName: 'NEW-DEVICE',
    os: 'Windows',
    osVersion: '10.0.26200.6901',
    manufacturer: 'Contoso',
    model: 'Virtual machine',
    entraOwnerOid: null,
    intuneOwnerOid: null,
    managementState: 'managed',
    compliant: false,
    enabled: true,
    registeredAt: new Date().toISOString(),
    enrolledAt: null,
  }
}

/** Leaves out what was not given, which a spread would otherwise write as undefined. */
function given<T extends object>(patch: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(patch).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }
}

function oidOf(tenant: Tenant, upn: string | null): string | null {
  return upn === null ? null : personOr404(tenant, upn).oid
}
