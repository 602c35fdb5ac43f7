import { Agent, request } from 'node:http'

/**
 * The least that the questions about a person or a device cost with the client of Node: those of
 * lib/directory/graph.ts in as many calls, each answer's status and content checked. What does not allow a
 * certificate throws.
 */

/** An object as the directory has it, to be stored. */
export type Seen = { readonly id: string; readonly state: string }

type Answer = { readonly status: number; readonly body: unknown }
type Ids = { readonly id: string }
type User = Ids & { readonly accountEnabled: boolean; readonly userPrincipalName: string }
type Device = Ids & {
  readonly deviceId: string
  readonly accountEnabled: boolean
  readonly isCompliant: boolean
  readonly registeredOwners: readonly Ids[]
}
type ManagedDevice = Ids & {
  readonly azureADDeviceId: string
  readonly complianceState: string
  readonly managementState: string
}
type List<T> = { readonly value: readonly T[] }

const agent = new Agent({ keepAlive: true })
const MANAGED_DEVICES = '/deviceManagement/managedDevices'
const RECORD = '$select=id,userId,azureADDeviceId,complianceState,managementState'

/** One question in one call. */
export async function requirePerson(
  graphUrl: string,
  oid: string,
  upn: string,
): Promise<readonly Seen[]> {
  const user = ok<User>(await call(`${graphUrl}/v1.0${userPath(oid)}`))
  if (user.userPrincipalName !== upn) throw new Error('Somebody else.')
  return [seenOf(enabled(user, oid))]
}

/**
 * Four questions in one call and then one in another; where the Intune id is known from before, all five in
 * one. Gives the person, the device of Entra and Intune's record of it, in this order.
 */
export async function requireDevice(
  graphUrl: string,
  oid: string,
  deviceId: string,
  intuneId?: string,
): Promise<readonly Seen[]> {
  const [user, devices, records, byIntuneId, users] = await batch(graphUrl, [
    userPath(oid),
    `/devices?$filter=deviceId%20eq%20%27${deviceId}%27&$select=id,deviceId,accountEnabled,isCompliant&$expand=registeredOwners($select=id)`,
    `${MANAGED_DEVICES}?$filter=azureADDeviceId%20eq%20%27${deviceId}%27&${RECORD}`,
    `${MANAGED_DEVICES}/${deviceId}?${RECORD}`,
    ...(intuneId === undefined ? [] : [usersPath(intuneId)]),
  ])
  const person = enabled(ok<User>(user), oid)
  const [device, ...devicesMore] = ok<List<Device>>(devices).value
  const [record, ...recordsMore] = ok<List<ManagedDevice>>(records).value
  if (!device || !record || devicesMore.length + recordsMore.length > 0) throw new Error('Not one.')
  if (byIntuneId?.status !== 404) throw new Error('An id of two devices.')
  if (device.deviceId !== deviceId || record.azureADDeviceId !== deviceId)
    throw new Error('Another device.')
  if (intuneId !== undefined && record.id !== intuneId) throw new Error('Another record.')
  if (!device.accountEnabled || !device.isCompliant) throw new Error('Not allowed by Entra.')
  if (record.complianceState !== 'compliant' || record.managementState !== 'managed')
    throw new Error('Not allowed by Intune.')
  const primary = users ?? (await call(`${graphUrl}/beta${usersPath(record.id)}`))
  for (const owners of [device.registeredOwners, ok<List<Ids>>(primary).value]) {
    if (!owners.some(({ id }) => id === oid)) throw new Error('Of somebody else.')
  }
  return [person, device, record].map(seenOf)
}

function userPath(oid: string): string {
  return `/users/${oid}?$select=id,accountEnabled,userPrincipalName`
}

function usersPath(intuneId: string): string {
  return `${MANAGED_DEVICES}/${intuneId}/users?$select=id`
}

function enabled(user: User, oid: string): User {
  if (user.id !== oid || !user.accountEnabled) throw new Error('Nobody.')
  return user
}

function seenOf(object: Ids): Seen {
  return { id: object.id, state: JSON.stringify(object) }
}

function ok<T>(answer: Answer | undefined): T {
  if (answer?.status !== 200) throw new Error(`Graph says ${answer?.status}.`)
  return answer.body as T
}

/** Gives the answers in the order of the questions. */
async function batch(graphUrl: string, paths: readonly string[]): Promise<readonly Answer[]> {
  const requests = paths.map((url, at) => ({ id: String(at), method: 'GET', url }))
  const whole = await call(`${graphUrl}/beta/$batch`, JSON.stringify({ requests }))
  const { responses } = ok<{ readonly responses: readonly (Answer & Ids)[] }>(whole)
  const answers: Answer[] = []
  for (const answer of responses) answers[Number(answer.id)] = answer
  return answers
}

function call(url: string, sent?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: 'Bearer bench',
      ...(sent !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(sent),
      }),
    }
    const method = sent === undefined ? 'GET' : 'POST'
    request(url, { agent, method, headers }, (answered) => {
      let text = ''
      answered.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      answered.on('end', () => {
        try {
          resolve({ status: answered.statusCode ?? 0, body: JSON.parse(text) })
        } catch (error) {
          reject(error)
        }
      })
    })
      .on('error', reject)
      .end(sent)
  })
}
