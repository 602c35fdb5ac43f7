import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Body, type Graph, graphOf } from '#sandbox/testing/graph.ts'
import { startTestSite, type TestSite } from '#sandbox/testing/site.ts'

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const BOB = { oid: 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02', upn: 'bob@contoso.example' }
const LAPTOP = { deviceId: 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601' }
const WORKSTATION = {
  objectId: '0b1ec702-7a31-4c5f-86e0-4d9b2f1c7a02',
  deviceId: 'de71ce02-1d4e-4a97-b8c3-5f60e2d7a902',
  intuneId: '14704e02-b3a8-4d1f-9c76-08e5f4b2d702',
}

let site: TestSite
let graph: Graph
beforeAll(async () => {
  site = await startTestSite()
  graph = await graphOf(site)
})
beforeEach(async () => {
  await site.control('POST', 'reset')
})
afterAll(() => site.close())

test('without $select a user has Graph’s default properties, so not accountEnabled', async () => {
  const { body } = await get(`v1.0/users/${ALICE}`)
  expect(body).toMatchObject({ id: ALICE, userPrincipalName: 'alice@contoso.example' })
  expect(body).not.toHaveProperty('accountEnabled')
  expect(body['@odata.context']).toContain('/graph/v1.0/$metadata#users/$entity')
})

test('$select gives what it names', async () => {
  const { body } = await get(`v1.0/users/${ALICE}?$select=id,accountEnabled,userType`)
  expect(body).toEqual({
    '@odata.context': expect.stringContaining('#users(id,accountEnabled,userType)/$entity'),
    id: ALICE,
    accountEnabled: true,
    userType: 'Member',
  })
})

test('a device is found by its deviceId in any case, with its owner', async () => {
  const filter = encodeURIComponent(`deviceId eq '${WORKSTATION.deviceId.toUpperCase()}'`)
  const expand = '$expand=registeredOwners($select=id)'
  const { body } = await get(`v1.0/devices?$filter=${filter}&$select=id,deviceId&${expand}`)
  expect(body.value).toEqual([
    {
      id: WORKSTATION.objectId,
      deviceId: WORKSTATION.deviceId,
      registeredOwners: [{ '@odata.type': '#microsoft.graph.user', id: ALICE }],
    },
  ])
})

test.each([
  `v1.0/devices/${WORKSTATION.objectId}/registeredOwners`,
  `v1.0/devices(deviceId='${WORKSTATION.deviceId}')/registeredOwners`,
])('%s names the owner', async (path) => {
  const { body } = await get(path)
  expect(body.value.map((owner) => owner.id)).toEqual([ALICE])
})

test('what Intune cannot filter by it ignores without a word: everything comes back', async () => {
  const path = 'v1.0/deviceManagement/managedDevices'
  for (const filter of [
    "managementState eq 'managed'",
    "nothing eq 'x'",
    "azureADDeviceId like 'x'",
  ]) {
    expect((await get(`${path}?$filter=${filter}`)).body.value).toHaveLength(4)
  }
})

test.each([
  ['first', [WORKSTATION.intuneId]],
  ['ignored', 4],
] as const)('or on azureADDeviceId, %s: %j', async (intuneOr, expected) => {
  await site.control('PATCH', 'settings', { intuneOr })
  const filter = `azureADDeviceId eq '${WORKSTATION.deviceId}' or azureADDeviceId eq '${LAPTOP.deviceId}'`
  const { body } = await get(`v1.0/deviceManagement/managedDevices?$filter=${filter}`)
  const ids = body.value.map((record) => record.id)
  if (typeof expected === 'number') expect(ids).toHaveLength(expected)
  else expect(ids).toEqual(expected)
})

test('a device whose primary user changes still names who enrolled it', async () => {
  const record = `beta/deviceManagement/managedDevices/${WORKSTATION.intuneId}`
  const users = async () => (await get(`${record}/users?$select=id`)).body.value
  expect(await users()).toEqual([{ id: ALICE }])
  await site.control('PATCH', `devices/${WORKSTATION.deviceId}`, { intuneOwnerUpn: BOB.upn })
  expect(await users()).toEqual([{ id: BOB.oid }])
  expect((await get(record)).body).toMatchObject({
    userId: ALICE,
    userPrincipalName: 'alice@contoso.example',
  })
  expect((await get(`beta/users/${BOB.oid}/managedDevices`)).body.value).toHaveLength(2)
  await site.control('PATCH', `devices/${WORKSTATION.deviceId}`, { intuneOwnerUpn: null })
  expect(await users()).toEqual([])
  const v1 = await get(`v1.0/deviceManagement/managedDevices/${WORKSTATION.intuneId}/users`)
  expect([v1.status, v1.body.error.message]).toEqual([
    400,
    "Resource not found for the segment 'users'.",
  ])
})

test('a handed over device has a new owner and primary user, and who enrolled it stays', async () => {
  const handed = await site.control('PATCH', `devices/${WORKSTATION.deviceId}`, {
    ownerUpn: BOB.upn,
  })
  expect(await handed.json()).toMatchObject({
    ownerUpn: BOB.upn,
    intuneOwnerUpn: BOB.upn,
    intuneEnrolledUpn: 'alice@contoso.example',
  })
  const owners = await get(`v1.0/devices/${WORKSTATION.objectId}/registeredOwners`)
  expect(owners.body.value.map((owner) => owner.id)).toEqual([BOB.oid])
})

test('a co-managed device: Intune says configManager, and Entra whether it is compliant', async () => {
  const made = await site.control('POST', 'devices', {
    ownerUpn: BOB.upn,
    managed: true,
    complianceState: 'configManager',
    compliant: true,
  })
  const { intuneId, deviceId } = (await made.json()) as Record<string, string>
  const record = `v1.0/deviceManagement/managedDevices/${intuneId}`
  const entra = `v1.0/devices(deviceId='${deviceId}')?$select=isCompliant`
  expect((await get(record)).body).toMatchObject({
    complianceState: 'configManager',
    managementAgent: 'configurationManagerClientMdm',
  })
  expect((await get(entra)).body.isCompliant).toBe(true)
  await site.control('PATCH', `devices/${deviceId}`, { compliant: false })
  expect((await get(record)).body.complianceState).toBe('configManager')
  expect((await get(entra)).body.isCompliant).toBe(false)
})

test.each([
  'wipePending',
  'wipeIssued',
  'wipeFailed',
  'wipeCanceled',
  'retirePending',
  'unhealthy',
])('Intune can say %s', async (managementState) => {
  await site.control('PATCH', `devices/${WORKSTATION.deviceId}`, { managementState })
  const path = `beta/deviceManagement/managedDevices/${WORKSTATION.intuneId}`
  expect((await get(path)).body.managementState).toBe(managementState)
})

test.each([
  [`v1.0/users/${ALICE}/ownedDevices`, 3],
  [`v1.0/users/${ALICE}/managedDevices`, 2],
  ['v1.0/deviceManagement/managedDevices', 4],
  [`v1.0/deviceManagement/managedDevices?$filter=userId%20eq%20'${ALICE}'`, 2],
  ['v1.0/identityProtection/riskyUsers', 0],
])('%s has %i', async (path, count) => {
  expect((await get(path)).body.value).toHaveLength(count)
})

test('managementState is a property of the beta version only', async () => {
  const path = `deviceManagement/managedDevices/${WORKSTATION.intuneId}?$select=managementState`
  expect((await get(`beta/${path}`)).body.managementState).toBe('managed')
  const { status, body } = await get(`v1.0/${path}`)
  expect(status).toBe(400)
  expect(body.error.message).toContain("Could not find a property named 'managementState'")
})

test('a list is paged by $top, and every page leads to the next', async () => {
  const seen: unknown[] = []
  let link: string | null = 'v1.0/users?$top=2&$select=id'
  let pages = 0
  while (link !== null) {
    const { body }: { body: Body } = await get(link)
    seen.push(...body.value.map((user) => user.id))
    const next = body['@odata.nextLink']
    link = typeof next === 'string' ? next.replace(`${site.sandbox.url}/graph/`, '') : null
    pages += 1
  }
  expect(pages).toBe(3)
  expect(new Set(seen).size).toBe(5)
})

const errors = [
  ['an unknown user', `v1.0/users/${WORKSTATION.deviceId}`, 404, 'Request_ResourceNotFound'],
  [
    'a device by its deviceId',
    `v1.0/devices/${WORKSTATION.deviceId}`,
    404,
    'Request_ResourceNotFound',
  ],
  ['an unknown segment', 'v1.0/printers', 400, 'BadRequest'],
  ['an unknown property', `v1.0/users/${ALICE}?$select=password`, 400, 'BadRequest'],
  ['a broken filter', "v1.0/devices?$filter=deviceId%20like%20'x'", 400, 'BadRequest'],
  ['a page that is too large', 'v1.0/users?$top=1000', 400, 'BadRequest'],
  ['an unknown version', 'v2.0/users', 400, 'BadRequest'],
] as const

test.each(errors)('%s is an error in Graph’s shape', async (_name, path, status, code) => {
  const answer = await get(path)
  expect(answer.status).toBe(status)
  expect(answer.body.error).toMatchObject({
    code,
    innerError: { 'request-id': expect.any(String) },
  })
})

test('without a token of Graph it is 401, with one for our API too', async () => {
  for (const authorization of [
    '',
    `Bearer ${await site.mint({ user: 'alice@contoso.example' })}`,
  ]) {
    const answer = await fetch(`${site.sandbox.url}/graph/v1.0/users`, {
      headers: { authorization },
    })
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ error: { code: 'InvalidAuthenticationToken' } })
  }
})

