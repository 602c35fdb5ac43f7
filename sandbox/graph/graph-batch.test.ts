import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Body, type Graph, graphOf } from '#sandbox/testing/graph.ts'
import { startTestSite, type TestSite } from '#sandbox/testing/site.ts'

/** `$batch`, as Microsoft documents it: each request is answered as it would be alone. */

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const BOB = 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02'
const NOBODY = '00000000-0000-4000-8000-000000000000'
const INTUNE = '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01'

let site: TestSite
let graph: Graph
beforeAll(async () => {
  site = await startTestSite()
  graph = await graphOf(site)
})
beforeEach(() => site.control('POST', 'reset'))
afterAll(() => site.close())

type Inner = {
  readonly id: string
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Body
}

const gets = (...urls: string[]) =>
  urls.map((url, at) => ({ id: String(at + 1), method: 'GET', url }))

async function answers(urls: readonly string[], version = 'v1.0'): Promise<readonly Inner[]> {
  const answer = await graph.post(`${version}/$batch`, { requests: gets(...urls) })
  expect(answer.status).toBe(200)
  const { responses } = (await answer.json()) as { responses: Inner[] }
  return responses
}

const byId = (inner: readonly Inner[]) => inner.toSorted((a, b) => a.id.localeCompare(b.id))

test('each request has its own status, headers and body, and the order is not kept', async () => {
  const inner = await answers([`/users/${ALICE}?$select=id`, `users/${NOBODY}`, '/nothing'])
  expect(inner.map(({ id }) => id)).toEqual(['3', '2', '1'])
  expect(byId(inner)).toMatchObject([
    { status: 200, headers: { 'Content-Type': 'application/json' }, body: { id: ALICE } },
    { status: 404, body: { error: { code: 'Request_ResourceNotFound' } } },
    { status: 400, body: { error: { code: 'BadRequest' } } },
  ])
})

test('the version of the batch is that of all its requests', async () => {
  const url = `/deviceManagement/managedDevices/${INTUNE}/users`
  const [beta] = await answers([url], 'beta')
  const [v1] = await answers([url], 'v1.0')
  expect([beta?.status, v1?.status]).toEqual([200, 400])
})

test('a page leads to the next one by a whole address', async () => {
  const [inner] = await answers(['/users?$top=2'])
  const next = String(inner?.body['@odata.nextLink'])
  expect(next).toContain(`${site.sandbox.url}/graph/v1.0/users?`)
  expect((await graph.get(next)).body.value).toHaveLength(2)
})

test('a method that Graph does not have there is 405 for that request', async () => {
  const headers = { 'content-type': 'application/json' }
  const requests = [{ id: '1', method: 'POST', url: `/users/${ALICE}`, headers, body: {} }]
  const answer = await graph.post('v1.0/$batch', { requests })
  expect(await answer.json()).toMatchObject({ responses: [{ id: '1', status: 405 }] })
})

const one = { id: '1', method: 'GET', url: '/users' }
const refused: [string, unknown, string?][] = [
  ['21 requests', { requests: gets(...Array.from({ length: 21 }, () => '/users')) }],
  ['no request', { requests: [] }],
  ['an id twice', { requests: [one, one] }],
  [
    'an id twice but for its case',
    {
      requests: [
        { ...one, id: 'a' },
        { ...one, id: 'A' },
      ],
    },
  ],
  ['an id that is a number', { requests: [{ ...one, id: 1 }] }],
  ['a request without a method', { requests: [{ id: '1', url: '/users' }] }],
  ['a whole address', { requests: [{ ...one, url: 'https://graph.microsoft.com/v1.0/users' }] }],
  ['an address of another host', { requests: [{ ...one, url: '//attacker.example/users' }] }],
  ['an address that climbs', { requests: [{ ...one, url: '/../beta/users' }] }],
  ['a body without its type', { requests: [{ ...one, method: 'POST', body: {} }] }],
  ['what is no batch', { value: [] }],
  ['half a body', '{"requests":['],
  ['JSON that is called something else', { requests: [one] }, 'text/plain'],
]

