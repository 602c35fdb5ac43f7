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

/** The change feed with a Graph server that misbehaves on purpose. */

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const BOB = 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02'
const OBJECT = '0b1ec701-2f64-4a8d-b5c9-e17d30a6f801'
const DEVICE = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const INTUNE = '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01'

const alice = { id: ALICE, accountEnabled: true, userPrincipalName: 'alice@contoso.example' }
const seenAlice = { oid: ALICE, enabled: true, upn: 'alice@contoso.example' }
const bob = { id: BOB, accountEnabled: true, userPrincipalName: 'bob@contoso.example' }
const gone = { '@removed': { reason: 'changed' } }
const device = { id: OBJECT, deviceId: DEVICE, accountEnabled: true, isCompliant: true }

const BUDGET = {
  requestMs: 1_000,
  totalMs: 3_000,
  pagesMax: 50,
  octetsMax: 1024 * 1024,
  retriesMax: 2,
  priority: 'low',
} as const

afterEach(closeGraphServers)

type Entry = Readonly<Record<string, unknown>>

const merges: [string, Entry[], Entry][] = [
  ['told twice', [alice, alice, bob], { enabled: [ALICE, BOB], removed: [] }],
  [
    'told twice, the later one counts',
    [{ ...alice, accountEnabled: false }, bob, alice],
    { enabled: [ALICE, BOB], removed: [] },
  ],
  ['removed, then back', [{ id: ALICE, ...gone }, alice], { enabled: [ALICE], removed: [] }],
  ['there, then removed', [alice, { id: ALICE, ...gone }], { enabled: [], removed: [ALICE] }],
  [
    'removed twice',
    [
      { id: ALICE, ...gone },
      { id: ALICE.toUpperCase(), ...gone },
    ],
    { enabled: [], removed: [ALICE] },
  ],
  [
    'in upper case, and in lower case',
    [{ ...alice, id: ALICE.toUpperCase() }, alice],
    { enabled: [ALICE], removed: [] },
  ],
]

test.each(merges)('DIR-10: %s', async (_name, answer, expected) => {
  const { feed, base } = await serve(pages([answer]))
  const { items, removed, isFull } = await feed.users(`${base}/v1.0/users/delta?page=0`)
  expect(isFull).toBe(false)
  expect({
    enabled: items.filter((user) => user.enabled).map((user) => user.oid),
    removed: removed.map(({ objectId }) => objectId),
  }).toEqual(expected)
})

test('two halves of one change on one page are joined', async () => {
  const { feed, base, requests } = await serve(
    pages([
      [
        { id: OBJECT, deviceId: DEVICE, accountEnabled: false },
        { id: OBJECT, isCompliant: true },
      ],
    ]),
  )
  const { items } = await feed.entraDevices(`${base}/v1.0/devices/delta?page=0`)
  expect(items).toEqual([{ deviceId: DEVICE, objectId: OBJECT, enabled: false, compliant: true }])
  expect(requests).toHaveLength(1)
})

test('what a change leaves out is not told: nothing is assumed and nothing asked again', async () => {
  const { feed, base, requests } = await serve(pages([[{ id: OBJECT, isCompliant: false }]]))
  const page = await feed.entraDevices(`${base}/v1.0/devices/delta?page=0`)
  expect(page.items).toEqual([{ objectId: OBJECT, compliant: false }])
  expect(requests).toHaveLength(1)
})

test('a property that was never set is not told in a full reading either', async () => {
  const never = { id: OBJECT, deviceId: DEVICE, accountEnabled: true }
  const { feed } = await serve(pages([[never]]))
  expect((await feed.entraDevices(null)).items).toEqual([
    { objectId: OBJECT, deviceId: DEVICE, enabled: true },
  ])
  const { feed: people } = await serve(pages([[{ id: ALICE, userPrincipalName: null }]]))
  expect((await people.users(null)).items).toEqual([{ oid: ALICE }])
})

test.each([
  ['accountEnabled', { accountEnabled: null }, { enabled: false }],
  ['isCompliant', { isCompliant: null }, { compliant: false }],
])('DIR-11: %s that is said to be null is not satisfied', async (_name, change, expected) => {
  const { feed } = await serve(pages([[{ ...device, ...change }]]))
  expect((await feed.entraDevices(null)).items).toMatchObject([expected])
})

