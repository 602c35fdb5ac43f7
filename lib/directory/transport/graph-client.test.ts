import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Directory } from '#lib/directory/directory.ts'
import { openGraph } from '#lib/directory/graph.ts'
import {
  closeGraphServers,
  failure,
  flood,
  graphError,
  type Handler,
  json,
  redirect,
  serveGraph,
  status,
} from '#lib/directory/testing/graph-server.ts'
import { LAPTOP } from '#lib/directory/testing/graph-tenant.ts'

/** The client with a server that misbehaves on purpose: each case is one fault of Graph or of the network. */

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const DEVICE = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const INTUNE = '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01'
const NOW = new Date('2026-11-22T12:00:00Z')

const user = {
  id: ALICE,
  userPrincipalName: 'alice@contoso.example',
  displayName: 'Alice Adler',
  accountEnabled: true,
  userType: 'Member',
}
const { entra, intune } = LAPTOP

afterEach(closeGraphServers)

test.each([
  ['null', { accountEnabled: null }, { enabled: false }],
  ['absent', { accountEnabled: undefined }, { enabled: false }],
  ['a guest', { userType: 'Guest' }, { guest: true }],
  ['an unknown kind of user', { userType: 'Robot' }, { guest: true }],
  ['a user of no kind', { userType: null }, { guest: true }],
  ['a name that is missing', { displayName: null }, { displayName: 'alice@contoso.example' }],
])('DIR-11 user: %s', async (_name, change, expected) => {
  const { directory } = await serve(json({ ...user, ...change }))
  expect(await directory.user(ALICE)).toMatchObject(expected)
})

test.each([
  ['Entra does not know if it is compliant', { isCompliant: null }, {}, { compliant: false }],
  [
    'Entra says no, Intune yes',
    { isCompliant: false },
    {},
    { compliant: false, entraCompliant: false, intuneCompliant: true },
  ],
  [
    'Intune says no, Entra yes',
    {},
    { complianceState: 'noncompliant' },
    { compliant: false, entraCompliant: true, intuneCompliant: false },
  ],
  ['Intune’s state is unknown', {}, { complianceState: 'sideways' }, { compliant: false }],
  ['Intune’s state is null', {}, { complianceState: null }, { compliant: false }],
  ['in Intune’s grace period', {}, { complianceState: 'inGracePeriod' }, { compliant: true }],
  ['management state null', {}, { managementState: null }, { managed: false }],
  ['management state new', {}, { managementState: 'quarantined' }, { managed: false }],
  ['a wipe that was called off', {}, { managementState: 'wipeCanceled' }, { managed: true }],
  ['not enabled but null', { accountEnabled: null }, {}, { enabled: false }],
  [
    'enrolled in the year 1',
    {},
    { enrolledDateTime: '0001-01-01T00:00:00Z' },
    { enrolledAt: null },
  ],
  ['enrolled by nobody', {}, { userId: '' }, { enrolledByOid: null }],
  [
    'known to Entra for longer than to Intune',
    { registrationDateTime: '2026-01-02T03:04:05Z' },
    { enrolledDateTime: '2026-02-02T03:04:05Z' },
    { registeredAt: new Date('2026-01-02T03:04:05Z') },
  ],
  ['of an age that Entra does not say', { registrationDateTime: null }, {}, { registeredAt: null }],
])('DIR-11 device: %s', async (_name, entraChange, intuneChange, expected) => {
  const { directory } = await serve(
    devices([{ ...entra, ...entraChange }], [{ ...intune, ...intuneChange }]),
  )
  expect(await directory.devicesWithId(DEVICE)).toMatchObject([expected])
})

test('of two Intune records of one device, the newer one counts', async () => {
  const old = { ...intune, id: ALICE, enrolledDateTime: '2025-01-01T00:00:00Z' }
  const { directory } = await serve(devices([entra], [old, intune]))
  expect(await directory.devicesWithId(DEVICE)).toMatchObject([{ intuneId: INTUNE }])
})

test('an Entra id that only Intune remembers names no device', async () => {
  const { directory } = await serve(devices([], [intune]))
  expect(await directory.devicesWithId(DEVICE)).toEqual([])
})

