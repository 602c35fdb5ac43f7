import { afterEach, expect, test } from 'vitest'
import { type FeedOptions, openFeed } from './feed.ts'
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
} from './testing/graph-server.ts'

/** The feed against a Graph that misbehaves on purpose. */

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const BOB = 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02'
const OBJECT = '0b1ec701-2f64-4a8d-b5c9-e17d30a6f801'
const DEVICE = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const INTUNE = '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01'

const alice = { id: ALICE, accountEnabled: true }
const bob = { id: BOB, accountEnabled: true }
const gone = { '@removed': { reason: 'changed' } }
const device = { id: OBJECT, deviceId: DEVICE, accountEnabled: true, isCompliant: true }

const BUDGET = { requestMs: 1_000, totalMs: 3_000, pagesMax: 50, octetsMax: 1024 * 1024 }

afterEach(closeGraphServers)

type Entry = Readonly<Record<string, unknown>>

const merges: [string, Entry[][], Entry][] = [
  ['told twice', [[alice, alice, bob]], { enabled: [ALICE, BOB], removed: [] }],
  [
    'on two pages, the later one counts',
    [[{ ...alice, accountEnabled: false }, bob], [alice]],
    { enabled: [ALICE, BOB], removed: [] },
  ],
  ['removed, then back', [[{ id: ALICE, ...gone }], [alice]], { enabled: [ALICE], removed: [] }],
  ['there, then removed', [[alice], [{ id: ALICE, ...gone }]], { enabled: [], removed: [ALICE] }],
  [
    'removed twice',
    [
      [
        { id: ALICE, ...gone },
        { id: ALICE.toUpperCase(), ...gone },
      ],
    ],
    { enabled: [], removed: [ALICE] },
  ],
  [
    'in upper case, and in lower case',
    [[{ ...alice, id: ALICE.toUpperCase() }, alice]],
    { enabled: [ALICE], removed: [] },
  ],
  ['with pages that hold nothing', [[], [alice], []], { enabled: [ALICE], removed: [] }],
]

test.each(merges)('DIR-10: %s', async (_name, answers, expected) => {
  const { feed, base } = await serve(pages(answers))
  const { items, removedObjectIds, full } = await feed.users(`${base}/v1.0/users/delta?page=0`)
  expect(full).toBe(false)
  expect({
    enabled: items.filter((user) => user.enabled).map((user) => user.oid),
    removed: removedObjectIds,
  }).toEqual(expected)
})

test('two halves of one change are joined', async () => {
  const { feed, base, requests } = await serve(
    pages([
      [{ id: OBJECT, deviceId: DEVICE, accountEnabled: false }],
      [{ id: OBJECT, isCompliant: true }],
    ]),
  )
  const { items } = await feed.entraDevices(`${base}/v1.0/devices/delta?page=0`)
  expect(items).toEqual([{ deviceId: DEVICE, objectId: OBJECT, enabled: false, compliant: true }])
  expect(requests).toHaveLength(2)
})

test('what a change leaves out is read again and not taken for "no"', async () => {
  const { feed, base, requests } = await serve((request, response, url) => {
    const isDelta = url.pathname.endsWith('/delta')
    const changed = { value: [{ id: OBJECT, isCompliant: false }], ...deltaLink(url) }
    const now = { value: [{ ...device, isCompliant: false }] }
    json(isDelta ? changed : now)(request, response, url)
  })
  const reading = await feed.entraDevices(`${base}/v1.0/devices/delta?page=0`)
  expect(reading).toMatchObject({
    full: false,
    items: [{ deviceId: DEVICE, objectId: OBJECT, enabled: true, compliant: false }],
  })
  expect(decodeURIComponent(requests.at(-1) ?? '')).toContain(`id eq '${OBJECT}'`)
})