test.each([
  ['changed', 'restorable'],
  ['deleted', 'final'],
  ['unknownFutureValue', 'restorable'],
  [undefined, 'restorable'],
])('an object that was removed with the reason %s: its deletion is %s', async (reason, deletion) => {
  const { feed, base } = await serve(pages([[{ id: OBJECT, '@removed': { reason } }]]))
  const { removed } = await feed.entraDevices(`${base}/v1.0/devices/delta?page=0`)
  expect(removed).toEqual([{ objectId: OBJECT, deletion }])
})

test('a long first reading is told page by page and goes on where it was interrupted', async () => {
  const { feed, base, requests } = await serve(pages([[alice], [], [bob, { id: OBJECT, ...gone }]]))
  const first = await feed.users(null)
  expect(first).toMatchObject({ isFull: true, isFirst: true, isLast: false, items: [seenAlice] })
  const second = await feed.users(first.cursor)
  expect(second).toMatchObject({ isFull: true, isFirst: false, isLast: false, items: [] })

  // Another process, which knows only the cursor.
  const { feed: other } = await serve(json({}), { graphUrl: base })
  const third = await other.users(second.cursor)
  expect(third).toMatchObject({ isFull: true, isFirst: false, isLast: true })
  expect(third.items).toMatchObject([{ oid: BOB }])
  expect(third.removed).toEqual([{ objectId: OBJECT, deletion: 'restorable' }])
  expect(third.cursor).toBe(`${base}/v1.0/users/delta?$deltatoken=new`)
  expect(requests).toHaveLength(3)
  expect(requests.join()).not.toContain('#')
})

test('what changed since is told page by page, and no page of it is full', async () => {
  const { feed, base } = await serve(pages([[alice], [bob]]))
  const first = await feed.users(`${base}/v1.0/users/delta?page=0`)
  expect(first).toMatchObject({ isFull: false, isFirst: true, isLast: false })
  expect(await feed.users(first.cursor)).toMatchObject({
    isFull: false,
    isFirst: false,
    isLast: true,
    items: [{ oid: BOB }],
  })
})

test('Intune’s devices are told page by page, and after the last page everything anew', async () => {
  const record = (id: string) => ({ id, complianceState: 'compliant', managementState: 'managed' })
  const { feed, requests } = await serve(pages([[record(INTUNE)], [record(OBJECT)]], () => ({})))
  const first = await feed.intuneDevices(null)
  expect(first).toMatchObject({ isFull: true, isFirst: true, isLast: false })
  expect(first.items).toMatchObject([{ intuneId: INTUNE }])
  const last = await feed.intuneDevices(first.cursor)
  expect(last).toMatchObject({ isFull: true, isFirst: false, isLast: true, cursor: null })
  expect(last.items).toMatchObject([{ intuneId: OBJECT }])
  expect(requests[1]).toBe('/graph/beta/deviceManagement/managedDevices?page=1')
})

test.each([
  ['people', (feed: Feed) => feed.users(null)],
  ['devices', (feed: Feed) => feed.entraDevices(null)],
])('the delta query of %s asks for no page size, which Graph does not take there', async (_name, read) => {
  const { feed, requests, headers } = await serve(pages([[alice]]))
  await read(feed).catch(() => undefined)
  expect(requests[0]).not.toContain('$top')
  expect(headers[0]).not.toHaveProperty('prefer')
})

test.each([
  ['410', status(410, graphError('syncStateNotFound'), { location: 'http://127.0.0.1:1/' })],
  ['400', status(400, graphError('resyncRequired'))],
  ['404', status(404, graphError('syncStateNotFound'))],
])('DIR-10: a cursor that is answered by %s begins a full reading', async (_name, refusal) => {
  const forgets: Handler = (request, response, url) => {
    const isOld = url.searchParams.has('$deltatoken') || url.searchParams.has('$skiptoken')
    const handler = isOld ? refusal : pages([[alice]])
    handler(request, response, url)
  }
  const { feed, base } = await serve(forgets)
  for (const cursor of [
    '$deltatoken=old',
    '$skiptoken=old#everything-7',
    '$skiptoken=old#changes-7',
  ]) {
    expect(await feed.users(`${base}/v1.0/users/delta?${cursor}`)).toMatchObject({
      isFull: true,
      isFirst: true,
      isLast: true,
      items: [seenAlice],
      cursor: `${base}/v1.0/users/delta?$deltatoken=new`,
    })
  }
})