test('the GUID that means "none" is never asked for', async () => {
  const { directory, requests } = await serve(json({ value: [] }))
  const zero = '00000000-0000-0000-0000-000000000000'
  expect(await directory.devicesWithId(zero)).toEqual([])
  expect(requests).toEqual([])
})

test.each([
  "x' or deviceId ne '",
  `${DEVICE}' or '1' eq '1`,
  '../me',
  '',
  `${DEVICE}\n`,
])('DIR-12: %j is not a GUID and never reaches Graph', async (id) => {
  const { directory, requests } = await serve(json({ value: [] }))
  expect(await directory.devicesWithId(id)).toEqual([])
  expect(await directory.devicesOf(id)).toEqual([])
  expect(await directory.user(id)).toBeNull()
  expect(requests).toEqual([])
})

const unreadable: [string, Handler, string][] = [
  ['DIR-01 503', status(503), 'answered 503'],
  ['DIR-02 429', status(429), 'answered 429'],
  ['DIR-05 403', status(403, graphError('Authorization_RequestDenied')), 'answered 403'],
  ['400', status(400, graphError('BadRequest')), 'answered 400'],
  ['401, twice', status(401, graphError('InvalidAuthenticationToken')), 'answered 401'],
  ['a redirect', redirect('http://127.0.0.1:1/'), 'answered 302'],
  ['a 404 of a proxy', status(404, '<h1>Not Found</h1>'), 'not JSON'],
  ['a 404 about something else', status(404, graphError('UnknownError')), 'not about the object'],
  ['null', json(null), 'answered 200 with null'],
  ['an empty object', json({}), 'cannot be read'],
  ['a list where an object should be', json([]), 'cannot be read'],
  ['an answer about someone else', json({ ...user, id: DEVICE }), 'another object'],
  ['a string for a boolean', json({ ...user, accountEnabled: 'true' }), 'cannot be read'],
  ['HTML with status 200', status(200, '<html>'), 'not JSON'],
  ['half an answer', status(200, '{"id":"a11c'), 'not JSON'],
  ['no content', status(204), 'answered 204'],
  ['bytes that are no text', status(200, Buffer.from([0x7b, 0xff, 0xfe])), 'failed'],
  ['a connection that breaks', (request) => void request.socket.destroy(), 'failed'],
  ['DIR-08 100 MB', flood, 'more than 4194304 bytes'],
]

test.each(
  unreadable,
)('%s is directory_unavailable, never "no such user"', async (_name, handler, cause) => {
  const { directory } = await serve(handler)
  const error = await failure(directory.user(ALICE))
  expect(error).toMatchObject({
    code: 'directory_unavailable',
    message: 'The directory does not answer right now.',
    remedy: 'Nothing was decided and nothing was issued. Try again in a moment.',
  })
  expect(String(error.cause)).toContain(cause)
})

test('DIR-16: a list that answers another question is not used', async () => {
  const { directory } = await serve(devices([{ ...entra, deviceId: ALICE }], []))
  expect(String((await failure(directory.devicesWithId(DEVICE))).cause)).toContain('another object')
})

test('a member with limited information is not taken for "no such device"', async () => {
  const limited = { '@odata.type': '#microsoft.graph.device', id: entra.id }
  const { directory } = await serve(json({ value: [limited] }))
  expect((await failure(directory.devicesOf(ALICE))).code).toBe('directory_unavailable')
})

test('one error among several calls is an error', async () => {
  const { directory } = await serve((request, response, url) => {
    const handler = url.pathname.includes('managedDevices') ? status(403) : devices([entra], [])
    handler(request, response, url)
  })
  expect((await failure(directory.devicesWithId(DEVICE))).code).toBe('directory_unavailable')
})

test('503 once and then an answer is an answer', async () => {
  let calls = 0
  const { directory } = await serve((request, response, url) => {
    calls += 1
    const handler = calls === 1 ? status(503) : json(user)
    handler(request, response, url)
  })
  expect(await directory.user(ALICE)).toMatchObject({ oid: ALICE })
  expect(calls).toBe(2)
})

