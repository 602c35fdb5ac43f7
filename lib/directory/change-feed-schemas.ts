import { z } from 'zod'
import type { SeenEntraDevice, SeenIntuneDevice, SeenUser } from './directory.ts'
import { complianceInIntune, guid, idOrNull, retirementOf, timeOrNull } from './graph-schemas.ts'

/** What the change feed reads of each object, and how it is converted. */

/** Present in an entry that only reports that the object is gone. */
const removed = { '@removed': z.looseObject({ reason: z.string().nullish() }).optional() }

export const userEntrySchema = z.object({
  id: guid,
  accountEnabled: z.boolean().nullish(),
  userPrincipalName: z.string().nullish(),
  ...removed,
})

export const entraDeviceEntrySchema = z.object({
  id: guid,
  deviceId: guid.optional(),
  accountEnabled: z.boolean().nullish(),
  isCompliant: z.boolean().nullish(),
  ...removed,
})

export const intuneEntrySchema = z.object({
  id: guid,
  userId: idOrNull.optional(),
  azureADDeviceId: idOrNull.optional(),
  complianceState: z.string().nullish(),
  managementState: z.string().nullish(),
  enrolledDateTime: timeOrNull.optional(),
})

export type UserEntry = z.infer<typeof userEntrySchema>
export type EntraDeviceEntry = z.infer<typeof entraDeviceEntrySchema>
export type IntuneEntry = z.infer<typeof intuneEntrySchema>

export const ENTRY_SELECT = {
  user: 'id,accountEnabled,userPrincipalName',
  entraDevice: 'id,deviceId,accountEnabled,isCompliant',
  intuneDevice: Object.keys(intuneEntrySchema.shape).join(','),
} as const

/**
 * A delta query omits properties that were never set and those that did not change: both count as not
 * reported.
 */
export function toSeenUser(entry: UserEntry): SeenUser {
  const { id: oid, accountEnabled, userPrincipalName } = entry
  return {
    oid,
    ...(accountEnabled !== undefined && { enabled: accountEnabled === true }),
    ...(userPrincipalName && { upn: userPrincipalName }),
  }
}

export function toSeenEntraDevice(entry: EntraDeviceEntry): SeenEntraDevice {
  const { id: objectId, deviceId, accountEnabled, isCompliant } = entry
  return {
    objectId,
    ...(deviceId !== undefined && { deviceId }),
    ...(accountEnabled !== undefined && { enabled: accountEnabled === true }),
    ...(isCompliant !== undefined && { compliant: isCompliant === true }),
  }
}

/** Intune's grace period counts only where Entra reports compliance too, as at issuance. */
export function toSeenIntuneDevice(entry: IntuneEntry, asksEntra: boolean): SeenIntuneDevice {
  const { azureADDeviceId: deviceId = null, enrolledDateTime = null, userId = null } = entry
  return {
    intuneId: entry.id,
    deviceId,
    compliant: complianceInIntune(entry, asksEntra && deviceId !== null),
    retirement: retirementOf(entry),
    enrolledAt: enrolledDateTime,
    enrolledByOid: userId,
  }
}