test('very many half-told changes are read as a whole', async () => {
  const many = Array.from({ length: 201 }, (_, index) => ({
    id: `a11ce001-7d3f-4b52-9c68-${String(index).padStart(12, '0')}`,
  }))
  const { feed, base } = await serve((request, response, url) => {
    const value = url.searchParams.has('page') ? many : [alice]
    json({ value, ...deltaLink(url) })(request, response, url)
  })
  expect(await feed.users(`${base}/v1.0/users/delta?page=0`)).toMatchObject({
    full: true,
    items: [{ oid: ALICE }],
  })
})

test('an answer about others than those that were asked for is not used', async () => {
  const { feed, base } = await serve((request, response, url) => {
    const isDelta = url.pathname.endsWith('/delta')
    const body = isDelta ? { value: [{ id: ALICE }], ...deltaLink(url) } : { value: [bob] }
    json(body)(request, response, url)
  })
  const error = await failure(feed.users(`${base}/v1.0/users/delta?page=0`))
  expect(String(error.cause)).toContain('another object')
})

test.each([
  ['null', { accountEnabled: null }, { enabled: false }],
  ['absent in a full reading', { accountEnabled: undefined }, { enabled: false }],
  ['not known to be compliant', { isCompliant: null }, { compliant: false }],
  ['compliance absent in a full reading', { isCompliant: undefined }, { compliant: false }],
])('DIR-11: %s is not satisfied', async (_name, change, expected) => {
  const { feed } = await serve(pages([[{ ...device, ...change }]]))
  expect((await feed.entraDevices(null)).items).toMatchObject([expected])
})

test.each([
  ['410', status(410, graphError('syncStateNotFound'), { location: 'http://127.0.0.1:1/' })],
  ['400', status(400, graphError('resyncRequired'))],
  ['404', status(404, graphError('syncStateNotFound'))],
])('DIR-10: a cursor that is answered by %s gives a full reading', async (_name, refusal) => {
  const { feed, base } = await serve((request, response, url) => {
    const handler = url.searchParams.has('$deltatoken') ? refusal : pages([[alice]])
    handler(request, response, url)
  })
  expect(await feed.users(`${base}/v1.0/users/delta?$deltatoken=old`)).toMatchObject({
    full: true,
    items: [{ oid: ALICE, enabled: true }],
    cursor: `${base}/v1.0/users/delta?$deltatoken=new`,
  })
})

test.each([
  ['410 for everything', status(410, graphError('syncStateNotFound')), 'answered 410'],
  ['404 for everything', status(404, graphError('ResourceNotFound')), 'without a link'],
  ['no link at the end', json({ value: [alice] }), 'without a link'],
  ['a page that is no list', json({ value: alice }), 'cannot be read'],
  ['an entry without an id', json({ value: [{ accountEnabled: true }] }), 'cannot be read'],
  ['a string for a boolean', json({ value: [{ ...alice, accountEnabled: 'no' }] }), 'cannot be'],
  ['a redirect', redirect('http://127.0.0.1:1/'), 'answered 302'],
  ['DIR-01 503', status(503), 'answered 503'],
  ['DIR-02 429', status(429, '', { 'retry-after': '60' }), 'answered 429'],
  ['DIR-05 403', status(403, graphError('Authorization_RequestDenied')), 'answered 403'],
  ['DIR-08 a page of 100 MB', flood, 'more than 4194304 bytes'],
  ['no answer', () => undefined, 'took too long'],
  ['everyone removed', pages([[{ id: ALICE, ...gone }]]), 'is empty'],
  ['nobody', pages([[]]), 'is empty'],
])('%s is trouble, never "everyone is gone"', async (_name, handler: Handler, cause) => {
  const { feed } = await serve(handler, { budget: { ...BUDGET, octetsMax: 2 ** 30 } })
  const error = await failure(feed.users(null))
  expect(error.code).toBe('directory_unavailable')
  expect(String(error.cause)).toContain(cause)
})

test('DIR-05: trouble in the middle of paging is trouble for the whole reading', async () => {
  const { feed } = await serve((request, response, url) => {
    const denied = status(403, graphError('Authorization_RequestDenied'))
    const handler = url.searchParams.get('page') === '1' ? denied : pages([[alice], [bob]])
    handler(request, response, url)
  })
  expect((await failure(feed.users(null))).code).toBe('directory_unavailable')
})