test.each([
  ['410 for everything', status(410, graphError('syncStateNotFound')), 'answered 410'],
  ['404 for everything', status(404, graphError('ResourceNotFound')), 'not there'],
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

test('nobody on any page of a long reading is trouble on its last page', async () => {
  const { feed } = await serve(pages([[], [{ id: ALICE, ...gone }], []]))
  const first = await feed.users(null)
  const second = await feed.users(first.cursor)
  expect(String((await failure(feed.users(second.cursor))).cause)).toContain('is empty')
})

test('DIR-05: trouble on a page is trouble of that page, which is then asked for again', async () => {
  let denied = true
  const { feed } = await serve((request, response, url) => {
    const isSecond = url.searchParams.get('page') === '1'
    const refusal = status(403, graphError('Authorization_RequestDenied'))
    const handler = isSecond && denied ? refusal : pages([[alice], [bob]])
    handler(request, response, url)
  })
  const { cursor } = await feed.users(null)
  expect((await failure(feed.users(cursor))).code).toBe('directory_unavailable')
  denied = false
  expect((await feed.users(cursor)).items).toMatchObject([{ oid: BOB }])
})

test('Intune’s list that is not there is trouble, not an empty list', async () => {
  const { feed } = await serve(status(404, graphError('ResourceNotFound')))
  expect(String((await failure(feed.intuneDevices(null))).cause)).toContain('not there')
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
    expect(String(error.cause)).not.toContain('skiptoken')
    expect(requests).toHaveLength(1)
  }
})

test.each([
  ['people', 'v1.0/devices/delta', (feed: Feed) => feed.users(null)],
  ['Intune’s devices', 'beta/deviceManagement/scripts', (feed: Feed) => feed.intuneDevices(null)],
])('DIR-07: a link from %s to another collection is refused', async (_name, path, read) => {
  const { feed, requests } = await serve((request, response, url) => {
    const link = `${url.origin}/graph/${path}?$skiptoken=x`
    json({ value: [], '@odata.nextLink': link })(request, response, url)
  })
  await failure(read(feed))
  expect(requests).toHaveLength(1)
})

test('DIR-07: a cursor of another place, with any mark, is not followed', async () => {
  const { feed, requests } = await serve(pages([[alice]]))
  for (const mark of ['', '#everything-1', '#changes-1']) {
    const cursor = `http://127.0.0.1:1/graph/v1.0/users/delta?$skiptoken=x${mark}`
    expect(await feed.users(cursor)).toMatchObject({ isFull: true, isFirst: true })
  }
  expect(requests).toHaveLength(3)
})

test('DIR-08: a page that names itself as the next one is refused', async () => {
  const { feed, base } = await serve((request, response, url) => {
    json({ value: [], '@odata.nextLink': url.href })(request, response, url)
  })
  const cursor = `${base}/v1.0/users/delta?$skiptoken=1#changes-1`
  expect(String((await failure(feed.users(cursor))).cause)).toContain('leads away')
})

test('DIR-08: pages without an end are given up', async () => {
  let page = 0
  const { feed, base, requests } = await serve((request, response, url) => {
    page += 1
    const link = `${url.origin}${url.pathname}?$skiptoken=${page}`
    json({ value: [alice], '@odata.nextLink': link })(request, response, url)
  })
  const { cursor } = await feed.users(`${base}/v1.0/users/delta?$skiptoken=x#everything-9998`)
  const last = await feed.users(cursor)
  const error = await failure(feed.users(last.cursor))
  expect(error.code).toBe('directory_unavailable')
  expect(String(error.cause)).toContain('more than 10000 pages')
  expect(requests).toHaveLength(2)
})

test('a link that is too long to keep is refused', async () => {
  const { feed } = await serve((request, response, url) => {
    const link = `${url.origin}${url.pathname}?$deltatoken=${'x'.repeat(33_000)}`
    json({ value: [alice], '@odata.deltaLink': link })(request, response, url)
  })
  expect(String((await failure(feed.users(null))).cause)).toContain('cannot be read')
})

test('DIR-02: a short wait that Graph asks for is waited', async () => {
  let refused = false
  const { feed } = await serve((request, response, url) => {
    if (refused) return pages([[alice]])(request, response, url)
    refused = true
    return status(429, '', { 'retry-after': '1' })(request, response, url)
  })
  expect((await feed.users(null)).items).toHaveLength(1)
  expect(refused).toBe(true)
})

test('the directory sync lets others go first', async () => {
  const { feed, headers } = await serve(pages([[alice]]), { budget: undefined })
  await feed.users(null)
  expect(headers[0]).toMatchObject({ 'x-ms-throttle-priority': 'low' })
})

test('Intune tells of a device twice on a page: the later one counts', async () => {
  const record = { id: INTUNE, complianceState: 'noncompliant', managementState: 'managed' }
  const { feed } = await serve(
    pages([[record, { ...record, complianceState: 'compliant', managementState: null }]]),
  )
  expect((await feed.intuneDevices(null)).items).toEqual([
    {
      intuneId: INTUNE,
      deviceId: null,
      compliant: true,
      retirement: null,
      enrolledAt: null,
      enrolledByOid: null,
    },
  ])
})

test('who enrolled a device in Intune is told as that and nothing else', async () => {
  const { feed } = await serve(pages([[{ id: INTUNE, userId: ALICE.toUpperCase() }]]))
  expect((await feed.intuneDevices(null)).items).toMatchObject([{ enrolledByOid: ALICE }])
})

test.each([
  ['compliant', 'both', true],
  ['inGracePeriod', 'both', true],
  ['inGracePeriod', 'intune', false],
  ['noncompliant', 'both', false],
  ['error', 'both', false],
  ['unknown', 'both', false],
  [null, 'both', false],
  // Co-management: only Entra's statement counts, and without Entra there is none.
  ['configManager', 'both', null],
  ['configManager', 'intune', false],
] as const)('Intune’s state %s with %s: compliant is %s', async (state, where, compliant) => {
  const record = { id: INTUNE, azureADDeviceId: ALICE, complianceState: state }
  const { feed } = await serve(pages([[record]]), { deviceDirectory: where })
  expect((await feed.intuneDevices(null)).items).toMatchObject([{ compliant, deviceId: ALICE }])
})

test.each([
  'inGracePeriod',
  'configManager',
])('Intune’s state %s does not count for a device that Entra has no word on', async (state) => {
  const none = '00000000-0000-0000-0000-000000000000'
  const record = { id: INTUNE, azureADDeviceId: none, complianceState: state }
  const { feed } = await serve(pages([[record]]))
  expect((await feed.intuneDevices(null)).items).toMatchObject([
    { compliant: false, deviceId: null },
  ])
})

test.each([
  ['retireIssued', 'issued'],
  ['wipeIssued', 'issued'],
  ['retirePending', 'begun'],
  ['retireFailed', 'begun'],
  ['wipePending', 'begun'],
  ['wipeFailed', 'begun'],
  ['deletePending', 'begun'],
  ['unhealthy', 'begun'],
  ['managed', null],
  ['retireCanceled', null],
  ['wipeCanceled', null],
  ['discovered', null],
  ['somethingNew', null],
])('managementState %s: its retirement is %s', async (managementState, retirement) => {
  const { feed } = await serve(pages([[{ id: INTUNE, managementState }]]))
  expect((await feed.intuneDevices(null)).items).toMatchObject([{ retirement }])
})

type Feed = ReturnType<typeof openFeed>

type Options = Omit<Partial<FeedOptions>, 'budget'> & {
  readonly budget?: FeedOptions['budget'] | undefined
}

async function serve(handler: Handler, options: Options = {}) {
  const server = await serveGraph(handler)
  const { budget = 'budget' in options ? undefined : BUDGET, ...others } = options
  const feed = openFeed({
    ...server.options,
    deviceDirectory: 'both',
    riskLevels: null,
    ...(budget !== undefined && { budget }),
    ...others,
  })
  const { requests, headers } = server
  return { feed, base: server.options.graphUrl, requests, headers }
}

/** Answers page by page; `?page=0` and a first round start at the first page. */
function pages(answers: readonly (readonly object[])[], end = deltaLink): Handler {
  return (request, response, url) => {
    const at = Number(url.searchParams.get('page') ?? 0)
    const isLast = at + 1 >= answers.length
    const next = { '@odata.nextLink': `${url.origin}${url.pathname}?page=${at + 1}` }
    const body = { value: answers[at] ?? [], ...(isLast ? end(url) : next) }
    json(body)(request, response, url)
  }
}

function deltaLink(url: URL): object {
  return { '@odata.deltaLink': `${url.origin}${url.pathname}?$deltatoken=new` }
}
