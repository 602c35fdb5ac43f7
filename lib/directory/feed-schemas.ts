import { z } from 'zod'
import type { SeenEntraDevice, SeenIntuneDevice, SeenUser } from './directory.ts'
import { DirectoryTrouble } from './graph-answer.ts'
import { dateOrNull, guid, guidOrNull, isCompliantInIntune, isRetiring } from './graph-schemas.ts'

/** What the feed reads of each object, and what that means for who holds a certificate. */

/** Present in an entry of Graph's that only says that the object is gone. */
const removed = { '@removed': z.looseObject({}).optional() }

export const userEntrySchema = z.object({
  id: guid,
  accountEnabled: z.boolean().nullish(),
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
  azureADDeviceId: z.string().nullish(),
  complianceState: z.string().nullish(),
  managementState: z.string().nullish(),
  enrolledDateTime: z.string().nullish(),
})

export const riskyUserSchema = z.object({
  id: guid,
  riskLevel: z.string().nullish(),
  riskState: z.string().nullish(),
})

export const idSchema = z.object({ id: guid })
export const deviceIdSchema = z.object({ deviceId: guid })

export type UserEntry = z.infer<typeof userEntrySchema>
export type EntraDeviceEntry = z.infer<typeof entraDeviceEntrySchema>
export type IntuneEntry = z.infer<typeof intuneEntrySchema>
export type RiskyUser = z.infer<typeof riskyUserSchema>

export const ENTRY_SELECT = {
  user: 'id,accountEnabled',
  entraDevice: 'id,deviceId,accountEnabled,isCompliant',
  intuneDevice: Object.keys(intuneEntrySchema.shape).join(','),
  riskyUser: Object.keys(riskyUserSchema.shape).join(','),
} as const

export function toSeenUser(entry: UserEntry): SeenUser {
  return { oid: entry.id, enabled: entry.accountEnabled === true }
}

export function toSeenEntraDevice(entry: EntraDeviceEntry): SeenEntraDevice {
  if (entry.deviceId === undefined) throw new DirectoryTrouble('a device has no deviceId')
  return {
    deviceId: entry.deviceId,
    objectId: entry.id,
    enabled: entry.accountEnabled === true,
    compliant: entry.isCompliant === true,
  }
}

/** Intune's grace period counts where Entra has a word too, as when a certificate is issued. */
export function toSeenIntuneDevice(entry: IntuneEntry, asksEntra: boolean): SeenIntuneDevice {
  const deviceId = guidOrNull(entry.azureADDeviceId)
  return {
    intuneId: entry.id,
    deviceId,
    compliant: isCompliantInIntune(entry, asksEntra && deviceId !== null),
    retired: isRetiring(entry),
    enrolledAt: dateOrNull(entry.enrolledDateTime),
  }
}

const TOLERATED_STATES = new Set(['none', 'confirmedsafe', 'remediated', 'dismissed'])
const LEVELS = new Set(['none', 'low', 'medium', 'high'])

/** Whether this risk puts certificates on hold. What Graph hides or we do not know counts as risk. */
export function isRisky(user: RiskyUser, levels: readonly string[]): boolean {
  const state = user.riskState?.toLowerCase() ?? ''
  const level = user.riskLevel?.toLowerCase() ?? ''
  if (TOLERATED_STATES.has(state)) return false
  return state === 'confirmedcompromised' || levels.includes(level) || !LEVELS.has(level)
}