test.each([
  ['Intune', (feed: ReturnType<typeof openFeed>) => feed.intuneDevices(null)],
  ['Identity Protection', (feed: ReturnType<typeof openFeed>) => feed.riskyUsers()],
  [
    'devices by their id',
    (feed: ReturnType<typeof openFeed>) => feed.exists({ kind: 'entra_device', id: DEVICE }),
  ],
])('a list of %s that is not there is trouble, not an empty list', async (_name, read) => {
  const { feed } = await serve(status(404, graphError('ResourceNotFound')))
  expect(String((await failure(read(feed))).cause)).toContain('not there')
})

test.each([
  ['a 404 of a proxy', status(404, '<h1>Not Found</h1>')],
  ['403', status(403, graphError('Authorization_RequestDenied'))],
  ['503', status(503)],
  ['another object', json({ id: BOB })],
  ['nothing that can be read', json({})],
])('whether someone exists: %s throws and is no "no"', async (_name, handler) => {
  const { feed } = await serve(handler)
  const error = await failure(feed.exists({ kind: 'user', id: ALICE }))
  expect(error.code).toBe('directory_unavailable')
})

test('whether something exists that has no id is not asked and not denied', async () => {
  const { feed, requests } = await serve(json({ value: [] }))
  for (const id of ['', "x' or '1' eq '1", '../me', '00000000-0000-0000-0000-000000000000']) {
    await failure(feed.exists({ kind: 'user', id }))
  }
  expect(requests).toEqual([])
})

test.each([
  ['another host', 'http://graph.evil.example/v1.0/users/delta?$skiptoken=x'],
  ['another port', 'http://127.0.0.1:1/graph/v1.0/users/delta?$skiptoken=x'],
  ['a file', 'file:///etc/passwd'],
])('DIR-07: a link to %s is refused and the token stays here', async (_name, link) => {
  for (const name of ['@odata.nextLink', '@odata.deltaLink']) {
    const { feed, requests } = await serve(json({ value: [alice], [name]: link }))
    const error = await failure(feed.users(null))
    expect(String(error.cause)).toContain('leads away from Graph')
    expect(requests).toHaveLength(1)
  }
})

test('DIR-07: a link to another collection is refused', async () => {
  const { feed, requests } = await serve((request, response, url) => {
    const link = `${url.origin}/graph/v1.0/devices/delta?$skiptoken=x`
    json({ value: [alice], '@odata.nextLink': link })(request, response, url)
  })
  await failure(feed.users(null))
  expect(requests).toHaveLength(1)
})

test('DIR-08: pages without an end are given up', async () => {
  let page = 0
  const { feed, requests } = await serve((request, response, url) => {
    page += 1
    const link = `${url.origin}${url.pathname}?$skiptoken=${page}`
    json({ value: [alice], '@odata.nextLink': link })(request, response, url)
  })
  expect(String((await failure(feed.users(null))).cause)).toContain('more than 50 pages')
  expect(requests).toHaveLength(50)
})

test('DIR-08: pages in a circle are noticed', async () => {
  const { feed, requests } = await serve((request, response, url) => {
    const page = url.searchParams.get('$skiptoken') === '1' ? 2 : 1
    const link = `${url.origin}${url.pathname}?$skiptoken=${page}`
    json({ value: [], '@odata.nextLink': link })(request, response, url)
  })
  await failure(feed.users(null))
  expect(requests).toHaveLength(3)
})

test('DIR-08: all pages together have a limit', async () => {
  let page = 0
  const { feed, requests } = await serve((request, response, url) => {
    page += 1
    const link = `${url.origin}${url.pathname}?$skiptoken=${page}`
    const body = { value: [alice], '@odata.nextLink': link, padding: ' '.repeat(300_000) }
    json(body)(request, response, url)
  })
  expect(String((await failure(feed.users(null))).cause)).toContain('together are too long')
  expect(requests).toHaveLength(4)
})