test('retries end after two', async () => {
  const { directory, requests } = await serve(status(500))
  await failure(directory.user(ALICE))
  expect(requests).toHaveLength(3)
})

test('a short Retry-After is waited for, a long one is handed on at once', async () => {
  let calls = 0
  const patient = await serve((request, response, url) => {
    calls += 1
    const handler = calls === 1 ? status(429, '', { 'retry-after': '1' }) : json(user)
    handler(request, response, url)
  })
  const started = performance.now()
  expect(await patient.directory.user(ALICE)).not.toBeNull()
  expect(performance.now() - started).toBeGreaterThan(950)

  const busy = await serve(status(429, '', { 'retry-after': '120' }))
  const error = await failure(busy.directory.user(ALICE))
  expect(error.retryAfterSeconds).toBe(120)
  expect(busy.requests).toHaveLength(1)
})

test.each([
  ['90.5', 91],
  ['90, 90', 90],
  ['90,90', 90],
  ['Fri, 01 Jan 2100 00:00:00 GMT', 3600],
  ['-5', 10],
  ['90s', 10],
  ['2001-05-05', 10],
])('a Retry-After of %s is %i seconds for who asked', async (header, seconds) => {
  const { directory } = await serve(status(429, '', { 'retry-after': header }))
  expect((await failure(directory.user(ALICE))).retryAfterSeconds).toBe(seconds)
})

test('an answer that does not come, or in drops, is given up after three seconds, and not asked again', async () => {
  const silent = await serve(() => undefined)
  const dripping = await serve((_request, response) => {
    response.writeHead(200)
    const drip = setInterval(() => response.write(' '), 100)
    response.once('close', () => clearInterval(drip))
  })
  const started = performance.now()
  const errors = await Promise.all(
    [silent, dripping].map(({ directory }) => failure(directory.user(ALICE))),
  )
  expect(performance.now() - started).toBeLessThan(4_500)
  for (const { cause } of errors) expect(String(cause)).toContain('took too long')
  expect([silent, dripping].map(({ requests }) => requests.length)).toEqual([1, 1])
})

const links: [string, (origin: string, port: number) => string][] = [
  ['another host', () => 'http://attacker.example/graph/beta/users?$skiptoken=x'],
  ['another port', (_origin, port) => `http://127.0.0.1:${port + 1}/graph/beta/users`],
  ['another scheme', (origin) => origin.replace('http:', 'https:').concat('/graph/beta/users')],
  ['a name before the host', (_o, port) => `http://me@127.0.0.1:${port}/graph/beta/users`],
  ['a password before the host', (_o, port) => `http://:pw@127.0.0.1:${port}/graph/beta/users`],
  ['another path', (origin) => `${origin}/graph/beta/5a4d0b0c-0000-4000-8000-000000000000/users`],
  ['a path that climbs', (origin) => `${origin}/graph/beta/users/../../../other`],
  ['another version', (origin) => `${origin}/graph/v1.0/users`],
  ['not an address', () => 'next'],
]

test.each(
  links,
)('DIR-07: a nextLink to %s is refused and the token stays here', async (_name, link) => {
  const { directory, requests } = await serve((request, response, url) => {
    const { port } = request.socket.address() as AddressInfo
    const origin = `http://127.0.0.1:${port}`
    const isOwned = url.pathname.endsWith('/ownedDevices')
    const body = isOwned ? { value: [], '@odata.nextLink': link(origin, port) } : { value: [] }
    json(body)(request, response, url)
  })
  const error = await failure(directory.devicesOf(ALICE))
  expect(String(error.cause)).toContain('leads away from Graph')
  expect(requests.filter((path) => path.includes('ownedDevices'))).toHaveLength(1)
})

test('DIR-08: pages without an end are given up', async () => {
  let page = 0
  const { directory, requests } = await serve((request, response, url) => {
    page += 1
    const next = new URL(`${url.pathname}?$skiptoken=${page}`, `http://${request.headers.host}`)
    json({ value: [], '@odata.nextLink': next.href })(request, response, url)
  })
  const error = await failure(directory.devicesOf(ALICE))
  expect(error.code).toBe('directory_unavailable')
  const pagesOf = Map.groupBy(requests, (path) => path.split('?')[0])
  for (const pages of pagesOf.values()) expect(pages.length).toBeLessThanOrEqual(21)
})

