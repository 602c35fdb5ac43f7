import { text } from 'node:stream/consumers'
import { fastify } from 'fastify'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { SANDBOX } from '#lib/config.ts'
import { openNotifications } from '#lib/directory/notifications.ts'
import { closeGraphServers, json, serveGraph } from '#lib/directory/testing/graph-server.ts'
import { createLog } from '#lib/log.ts'
import { startTestSite, type TestSite } from '#sandbox/testing/site.ts'
import { NOTIFICATIONS_PATH, notificationRoutes } from './notifications.ts'

/** The notification address over HTTP, called by the sandbox's Graph. */

const ALICE = 'alice@contoso.example'
const PUBLIC_URL = 'https://latchkey.example/graph/notifications'

let site: TestSite
beforeAll(async () => {
  site = await startTestSite()
})
afterAll(() => site.close())
beforeEach(() => site.control('POST', 'reset'))

const open: { close: () => Promise<unknown> }[] = []
afterEach(async () => {
  await closeGraphServers()
  await Promise.all(open.splice(0).map((app) => app.close()))
})

test('a change in the directory asks for a sync, many changes for one', async () => {
  const { notifications, synced, syncs } = await start()
  await notifications.subscribe()
  await site.control('PATCH', `users/${ALICE}`, { enabled: false })
  await site.control('PATCH', `users/${ALICE}`, { enabled: true })
  await site.control('DELETE', `users/${ALICE}`)
  await synced
  expect(syncs()).toBe(1)
})

test('subscribing again prolongs what is there and makes nothing new', async () => {
  const { notifications, url } = await start()
  await notifications.subscribe()
  const before = await subscriptions(url)
  expect(before.map(({ resource }) => resource)).toEqual(['users'])
  const later = new Date(Date.now() + 60_000)
  await openNotifications({
    ...graphOptions(),
    notificationsUrl: url,
    now: () => later,
  }).subscribe()
  const after = await subscriptions(url)
  expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id))
  expect(after[0]?.expirationDateTime).not.toBe(before[0]?.expirationDateTime)
})

test('a subscription that is gone is made again', async () => {
  const { notifications, url } = await start()
  await notifications.subscribe()
  for (const { id } of await subscriptions(url)) await graph('DELETE', `subscriptions/${id}`)
  expect(await subscriptions(url)).toEqual([])
  await notifications.subscribe()
  expect(await subscriptions(url)).toHaveLength(1)
})

test('an address that Graph cannot reach is directory_unavailable', async () => {
  const nobody = connect('http://127.0.0.1:1/graph/notifications')
  await expect(nobody.subscribe()).rejects.toMatchObject({ code: 'directory_unavailable' })
})

test('the secret is the same for every replica and another for every client secret', async () => {
  const [first, second, rotated] = await Promise.all([
    secretSent('one'),
    secretSent('one'),
    secretSent('two'),
  ])
  expect(first).toMatch(/^[\w-]{43}$/)
  expect(second).toBe(first)
  expect(rotated).not.toBe(first)
  expect(connect(PUBLIC_URL, 'one').accepts(first)).toBe(true)
  expect(connect(PUBLIC_URL, 'two').accepts(first)).toBe(false)
  expect(connect(PUBLIC_URL, 'one').accepts('')).toBe(false)
})