test('a link that is too long to keep is refused', async () => {
  const { feed } = await serve((request, response, url) => {
    const link = `${url.origin}${url.pathname}?$deltatoken=${'x'.repeat(33_000)}`
    json({ value: [alice], '@odata.deltaLink': link })(request, response, url)
  })
  expect(String((await failure(feed.users(null))).cause)).toContain('cannot be read')
})

test('DIR-02: after the first page, what Graph asks to wait is waited', async () => {
  let refused = false
  const { feed } = await serve((request, response, url) => {
    if (url.searchParams.get('page') !== '1' || refused) {
      return pages([[alice], [bob]])(request, response, url)
    }
    refused = true
    return status(429, '', { 'retry-after': '1' })(request, response, url)
  })
  expect((await feed.users(null)).items).toHaveLength(2)
  expect(refused).toBe(true)
})

test('Intune tells of a device twice when it moves between pages', async () => {
  const record = { id: INTUNE, complianceState: 'noncompliant', managementState: 'managed' }
  const { feed } = await serve(
    pages([[record], [{ ...record, complianceState: 'compliant', managementState: null }]]),
  )
  expect((await feed.intuneDevices(null)).items).toEqual([
    { intuneId: INTUNE, deviceId: null, compliant: true, retired: false, enrolledAt: null },
  ])
})

test.each([
  ['compliant', 'both', true],
  ['inGracePeriod', 'both', true],
  ['inGracePeriod', 'intune', false],
  ['noncompliant', 'both', false],
  ['error', 'both', false],
  ['unknown', 'both', false],
  [null, 'both', false],
] as const)('Intune’s state %s with %s: compliant is %s', async (state, where, compliant) => {
  const record = { id: INTUNE, azureADDeviceId: ALICE, complianceState: state }
  const { feed } = await serve(pages([[record]]), { deviceDirectory: where })
  expect((await feed.intuneDevices(null)).items).toMatchObject([{ compliant, deviceId: ALICE }])
})

test('Intune’s grace period does not count for a device that Entra has no word on', async () => {
  const none = '00000000-0000-0000-0000-000000000000'
  const record = { id: INTUNE, azureADDeviceId: none, complianceState: 'inGracePeriod' }
  const { feed } = await serve(pages([[record]]))
  expect((await feed.intuneDevices(null)).items).toMatchObject([
    { compliant: false, deviceId: null },
  ])
})

test.each([
  ['atRisk', 'high', true],
  ['atRisk', 'low', false],
  ['atRisk', 'none', false],
  ['atRisk', 'hidden', true],
  ['atRisk', null, true],
  ['confirmedCompromised', 'none', true],
  ['confirmedCompromised', 'high', true],
  ['unknownFutureValue', 'high', true],
  ['remediated', 'high', false],
  ['dismissed', 'high', false],
  ['confirmedSafe', 'high', false],
] as const)('risk: %s at level %s: %s', async (riskState, riskLevel, risky) => {
  const { feed } = await serve(json({ value: [{ id: ALICE, riskState, riskLevel }] }))
  expect(await feed.riskyUsers()).toEqual(new Set(risky ? [ALICE] : []))
})

async function serve(handler: Handler, options: Partial<FeedOptions> = {}) {
  const server = await serveGraph(handler)
  const feed = openFeed({
    ...server.options,
    deviceDirectory: 'both',
    riskLevels: ['medium', 'high'],
    budget: BUDGET,
    ...options,
  })
  return { feed, base: server.options.graphUrl, requests: server.requests }
}

/** Answers page by page; `?page=0` and a first reading begin at the first. */
function pages(answers: readonly (readonly object[])[]): Handler {
  return (request, response, url) => {
    const at = Number(url.searchParams.get('page') ?? 0)
    const isLast = at + 1 >= answers.length
    const next = { '@odata.nextLink': `${url.origin}${url.pathname}?page=${at + 1}` }
    const body = { value: answers[at] ?? [], ...(isLast ? deltaLink(url) : next) }
    json(body)(request, response, url)
  }
}

function deltaLink(url: URL) {
  return { '@odata.deltaLink': `${url.origin}${url.pathname}?$deltatoken=new` }
}
