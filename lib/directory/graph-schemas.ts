import { z } from 'zod'
import { type Device, type DirectoryUser, RETIRING_STATES } from '#lib/model.ts'

/**
 * Graph's answers and what they mean here. What is missing, null or unknown never counts in
 * anyone's favour: not enabled, not compliant, not managed, a guest.
 */

/** Intune's `managementState` (is it being wiped?) exists in Graph's beta version only. */
export const INTUNE = 'beta'

/** What Intune writes for a device that Entra does not know. */
const NO_DEVICE = '00000000-0000-0000-0000-000000000000'

/** Intune's `managementState` while a device is really under management. The others are on their way out of it or not in yet. */
const MANAGED_STATES = new Set(['managed', 'wipecanceled', 'retirecanceled'])

export const guid = z.guid().transform((text) => text.toLowerCase())
const text = z.string().nullish()

export const userSchema = z.object({
  id: guid,
  userPrincipalName: z.string().min(1),
  displayName: text,
  accountEnabled: z.boolean().nullish(),
  userType: text,
})

const entraDeviceSchema = z.object({
  id: guid,
  deviceId: guid,
  displayName: text,
  accountEnabled: z.boolean().nullish(),
  isCompliant: z.boolean().nullish(),
  isManaged: z.boolean().nullish(),
  operatingSystem: text,
  operatingSystemVersion: text,
  model: text,
  registrationDateTime: text,
})

export const entraDeviceWithOwnersSchema = entraDeviceSchema.extend({
  registeredOwners: z.array(z.object({ id: guid })),
})

/** `ownedDevices` may hold other kinds of objects; those are told by their type and left out. */
export const ownedObjectSchema = z.union([
  z
    .object({
      '@odata.type': z.string().refine((type) => type !== '#microsoft.graph.device'),
    })
    .transform(() => null),
  entraDeviceSchema,
])

export const managedDeviceSchema = z.object({
  id: guid,
  userId: text,
  deviceName: text,
  operatingSystem: text,
  osVersion: text,
  model: text,
  azureADDeviceId: text,
  complianceState: text,
  managementState: text,
  enrolledDateTime: text,
})

export type EntraDevice = z.infer<typeof entraDeviceSchema>
export type ManagedDevice = z.infer<typeof managedDeviceSchema>

/** `$select` for each, so that Graph sends what we read and no more. */
export const SELECT = {
  user: Object.keys(userSchema.shape).join(','),
  entraDevice: Object.keys(entraDeviceSchema.shape).join(','),
  managedDevice: Object.keys(managedDeviceSchema.shape).join(','),
} as const

export function toUser(user: z.infer<typeof userSchema>): DirectoryUser {
  return {
    oid: user.id,
    upn: user.userPrincipalName,
    displayName: user.displayName || user.userPrincipalName,
    enabled: user.accountEnabled === true,
    guest: user.userType?.toLowerCase() !== 'member' || /#ext#/i.test(user.userPrincipalName),
  }
}

/** What Entra and Intune know of one device, joined; at least one of them knows it. */
export function toDevice(
  entra: EntraDevice | null,
  entraOwnerOids: readonly string[],
  intune: ManagedDevice | null,
): Device {
  const managementState = intune?.managementState?.toLowerCase() ?? null
  const entraCompliant = entra && entra.isCompliant === true
  const intuneCompliant = intune && isCompliantInIntune(intune, entra !== null)
  const enrolledAt = dateOrNull(intune?.enrolledDateTime)
  return {
    objectId: entra?.id ?? null,
    deviceId: entra?.deviceId ?? null,
    intuneId: intune?.id ?? null,
    displayName: entra?.displayName || intune?.deviceName || entra?.deviceId || intune?.id || '',
    os: intune?.operatingSystem || entra?.operatingSystem || 'Unknown',
    osVersion: intune?.osVersion || entra?.operatingSystemVersion || null,
    model: intune?.model || entra?.model || null,
    entraOwnerOids,
    intuneOwnerOid: guidOrNull(intune?.userId),
    managed: managementState !== null && MANAGED_STATES.has(managementState),
    managementState,
    // Everyone who knows the device must call it compliant.
    compliant: (entraCompliant ?? true) && (intuneCompliant ?? entra !== null),
    entraCompliant,
    intuneCompliant,
    enabled: entra === null || entra.accountEnabled === true,
    enrolledAt,
    registeredAt: entra === null ? enrolledAt : dateOrNull(entra.registrationDateTime),
  }
}

/** The Entra device id that Intune gives for its device; null when it has none. */
export function entraIdOf(managed: ManagedDevice): string | null {
  const id = guidOrNull(managed.azureADDeviceId)
  return id === NO_DEVICE ? null : id
}

/** Of several Intune records of one device, as re-enrolment leaves them, the newest. */
export function newest(records: readonly ManagedDevice[]): ManagedDevice | null {
  const ranked = records.toSorted((a, b) => timeOf(b) - timeOf(a))
  return ranked[0] ?? null
}

/** A GUID in lower case; null for anything else, and for the GUID that means "none". */
export function guidOrNull(value: string | null | undefined): string | null {
  const parsed = guid.safeParse(value)
  return parsed.success && parsed.data !== NO_DEVICE ? parsed.data : null
}

type IntuneStates = Pick<ManagedDevice, 'complianceState' | 'managementState'>

/** Intune's grace period counts only where Entra lets it count, as Conditional Access does. */
export function isCompliantInIntune(
  { complianceState }: IntuneStates,
  graceCounts: boolean,
): boolean {
  const state = complianceState?.toLowerCase()
  return state === 'compliant' || (graceCounts && state === 'ingraceperiod')
}

/** Whether Intune is wiping or retiring it. */
export function isRetiring({ managementState }: IntuneStates): boolean {
  return RETIRING_STATES.has(managementState?.toLowerCase() ?? '')
}

function timeOf(record: ManagedDevice): number {
  return dateOrNull(record.enrolledDateTime)?.getTime() ?? 0
}

/** Intune writes the year 1 for "never". */
export function dateOrNull(value: string | null | undefined): Date | null {
  const time = Date.parse(value ?? '')
  return Number.isNaN(time) || time <= 0 ? null : new Date(time)
}