test('pages are followed to the end', async () => {
  const { directory } = await serve((request, response, url) => {
    if (!url.pathname.endsWith('/ownedDevices')) return json({ value: [] })(request, response, url)
    const at = Number(url.searchParams.get('$skiptoken') ?? 0)
    const deviceId = `de71ce01-8c2b-4f6a-9d35-71e0b4a9c60${at}`
    const next = `http://${request.headers.host}${url.pathname}?$skiptoken=${at + 1}`
    const link = at < 3 ? { '@odata.nextLink': next } : {}
    json({ value: [{ ...entra, deviceId }], ...link })(request, response, url)
  })
  expect(await directory.devicesOf(ALICE)).toHaveLength(4)
})

test('one token serves many questions, until shortly before it ends', async () => {
  let now = NOW
  const { directory, tokens } = await serve(json(user), { now: () => now })
  await Promise.all([directory.user(ALICE), directory.user(ALICE)])
  await directory.user(ALICE)
  expect(tokens()).toBe(1)
  now = new Date(NOW.getTime() + 56 * 60_000)
  await directory.user(ALICE)
  expect(tokens()).toBe(2)
})

test('a token that Graph does not take any more is renewed once', async () => {
  const { directory, tokens } = await serve((request, response, url) => {
    const isFirst = request.headers.authorization === 'Bearer token-1'
    const handler = isFirst ? status(401, graphError('InvalidAuthenticationToken')) : json(user)
    handler(request, response, url)
  })
  expect(await directory.user(ALICE)).not.toBeNull()
  expect(tokens()).toBe(2)
})

test.each([
  ['refuses', status(401, '{"error":"invalid_client"}')],
  ['answers nonsense', json({ token: 'x' })],
  ['redirects', redirect('http://127.0.0.1:1/')],
  ['is not there', status(404, graphError('NotFound'))],
])('a token endpoint that %s is directory_unavailable', async (_name, handler) => {
  const { directory, requests } = await serve(json(user), { token: handler })
  expect((await failure(directory.user(ALICE))).code).toBe('directory_unavailable')
  expect(requests).toEqual([])
})

test('a token endpoint that recovers is asked again', async () => {
  let calls = 0
  const { directory } = await serve(json(user), {
    token: (request, response, url) => {
      calls += 1
      const handler = calls === 1 ? status(500) : json({ access_token: 't', expires_in: 3600 })
      handler(request, response, url)
    },
  })
  await failure(directory.user(ALICE))
  expect(await directory.user(ALICE)).not.toBeNull()
})

test('a token that has expired when it comes is tried all the same, and another is asked for next time', async () => {
  let seconds = 0
  const { directory, tokens } = await serve(json(user), {
    token: json({ access_token: 't', expires_in: 1 }),
    now: () => new Date(NOW.getTime() + 1000 * ++seconds),
  })
  for (let asked = 1; asked <= 2; asked += 1) {
    expect(await directory.user(ALICE)).not.toBeNull()
    expect(tokens()).toBe(asked)
  }
})

async function serve(handler: Handler, options: Options = {}) {
  const server = await serveGraph(handler, { token: options.token })
  const directory: Directory = openGraph({ ...server.options, now: options.now ?? (() => NOW) })
  return { directory, requests: server.requests, tokens: server.tokens }
}

type Options = { readonly token?: Handler; readonly now?: () => Date }

/** Answers the questions about one device from two lists. */
function devices(entraList: readonly object[], intuneList: readonly { id: string }[]): Handler {
  return (request, response, url) => {
    if (url.pathname.endsWith('/users')) return json({ value: [] })(request, response, url)
    const [, id] = /managedDevices\/([^/]+)$/.exec(url.pathname) ?? []
    const isIntune = url.pathname.includes('managedDevices')
    if (id === undefined) {
      return json({ value: isIntune ? intuneList : entraList })(request, response, url)
    }
    const record = intuneList.find((candidate) => candidate.id === id)
    const answer = record ? json(record) : status(404, graphError('ResourceNotFound'))
    return answer(request, response, url)
  }
}