test('Graph’s question is answered with its token, as text and nothing else', async () => {
  const { url } = await start()
  const token = '<script>alert(1)</script> & more'
  const answer = await fetch(`${url}?validationToken=${encodeURIComponent(token)}`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(await answer.text()).toBe(token)
})

const strangers: [string, unknown][] = [
  ['another secret', { value: [{ clientState: 'guessed' }] }],
  ['no secret', { value: [{ resource: 'users/x' }] }],
  ['null for a secret', { value: [{ clientState: null }] }],
  ['nothing at all', { value: [] }],
]

test.each(strangers)('%s is answered alike and asks for no sync', async (_name, body) => {
  const { url, syncs, logged } = await start()
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  expect(answer.status).toBe(202)
  expect(await answer.text()).toBe('')
  expect(logged.join()).toContain('a notification of nobody we know')
  expect(logged.join()).not.toContain('guessed')
  expect(syncs()).toBe(0)
})

test.each([
  ['no body', '', 400],
  ['no JSON', '{"value":', 400],
  ['no list', '{"value":{}}', 400],
  ['a secret that is no text', '{"value":[{"clientState":1}]}', 400],
  ['a secret without an end', JSON.stringify({ value: [{ clientState: 'x'.repeat(257) }] }), 400],
  ['changes without an end', JSON.stringify({ value: Array(1001).fill({}) }), 400],
  ['more than 512 KiB', `{"value":[],"x":"${'x'.repeat(600_000)}"}`, 413],
])('refused: %s', async (_name, body, status) => {
  const { url, syncs } = await start()
  expect((await fetch(url, { method: 'POST', body })).status).toBe(status)
  expect(syncs()).toBe(0)
})

test('a validation token without an end is refused, and so are two', async () => {
  const { url } = await start()
  for (const query of [
    `validationToken=${'x'.repeat(5000)}`,
    'validationToken=1&validationToken=2',
  ]) {
    expect((await fetch(`${url}?${query}`, { method: 'POST' })).status).toBe(400)
  }
})

test('where notifications are not configured there is no such address', async () => {
  const app = fastify()
  open.push(app)
  notificationRoutes(app, {
    log: createLog('authority', { level: 'silent', readable: false }),
  })
  const answer = await app.inject({
    method: 'POST',
    url: `${NOTIFICATIONS_PATH}?validationToken=x`,
  })
  expect(answer.statusCode).toBe(404)
})

/** Serves the route on a free port, with the service's body parser and error handler. */
async function start() {
  const logged: string[] = []
  let syncs = 0
  let done: () => void = () => undefined
  const synced = new Promise<void>((resolve) => {
    done = resolve
  })
  const app = fastify()
  open.push(app)
  let accepts = (_: string) => false
  app.removeAllContentTypeParsers()
  const parser = { parseAs: 'buffer' } as const
  app.addContentTypeParser('application/octet-stream', parser, (_, body, next) => next(null, body))
  app.setErrorHandler((error: { statusCode?: number; code?: string }, _, reply) => {
    reply.code(error.code === 'malformed_request' ? 400 : (error.statusCode ?? 500)).send()
  })
  notificationRoutes(app, {
    notices: {
      accepts: (state) => accepts(state),
      syncSoon: () => {
        syncs += 1
        done()
      },
    },
    log: createLog('authority', {
      level: 'debug',
      readable: false,
      write: (line) => logged.push(line),
    }),
  })
  const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}${NOTIFICATIONS_PATH}`
  const notifications = connect(url)
  accepts = notifications.accepts
  return { url, notifications, synced, syncs: () => syncs, logged }
}

function connect(notificationsUrl: string, clientSecret: string = SANDBOX.graphClientSecret) {
  return openNotifications({ ...graphOptions(), clientSecret, notificationsUrl })
}

function graphOptions() {
  const { graphUrl, tokenUrl, graphClientId: clientId } = site.config
  return { graphUrl, tokenUrl, clientId, clientSecret: SANDBOX.graphClientSecret }
}

/** Gives the `clientState` that a subscription request sends. */
async function secretSent(clientSecret: string): Promise<string> {
  let sent = ''
  const { options } = await serveGraph((request, response, url) => {
    if (request.method !== 'POST') return json({ value: [] })(request, response, url)
    void text(request).then((body) => {
      const { clientState, resource } = JSON.parse(body) as Record<string, string>
      sent = clientState ?? ''
      json({ id: 'x', resource })(request, response, url)
    })
  })
  const { clientId } = graphOptions()
  const own = { ...options, clientId, clientSecret, notificationsUrl: PUBLIC_URL }
  await openNotifications(own).subscribe()
  return sent
}

type Held = { id: string; resource: string; notificationUrl: string; expirationDateTime: string }

/** Gives the sandbox's subscriptions for this address. */
async function subscriptions(url: string): Promise<Held[]> {
  const answer = await graph('GET', 'subscriptions')
  const { value } = (await answer.json()) as { value: Held[] }
  return value.filter(({ notificationUrl }) => notificationUrl.startsWith(url))
}

async function graph(method: string, path: string): Promise<Response> {
  const headers = { authorization: `Bearer ${await site.graphToken()}` }
  return fetch(`${site.sandbox.url}/graph/v1.0/${path}`, { method, headers })
}