test.each(refused)('%s is 400, and nothing of it is answered', async (_name, body, type) => {
  await site.control('DELETE', 'requests')
  const answer = await graph.post('v1.0/$batch', body, type)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ error: { code: 'BadRequest' } })
  expect(await counts()).toMatchObject({ httpCalls: 1, total: 0 })
})

test('20 requests are answered', async () => {
  expect(await answers(Array.from({ length: 20 }, () => '/users'))).toHaveLength(20)
})

test('a token that Graph does not take is 401 for the whole', async () => {
  const answer = await fetch(`${site.sandbox.url}/graph/v1.0/$batch`, {
    method: 'POST',
    headers: { authorization: 'Bearer a.b.c', 'content-type': 'application/json' },
    body: JSON.stringify({ requests: gets('/users') }),
  })
  expect(answer.status).toBe(401)
})

test('what the token may not read is 403 for that request', async () => {
  await site.control('PATCH', 'settings', { graphPermissions: ['User.Read.All'] })
  const { post } = await graphOf(site)
  const answer = await post('v1.0/$batch', { requests: gets('/users', '/devices') })
  const { responses } = (await answer.json()) as { responses: Inner[] }
  expect(byId(responses).map(({ status }) => status)).toEqual([200, 403])
})

const faults: [string, number, Record<string, string>][] = [
  ['down', 503, {}],
  ['throttled', 429, { 'Retry-After': '10' }],
  ['denied', 403, {}],
]

test.each(faults)('Graph %s: the batch is 200, each request %i', async (fault, status, headers) => {
  await site.control('POST', 'faults', { graph: fault })
  const urls = [`/users/${ALICE}`, `/users/${BOB}`]
  for (const inner of await answers(urls)) expect(inner).toMatchObject({ status, headers })
})

test('Graph empty: lists within a batch have nothing in them', async () => {
  await site.control('POST', 'faults', { graph: 'empty' })
  expect((await answers(['/devices']))[0]?.body.value).toEqual([])
})

test('requests of a batch take their time beside each other', async () => {
  await site.control('PATCH', 'settings', { latencyMs: [200, 200] })
  const started = performance.now()
  await answers(Array.from({ length: 20 }, () => '/users'))
  expect(performance.now() - started).toBeGreaterThan(190)
  expect(performance.now() - started).toBeLessThan(2_000)
})

test('each request of a batch is a read of the replica', async () => {
  await site.control('POST', 'faults', { replica: { every: 2 } })
  await site.control('PATCH', `users/${ALICE}`, { enabled: false })
  const url = `/users/${ALICE}?$select=accountEnabled`
  const inner = byId(await answers([url, url, url]))
  expect(inner.map(({ body }) => body.accountEnabled)).toEqual([false, true, false])
})

test('users at risk are throttled in a batch too, without a time to wait', async () => {
  const inner = byId(
    await answers(Array.from({ length: 2 }, () => '/identityProtection/riskyUsers')),
  )
  expect(inner.map(({ status }) => status)).toEqual([200, 429])
  expect(inner[1]?.headers['Retry-After']).toBeUndefined()
})

test('a batch is one HTTP call, and each of its requests one question', async () => {
  await site.control('DELETE', 'requests')
  await answers([`/users/${ALICE}`, `/users/${BOB}`, '/devices'])
  await graph.get(`v1.0/users/${ALICE}`)
  expect(await counts()).toMatchObject({
    httpCalls: 2,
    total: 4,
    byCall: { 'GET v1.0/users/{id}': 3, 'GET v1.0/devices': 1 },
    byObject: { [ALICE]: 2, [BOB]: 1 },
  })
})

async function counts(): Promise<object> {
  return (await (await site.control('GET', 'requests')).json()) as object
}
