import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestSite, type TestSite } from '#sandbox/testing/site.ts'

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'

let site: TestSite
let token = ''
beforeAll(async () => {
  site = await startTestSite()
  token = await site.graphToken()
})
beforeEach(() => site.control('POST', 'reset'))
afterAll(() => site.close())

const receivers: Server[] = []
afterEach(() => {
  for (const server of receivers.splice(0)) server.close().closeAllConnections()
})

test('who subscribed is called with the change and the secret', async () => {
  const { url, next } = await receive()
  const made = await subscribe({ notificationUrl: url, clientState: 'secret' })
  expect(made.status).toBe(201)
  const subscription = (await made.json()) as { id: string }
  expect(subscription).toMatchObject({ resource: 'users', clientState: null })
  await site.control('PATCH', `users/${ALICE}`, { enabled: false })
  expect(await next).toMatchObject({
    value: [
      {
        subscriptionId: subscription.id,
        changeType: 'updated',
        resource: `users/${ALICE}`,
        clientState: 'secret',
        tenantId: site.config.tenantId,
      },
    ],
  })
})

test('a subscription can be prolonged, read and deleted', async () => {
  const { url } = await receive()
  const { id } = (await (await subscribe({ notificationUrl: url })).json()) as { id: string }
  const expirationDateTime = new Date(Date.now() + 7_200_000).toISOString()
  const prolonged = await graph('PATCH', `subscriptions/${id}`, { expirationDateTime })
  expect(await prolonged.json()).toMatchObject({ id, expirationDateTime })
  expect((await graph('GET', `subscriptions/${id}`)).status).toBe(200)
  expect((await graph('DELETE', `subscriptions/${id}`)).status).toBe(204)
  expect((await graph('GET', `subscriptions/${id}`)).status).toBe(404)
})

const refusals: [string, (url: string) => object][] = [
  ['an address elsewhere', () => ({ notificationUrl: 'https://hooks.example/x' })],
  [
    'an address that only begins like ours',
    () => ({ notificationUrl: 'http://localhost.example/' }),
  ],
  ['an address where nobody is', () => ({ notificationUrl: 'http://127.0.0.1:1/' })],
  ['an address that does not answer the question', (url) => ({ notificationUrl: `${url}mute` })],
  ['too long a life', () => ({ expirationDateTime: '2099-01-01T00:00:00Z' })],
  ['a life that is over', () => ({ expirationDateTime: '2020-01-01T00:00:00Z' })],
]

test.each(['devices', '/devices', 'groups'])('Graph tells nobody of %s', async (resource) => {
  const { url } = await receive()
  const answer = await subscribe({ notificationUrl: url, resource })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({
    error: { code: 'InvalidRequest', message: expect.stringContaining('change notifications') },
  })
})

test.each(refusals)('refused: %s', async (_name, change) => {
  const { url } = await receive()
  const answer = await subscribe({ notificationUrl: url, ...change(url) })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toHaveProperty('error.message')
})

test('nothing else of Graph can be written', async () => {
  expect((await graph('POST', 'users', {})).status).toBe(405)
})

/** A receiver that sends Graph's validation token back; `next` is the first notification. */
async function receive() {
  let told: (body: unknown) => void = () => undefined
  const next = new Promise<unknown>((resolve) => {
    told = resolve
  })
  const server = createServer((request, response) => {
    const asked = new URL(request.url ?? '/', 'http://localhost')
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const question = asked.searchParams.get('validationToken')
      response.writeHead(200, { 'content-type': 'text/plain' })
      response.end(asked.pathname === '/mute' ? '' : question)
      if (question === null) told(JSON.parse(Buffer.concat(chunks).toString()))
    })
  })
  receivers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, next }
}

function subscribe(wanted: object): Promise<Response> {
  return graph('POST', 'subscriptions', {
    changeType: 'updated,deleted',
    resource: 'users',
    expirationDateTime: new Date(Date.now() + 3_600_000).toISOString(),
    ...wanted,
  })
}

function graph(method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${site.sandbox.url}/graph/v1.0/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body && { body: JSON.stringify(body) }),
  })
}
