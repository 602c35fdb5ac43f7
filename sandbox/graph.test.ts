import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestSite, type TestSite } from './testing/site.ts'

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const CAROL = 'ca401003-92e6-4f0b-a3d7-58b1c6e4f203'
const WORKSTATION = {
  objectId: '0b1ec702-7a31-4c5f-86e0-4d9b2f1c7a02',
  deviceId: 'de71ce02-1d4e-4a97-b8c3-5f60e2d7a902',
  intuneId: '14704e02-b3a8-4d1f-9c76-08e5f4b2d702',
}

type Body = {
  value: Record<string, unknown>[]
  error: { code: string; message: string; innerError: Record<string, string> }
  [link: string]: unknown
}

let site: TestSite
let token = ''
beforeAll(async () => {
  site = await startTestSite()
  token = await site.graphToken()
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

test('a delta query gives everything, then what changed, then nothing', async () => {
  const first = await delta('v1.0/users/delta?$select=id,accountEnabled&$top=2')
  expect(first.value).toHaveLength(5)
  await site.control('PATCH', 'users/alice@contoso.example', { enabled: false })
  await site.control('DELETE', 'users/carol@contoso.example')
  const second = await delta(first.link)
  expect(second.value).toEqual([
    { id: ALICE, accountEnabled: false },
    { id: CAROL, '@removed': { reason: 'changed' } },
  ])
  expect((await delta(second.link)).value).toEqual([])
})

test('a device that was deleted is removed in the delta of devices', async () => {
  const { link } = await delta('v1.0/devices/delta')
  await site.control('DELETE', `devices/${WORKSTATION.deviceId}`)
  expect((await delta(link)).value).toEqual([
    { id: WORKSTATION.objectId, '@removed': { reason: 'deleted' } },
  ])
})

test('a change in the middle of paging is not lost', async () => {
  const { body } = await get('v1.0/users/delta?$select=id,accountEnabled&$top=2')
  await site.control('PATCH', 'users/alice@contoso.example', { enabled: false })
  const rest = await delta(pathOf(body['@odata.nextLink']))
  expect(rest.value).toContainEqual({ id: ALICE, accountEnabled: false })
  expect(rest.value).toHaveLength(4)
})

test('who is deleted in the middle of a first reading is told as removed', async () => {
  const { body } = await get('v1.0/users/delta?$select=id&$top=2')
  expect(body.value).toContainEqual({ id: ALICE })
  await site.control('DELETE', 'users/alice@contoso.example')
  const rest = await delta(pathOf(body['@odata.nextLink']))
  expect(rest.value).toContainEqual({ id: ALICE, '@removed': { reason: 'changed' } })
})

test('who was deleted before the first reading is not told at all', async () => {
  await site.control('DELETE', 'users/alice@contoso.example')
  const { value } = await delta('v1.0/users/delta?$select=id')
  expect(value).toHaveLength(4)
})

test('Graph can be forgetful: a delta token is 410, a new reading works', async () => {
  const { link } = await delta('v1.0/users/delta')
  await site.control('POST', 'faults', { graph: 'forgetful' })
  expect((await raw(link)).status).toBe(410)
  expect((await delta('v1.0/users/delta?$top=2')).value).toHaveLength(5)
})

test('what changes while Graph is empty is told when it is well again', async () => {
  const { link } = await delta('v1.0/users/delta?$select=id,accountEnabled')
  await site.control('POST', 'faults', { graph: 'empty' })
  await site.control('PATCH', 'users/alice@contoso.example', { enabled: false })
  const empty = await delta(link)
  expect(empty.value).toEqual([])
  await site.control('POST', 'faults', { graph: null })
  expect((await delta(empty.link)).value).toEqual([{ id: ALICE, accountEnabled: false }])
})

test('a delta token of an earlier tenant is gone: 410 with the way to start again', async () => {
  const { link } = await delta('v1.0/users/delta')
  await site.control('POST', 'reset')
  const answer = await raw(link)
  expect(answer.status).toBe(410)
  expect(answer.headers.get('location')).toBe(`${site.sandbox.url}/graph/v1.0/users/delta`)
  expect(await answer.json()).toMatchObject({ error: { code: 'syncStateNotFound' } })
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

test('Graph can be empty: every list answers, and has nothing in it', async () => {
  await site.control('POST', 'faults', { graph: 'empty' })
  expect((await get(`v1.0/users/${ALICE}/ownedDevices`)).body.value).toEqual([])
})

async function delta(path: string): Promise<{ value: unknown[]; link: string }> {
  const value: unknown[] = []
  for (let next = path; ; ) {
    const { body } = await get(next)
    value.push(...body.value)
    if (body['@odata.deltaLink'] !== undefined) {
      return { value, link: pathOf(body['@odata.deltaLink']) }
    }
    next = pathOf(body['@odata.nextLink'])
  }
}

function pathOf(link: unknown): string {
  return String(link).replace(`${site.sandbox.url}/graph/`, '')
}

async function get(path: string): Promise<{ status: number; body: Body }> {
  const answer = await raw(path)
  return { status: answer.status, body: (await answer.json()) as Body }
}

function raw(path: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` }
  return fetch(`${site.sandbox.url}/graph/${path}`, { headers })
}