const faults = [
  ['down', 503, 'ServiceUnavailable', null],
  ['throttled', 429, 'TooManyRequests', '10'],
  ['denied', 403, 'Authorization_RequestDenied', null],
] as const

test.each(faults)('Graph can be %s', async (graph, status, code, retryAfter) => {
  await site.control('POST', 'faults', { graph })
  const answer = await raw('v1.0/users')
  expect(answer.status).toBe(status)
  expect(answer.headers.get('retry-after')).toBe(retryAfter)
  expect(await answer.json()).toMatchObject({ error: { code } })
  await site.control('POST', 'faults', { graph: null })
  expect((await raw('v1.0/users')).status).toBe(200)
})

test('without the permission, the licence or Intune, each says so in its own words', async () => {
  await site.control('PATCH', 'settings', {
    graphPermissions: ['User.Read.All', 'DeviceManagementManagedDevices.Read.All'],
    intune: false,
  })
  const limited = await graphOf(site)
  expect((await limited.get('v1.0/users')).status).toBe(200)
  expect(await limited.get('v1.0/devices')).toMatchObject({
    status: 403,
    body: { error: { code: 'Authorization_RequestDenied' } },
  })
  expect(await limited.get('v1.0/deviceManagement/managedDevices')).toMatchObject({
    status: 400,
    body: {
      error: { code: 'BadRequest', message: 'Request not applicable to target tenant.' },
    },
  })
})

