import { z } from 'zod'
import type { ExpectedDevice, PersonAndDevices } from '#lib/directory/directory.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Device, DirectoryUser } from '#lib/model.ts'
import type { Authority } from './authority.ts'

/**
 * The questions that issuance asks the directory. An answer has the form of the directory's contract or is an
 * error: an adapter that throws anything else, or gives undefined or an incomplete object, counts as one that
 * does not answer. Throws LatchkeyError('directory_unavailable'); a decision is never based on a broken
 * answer.
 */

/** The person with this object id, or null when the directory has none. */
export function askUser(authority: Authority, oid: string): Promise<DirectoryUser | null> {
  return ask(async () => personOf(await authority.directory.user(oid), oid))
}

/**
 * Gives what the directory says for one issuance: the person, where `oid` is given, and every device with one
 * of these Entra or Intune ids. Asks nothing when neither is given. `expected` are devices of an earlier answer, or
 * that the request names.
 */
export async function askPersonAndDevices(
  authority: Authority,
  oid: string | null,
  ids: readonly string[],
  expected: readonly ExpectedDevice[],
): Promise<PersonAndDevices> {
  if (oid === null && ids.length === 0) return { user: null, devices: [] }
  return ask(async () => {
    const { user, devices } = await authority.directory.personAndDevices(oid, ids, expected)
    return { user: personOf(user, oid), devices: devicesSchema.parse(devices) }
  })
}

/** The devices of this person. */
export function askDevicesOf(authority: Authority, oid: string): Promise<readonly Device[]> {
  return ask(async () => devicesSchema.parse(await authority.directory.devicesOf(oid)))
}

/** Every device that has this Entra or Intune id. */
export function askDevicesWithId(authority: Authority, id: string): Promise<readonly Device[]> {
  return ask(async () => devicesSchema.parse(await authority.directory.devicesWithId(id)))
}

function personOf(answer: unknown, oid: string | null): DirectoryUser | null {
  const user = personSchema.parse(answer)
  if (user !== null && user.oid !== oid) throw new Error('The answer is about somebody else.')
  return user
}

async function ask<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question()
  } catch (cause) {
    if (cause instanceof LatchkeyError && cause.code === 'directory_unavailable') throw cause
    throw new LatchkeyError('directory_unavailable', 'The directory is not answering.', {
      remedy: 'Send the same request again in a minute.',
      retryAfterSeconds: 30,
      cause,
    })
  }
}

const personSchema: z.ZodType<DirectoryUser | null> = z
  .object({
    oid: z.string(),
    upn: z.string(),
    displayName: z.string(),
    enabled: z.boolean(),
    guest: z.boolean(),
  })
  .nullable()

const deviceSchema: z.ZodType<Device> = z.object({
  deviceId: z.string().nullable(),
  objectId: z.string().nullable(),
  intuneId: z.string().nullable(),
  displayName: z.string(),
  os: z.string(),
  osVersion: z.string().nullable(),
  model: z.string().nullable(),
  entraOwnerOids: z.array(z.string()),
  primaryUserOids: z.array(z.string()).nullable(),
  enrolledByOid: z.string().nullable(),
  managed: z.boolean(),
  managementState: z.string().nullable(),
  compliant: z.boolean(),
  entraCompliant: z.boolean().nullable(),
  intuneCompliant: z.boolean().nullable(),
  enabled: z.boolean(),
  enrolledAt: z.date().nullable(),
  registeredAt: z.date().nullable(),
})

const devicesSchema = z.array(deviceSchema)
