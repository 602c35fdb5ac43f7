import { z } from 'zod'
import { type Device, type DirectoryUser, RETIREMENT_OF, type Retirement } from '#lib/model.ts'

/**
 * Graph's answers and how they are converted. A value that is missing, null or unknown counts as the worse
 * case: not enabled, not compliant, not managed, a guest.
 */

export const STABLE = 'v1.0'
/**
 * The version of Graph for what v1.0 lacks: Intune's `managementState` (is the device being wiped?), a
 * managed device's primary users, and deleted devices.
 */
export const BETA = 'beta'
export const MANAGED_DEVICES = `${BETA}/deviceManagement/managedDevices`

/** The id that Intune writes for a device that Entra does not know. */
const NO_DEVICE = '00000000-0000-0000-0000-000000000000'

/**
 * Values of Intune's `managementState` for a device that is managed. With other values it is leaving
 * management or has not entered it.
 */
const MANAGED_STATES = new Set(['managed', 'wipecanceled', 'retirecanceled'])

export const guid = z.guid().transform((text) => text.toLowerCase())
const text = z.string().nullish()

/** An id of another object, in lower case; null for any other text and for that of zeros, which means "none". */
export const idOrNull = z.string().nullable().transform(guidOrNull)
/** A moment; null for none and for the year 1, which Intune writes for "never". */
export const timeOrNull = z.string().nullable().transform(dateOrNull)

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
  registrationDateTime: timeOrNull.optional(),
})

export const entraDeviceWithOwnersSchema = entraDeviceSchema.extend({
  registeredOwners: z.array(z.object({ id: guid })),
})

/** `ownedDevices` may contain objects of other types, which are recognised by their type and ignored. */
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
  userId: idOrNull.default(null),
  deviceName: text,
  operatingSystem: text,
  osVersion: text,
  model: text,
  /** Null where Intune knows no device of Entra. */
  azureADDeviceId: idOrNull.default(null),
  complianceState: text,
  managementState: text,
  enrolledDateTime: timeOrNull.default(null),
})

/** Objects of which only the id is read. */
export const idSchema = z.object({ id: guid })

export type EntraDevice = z.infer<typeof entraDeviceSchema>
export type ManagedDevice = z.infer<typeof managedDeviceSchema>

/** `$select` for each kind, so that Graph sends only the properties that are read. */
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

/** Joins what Entra and Intune know of one device; at least one of them knows it. */
export function toDevice(
  entra: EntraDevice | null,
  entraOwnerOids: readonly string[],
  intune: ManagedDevice | null,
  primaryUserOids: readonly string[] | null,
): Device {
  const managementState = intune?.managementState?.toLowerCase() ?? null
  const entraCompliant = entra && entra.isCompliant === true
  const intuneCompliant = intune && complianceInIntune(intune, entra !== null)
  const enrolledAt = intune?.enrolledDateTime ?? null
  return {
    objectId: entra?.id ?? null,
    deviceId: entra?.deviceId ?? null,
    intuneId: intune?.id ?? null,
    displayName: entra?.displayName || intune?.deviceName || entra?.deviceId || intune?.id || '',
    os: intune?.operatingSystem || entra?.operatingSystem || 'Unknown',
    osVersion: intune?.osVersion || entra?.operatingSystemVersion || null,
    model: intune?.model || entra?.model || null,
    entraOwnerOids,
    primaryUserOids,
    enrolledByOid: intune?.userId ?? null,
    managed: managementState !== null && MANAGED_STATES.has(managementState),
    managementState,
    // Every directory that knows the device must call it compliant.
    compliant: (entraCompliant ?? true) && (intuneCompliant ?? entra !== null),
    entraCompliant,
    intuneCompliant,
    enabled: entra === null || entra.accountEnabled === true,
    enrolledAt,
    registeredAt: entra === null ? enrolledAt : (entra.registrationDateTime ?? null),
  }
}

/** Gives the newest of several Intune records of one device, which re-enrolment leaves behind. */
export function newest(records: readonly ManagedDevice[]): ManagedDevice | null {
  const ranked = records.toSorted((a, b) => timeOf(b) - timeOf(a))
  return ranked[0] ?? null
}

/** Gives a GUID in lower case; null for any other text and for the GUID of zeros, which means "none". */
export function guidOrNull(value: string | null): string | null {
  if (value === null || value === NO_DEVICE || !z.regexes.guid.test(value)) return null
  return value.toLowerCase()
}

type IntuneStates = Pick<ManagedDevice, 'complianceState' | 'managementState'>

/**
 * Converts Intune's `complianceState`. The grace period counts only where Entra reports compliance too, as in
 * Conditional Access. `configManager`: Configuration Manager evaluates a co-managed device, and Intune does
 * not know the result; then only Entra's statement counts (null), and without Entra the device is not
 * compliant.
 */
export function complianceInIntune(
  { complianceState }: IntuneStates,
  isKnownToEntra: boolean,
): boolean | null {
  const state = complianceState?.toLowerCase()
  if (state === 'configmanager') return isKnownToEntra ? null : false
  return state === 'compliant' || (isKnownToEntra && state === 'ingraceperiod')
}

/** Converts Intune's `managementState` to how far a retirement is. */
export function retirementOf({ managementState }: IntuneStates): Retirement | null {
  return RETIREMENT_OF.get(managementState?.toLowerCase() ?? '') ?? null
}

function timeOf(record: ManagedDevice): number {
  return record.enrolledDateTime?.getTime() ?? 0
}

function dateOrNull(value: string | null): Date | null {
  const time = Date.parse(value ?? '')
  return Number.isNaN(time) || time <= 0 ? null : new Date(time)
}