test('every answer says which request it answers, a refusal in its body too', async () => {
  const asked = { 'client-request-id': 'c0ffee00-0000-4000-8000-000000000001' }
  for (const path of ['v1.0/users', 'v1.0/nothing']) {
    const answer = await graph.raw(path, asked)
    expect(answer.headers.get('client-request-id')).toBe(asked['client-request-id'])
    expect(answer.headers.get('request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(answer.headers.get('x-ms-ags-diagnostic')).toContain('ServerInfo')
    const body = (await answer.json()) as Partial<Body>
    if (body.error) {
      expect(body.error.innerError).toMatchObject({
        'request-id': answer.headers.get('request-id'),
        'client-request-id': asked['client-request-id'],
      })
    }
  }
})

test('every call is counted, by its kind and by the object that it names', async () => {
  await site.control('DELETE', 'requests')
  await get(`v1.0/users/${ALICE}`)
  await get(`v1.0/users/${ALICE}?$select=id`)
  await get(`v1.0/devices?$filter=deviceId eq '${LAPTOP.deviceId.toUpperCase()}'`)
  const log = await (await site.control('GET', 'requests')).json()
  expect(log).toMatchObject({
    total: 3,
    byCall: { 'GET v1.0/users/{id}': 2, 'GET v1.0/devices': 1 },
    byObject: { [ALICE]: 2, [LAPTOP.deviceId]: 1 },
    latest: [
      { method: 'GET', url: `v1.0/users/${ALICE}`, status: 200 },
      { url: `v1.0/users/${ALICE}?$select=id` },
      { url: `v1.0/devices?$filter=deviceId eq '${LAPTOP.deviceId.toUpperCase()}'` },
    ],
  })
  const state = await (await site.control('GET', 'state')).json()
  expect(state).toMatchObject({ requests: { total: 3, byCall: { 'GET v1.0/devices': 1 } } })
})

test('Graph can be empty: every list answers, and has nothing in it', async () => {
  await site.control('POST', 'faults', { graph: 'empty' })
  expect((await get(`v1.0/users/${ALICE}/ownedDevices`)).body.value).toEqual([])
})

const get = (path: string) => graph.get(path)
const raw = (path: string) => graph.raw(path)
