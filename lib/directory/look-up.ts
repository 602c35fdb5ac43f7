import { z } from 'zod'
import type { DirectoryKey } from '#lib/model.ts'
import { ENTRY_SELECT, intuneEntrySchema, toSeenIntuneDevice } from './change-feed-schemas.ts'
import type { LookUp } from './directory.ts'
import { filterFor, primaryUsersOf } from './graph-questions.ts'
import { BETA, guid, guidOrNull, idSchema, MANAGED_DEVICES } from './graph-schemas.ts'
import { DirectoryError, strayAnswer } from './transport/graph-answer.ts'
import type { GraphCalls } from './transport/graph-client.ts'

/**
 * Live look-ups of one object, in one call where all questions are known in advance; the first error ends a
 * look-up.
 */

export type LookUpOptions = {
  readonly asksEntra: boolean
  readonly asksIntune: boolean
  readonly report: (sentence: string, error: unknown) => void
}

/**
 * Gives what one object is now. Throws DirectoryTrouble, also for an object of a directory that is not asked,
 * since no answer is not a deletion.
 */
export async function lookUp(
  calls: GraphCalls,
  key: DirectoryKey,
  objectId: string | null,
  { asksEntra, asksIntune, report }: LookUpOptions,
): Promise<LookUp> {
  const id = guidOrNull(key.id)
  if (id === null) throw new DirectoryError('what was asked for is no id')
  switch (key.kind) {
    case 'user':
      return (
        (await user(calls, id)) ?? absent(report, 'people', () => isInRecycleBin(calls, 'v1.0', id))
      )
    case 'entra_device':
      if (!asksEntra) throw notAsked()
      return (
        (await entraDevice(calls, id)) ??
        absent(report, 'devices', () => isDeletedDevice(calls, id, guidOrNull(objectId)))
      )
    case 'intune_device':
      if (!asksIntune) throw notAsked()
      // Intune keeps no deleted records, so there is no recycle bin to ask.
      return (await intuneDevice(calls, id, asksEntra)) ?? { present: false, deletion: 'unknown' }
  }
}

const userSchema = z.object({
  id: guid,
  accountEnabled: z.boolean().nullish(),
  userPrincipalName: z.string().min(1),
})

async function user(calls: GraphCalls, id: string): Promise<LookUp | null> {
  const found = await calls.get(`v1.0/users/${id}?$select=${ENTRY_SELECT.user}`, userSchema)
  if (found === null) return null
  if (found.id !== id) throw strayAnswer()
  const { accountEnabled, userPrincipalName: upn } = found
  return { present: true, kind: 'user', enabled: accountEnabled === true, upn }
}

const entraDeviceSchema = z.object({
  id: guid,
  deviceId: guid,
  accountEnabled: z.boolean().nullish(),
  isCompliant: z.boolean().nullish(),
  registeredOwners: z.array(idSchema),
})

async function entraDevice(calls: GraphCalls, id: string): Promise<LookUp | null> {
  const found = await calls.collection(
    `v1.0/devices?${filterFor('deviceId', id)}` +
      `&$select=${ENTRY_SELECT.entraDevice}&$expand=registeredOwners($select=id)`,
    entraDeviceSchema,
  )
  if (found.some((device) => device.deviceId !== id)) throw strayAnswer()
  const [device] = found
  if (device === undefined) return null
  return {
    present: true,
    kind: 'entra_device',
    objectId: device.id,
    enabled: device.accountEnabled === true,
    compliant: device.isCompliant === true,
    ownerOids: device.registeredOwners.map((owner) => owner.id),
  }
}

async function intuneDevice(
  calls: GraphCalls,
  id: string,
  asksEntra: boolean,
): Promise<LookUp | null> {
  const path = `${MANAGED_DEVICES}/${id}?$select=${ENTRY_SELECT.intuneDevice}`
  // Asked in the same batch. For an absent record the answer is ignored.
  const primaryUsers = primaryUsersOf(calls, id)
  primaryUsers.catch(() => undefined)
  const found = await calls.get(path, intuneEntrySchema)
  if (found === null) return null
  if (found.id !== id) throw strayAnswer()
  const { deviceId, compliant, retirement, enrolledAt } = toSeenIntuneDevice(found, asksEntra)
  const primaryUserOids = await primaryUsers
  const states = { deviceId, compliant, retirement, enrolledAt, primaryUserOids }
  return { present: true, kind: 'intune_device', ...states }
}

/**
 * The object is known to be absent. What the recycle bin says is a second question, whose refusal (a missing
 * permission, a cloud without recycle bin) does not change that.
 */
async function absent(
  report: LookUpOptions['report'],
  what: 'people' | 'devices',
  isDeleted: () => Promise<boolean>,
): Promise<LookUp> {
  try {
    return { present: false, deletion: (await isDeleted()) ? 'restorable' : 'unknown' }
  } catch (error) {
    report(`deleted ${what} cannot be read, so it is not known which can be restored`, error)
    return { present: false, deletion: 'untold' }
  }
}

/** User.Read.All suffices for people and Device.Read.All for devices, whose recycle bin only beta has. */
async function isInRecycleBin(calls: GraphCalls, version: string, id: string): Promise<boolean> {
  const found = await calls.get(`${version}/directory/deletedItems/${id}?$select=id`, idSchema)
  if (found !== null && found.id !== id) throw strayAnswer()
  return found !== null
}

const deviceIdSchema = z.object({ deviceId: guid })

/** Searches by Graph's object id where it is known, else by a filter. */
async function isDeletedDevice(
  calls: GraphCalls,
  deviceId: string,
  objectId: string | null,
): Promise<boolean> {
  if (objectId !== null) return isInRecycleBin(calls, BETA, objectId)
  const path = `${BETA}/directory/deletedItems/microsoft.graph.device`
  const filter = filterFor('deviceId', deviceId)
  const found = await calls.collection(`${path}?${filter}&$select=id,deviceId`, deviceIdSchema)
  return found.some((device) => device.deviceId === deviceId)
}

function notAsked(): DirectoryError {
  return new DirectoryError('this directory is not asked in this configuration')
}
