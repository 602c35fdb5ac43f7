import { afterEach, expect, test } from 'vitest'
import { type ChangeFeedOptions, openChangeFeed } from './change-feed.ts'
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
  const { changeFeed, base } = await serve(pages([answer]))
  const { items, removed, isFull } = await changeFeed.users(`${base}/v1.0/users/delta?page=0`)
  expect(isFull).toBe(false)
  expect({
    enabled: items.filter((user) => user.enabled).map((user) => user.oid),
    removed: removed.map(({ objectId }) => objectId),
  }).toEqual(expected)
})

test('two halves of one change on one page are joined', async () => {
  const { changeFeed, base, requests } = await serve(
    pages([
      [
        { id: OBJECT, deviceId: DEVICE, accountEnabled: false },
        { id: OBJECT, isCompliant: true },
      ],
    ]),
  )
  const { items } = await changeFeed.entraDevices(`${base}/v1.0/devices/delta?page=0`)
  expect(items).toEqual([{ deviceId: DEVICE, objectId: OBJECT, enabled: false, compliant: true }])
  expect(requests).toHaveLength(1)
})

test('what a change leaves out is not told: nothing is assumed and nothing asked again', async () => {
  const { changeFeed, base, requests } = await serve(pages([[{ id: OBJECT, isCompliant: false }]]))
  const page = await changeFeed.entraDevices(`${base}/v1.0/devices/delta?page=0`)
  expect(page.items).toEqual([{ objectId: OBJECT, compliant: false }])
  expect(requests).toHaveLength(1)
})

test('a property that was never set is not told in a full round either', async () => {
  const never = { id: OBJECT, deviceId: DEVICE, accountEnabled: true }
  const { changeFeed } = await serve(pages([[never]]))
  expect((await changeFeed.entraDevices(null)).items).toEqual([
    { objectId: OBJECT, deviceId: DEVICE, enabled: true },
  ])
  const { changeFeed: people } = await serve(pages([[{ id: ALICE, userPrincipalName: null }]]))
  expect((await people.users(null)).items).toEqual([{ oid: ALICE }])
})

test.each([
  ['accountEnabled', { accountEnabled: null }, { enabled: false }],
  ['isCompliant', { isCompliant: null }, { compliant: false }],
])('DIR-11: %s that is said to be null is not satisfied', async (_name, change, expected) => {
  const { changeFeed } = await serve(pages([[{ ...device, ...change }]]))
  expect((await changeFeed.entraDevices(null)).items).toMatchObject([expected])
})

test.each([
  ['changed', 'restorable'],
  ['deleted', 'final'],
  ['unknownFutureValue', 'restorable'],
  [undefined, 'restorable'],
])('an object that was removed with the reason %s: its deletion is %s', async (reason, deletion) => {
  const { changeFeed, base } = await serve(pages([[{ id: OBJECT, '@removed': { reason } }]]))
  const { removed } = await changeFeed.entraDevices(`${base}/v1.0/devices/delta?page=0`)
  expect(removed).toEqual([{ objectId: OBJECT, deletion }])
})

test('a long first round is told page by page and goes on where it was interrupted', async () => {
  const { changeFeed, base, requests } = await serve(
    pages([[alice], [], [bob, { id: OBJECT, ...gone }]]),
  )
  const first = await changeFeed.users(null)
  expect(first).toMatchObject({ isFull: true, isFirst: true, isLast: false, items: [seenAlice] })
  const second = await changeFeed.users(first.cursor)
  expect(second).toMatchObject({ isFull: true, isFirst: false, isLast: false, items: [] })

  // Another process, which knows only the cursor.
  const { changeFeed: other } = await serve(json({}), { graphUrl: base })
  const third = await other.users(second.cursor)
  expect(third).toMatchObject({ isFull: true, isFirst: false, isLast: true })
  expect(third.items).toMatchObject([{ oid: BOB }])
  expect(third.removed).toEqual([{ objectId: OBJECT, deletion: 'restorable' }])
  expect(third.cursor).toBe(`${base}/v1.0/users/delta?$deltatoken=new`)
  expect(requests).toHaveLength(3)
  expect(requests.join()).not.toContain('#')
})

test('what changed since is told page by page, and no page of it is full', async () => {
  const { changeFeed, base } = await serve(pages([[alice], [bob]]))
  const first = await changeFeed.users(`${base}/v1.0/users/delta?page=0`)
  expect(first).toMatchObject({ isFull: false, isFirst: true, isLast: false })
  expect(await changeFeed.users(first.cursor)).toMatchObject({
    isFull: false,
    isFirst: false,
    isLast: true,
    items: [{ oid: BOB }],
  })
})

test('Intune’s devices are told page by page, and after the last page everything anew', async () => {
  const record = (id: string) => ({ id, complianceState: 'compliant', managementState: 'managed' })
  const { changeFeed, requests } = await serve(
    pages([[record(INTUNE)], [record(OBJECT)]], () => ({})),
  )
  const first = await changeFeed.intuneDevices(null)
  expect(first).toMatchObject({ isFull: true, isFirst: true, isLast: false })
  expect(first.items).toMatchObject([{ intuneId: INTUNE }])
  const last = await changeFeed.intuneDevices(first.cursor)
  expect(last).toMatchObject({ isFull: true, isFirst: false, isLast: true, cursor: null })
  expect(last.items).toMatchObject([{ intuneId: OBJECT }])
  expect(requests[1]).toBe('/graph/beta/deviceManagement/managedDevices?page=1')
})

test.each([
  ['people', (changeFeed: Feed) => changeFeed.users(null)],
  ['devices', (changeFeed: Feed) => changeFeed.entraDevices(null)],
])('the delta query of %s asks for no page size, which Graph does not take there', async (_name, read) => {
  const { changeFeed, requests, headers } = await serve(pages([[alice]]))
  await read(changeFeed).catch(() => undefined)
  expect(requests[0]).not.toContain('$top')
  expect(headers[0]).not.toHaveProperty('prefer')
})

test.each([
  ['410', status(410, graphError('syncStateNotFound'), { location: 'http://127.0.0.1:1/' })],
  ['400', status(400, graphError('resyncRequired'))],
  ['404', status(404, graphError('syncStateNotFound'))],
])('DIR-10: a cursor that is answered by %s begins a full round', async (_name, refusal) => {
  const forgets: Handler = (request, response, url) => {
    const isOld = url.searchParams.has('$deltatoken') || url.searchParams.has('$skiptoken')
    const handler = isOld ? refusal : pages([[alice]])
    handler(request, response, url)
  }
  const { changeFeed, base } = await serve(forgets)
  for (const cursor of [
    '$deltatoken=old',
    '$skiptoken=old#everything-7',
    '$skiptoken=old#changes-7',
  ]) {
    expect(await changeFeed.users(`${base}/v1.0/users/delta?${cursor}`)).toMatchObject({
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
])('%s is an error, never "everyone is gone"', async (_name, handler: Handler, cause) => {
  const { changeFeed } = await serve(handler, { budget: { ...BUDGET, octetsMax: 2 ** 30 } })
  const error = await failure(changeFeed.users(null))
  expect(error.code).toBe('directory_unavailable')
  expect(String(error.cause)).toContain(cause)
})

test('nobody on any page of a long round is an error on its last page', async () => {
  const { changeFeed } = await serve(pages([[], [{ id: ALICE, ...gone }], []]))
  const first = await changeFeed.users(null)
  const second = await changeFeed.users(first.cursor)
  expect(String((await failure(changeFeed.users(second.cursor))).cause)).toContain('is empty')
})

test('DIR-05: an error on a page is an error of that page, which is then asked for again', async () => {
  let denied = true
  const { changeFeed } = await serve((request, response, url) => {
    const isSecond = url.searchParams.get('page') === '1'
    const refusal = status(403, graphError('Authorization_RequestDenied'))
    const handler = isSecond && denied ? refusal : pages([[alice], [bob]])
    handler(request, response, url)
  })
  const { cursor } = await changeFeed.users(null)
  expect((await failure(changeFeed.users(cursor))).code).toBe('directory_unavailable')
  denied = false
  expect((await changeFeed.users(cursor)).items).toMatchObject([{ oid: BOB }])
})

test('Intune’s list that is not there is an error, not an empty list', async () => {
  const { changeFeed } = await serve(status(404, graphError('ResourceNotFound')))
  expect(String((await failure(changeFeed.intuneDevices(null))).cause)).toContain('not there')
})

test.each([
  ['another host', 'http://graph.evil.example/v1.0/users/delta?$skiptoken=x'],
  ['another port', 'http://127.0.0.1:1/graph/v1.0/users/delta?$skiptoken=x'],
  ['a file', 'file:///etc/passwd'],
])('DIR-07: a link to %s is refused and the token stays here', async (_name, link) => {
  for (const name of ['@odata.nextLink', '@odata.deltaLink']) {
    const { changeFeed, requests } = await serve(json({ value: [alice], [name]: link }))
    const error = await failure(changeFeed.users(null))
    expect(String(error.cause)).toContain('leads away from Graph')
    expect(String(error.cause)).not.toContain('skiptoken')
    expect(requests).toHaveLength(1)
  }
})

test.each([
  ['people', 'v1.0/devices/delta', (changeFeed: Feed) => changeFeed.users(null)],
  [
    'Intune’s devices',
    'beta/deviceManagement/scripts',
    (changeFeed: Feed) => changeFeed.intuneDevices(null),
  ],
])('DIR-07: a link from %s to another collection is refused', async (_name, path, read) => {
  const { changeFeed, requests } = await serve((request, response, url) => {
    const link = `${url.origin}/graph/${path}?$skiptoken=x`
    json({ value: [], '@odata.nextLink': link })(request, response, url)
  })
  await failure(read(changeFeed))
  expect(requests).toHaveLength(1)
})

test('DIR-07: a cursor of another place, with any mark, is not followed', async () => {
  const { changeFeed, requests } = await serve(pages([[alice]]))
  for (const mark of ['', '#everything-1', '#changes-1']) {
    const cursor = `http://127.0.0.1:1/graph/v1.0/users/delta?$skiptoken=x${mark}`
    expect(await changeFeed.users(cursor)).toMatchObject({ isFull: true, isFirst: true })
  }
  expect(requests).toHaveLength(3)
})

test('DIR-08: a page that names itself as the next one is refused', async () => {
  const { changeFeed, base } = await serve((request, response, url) => {
    json({ value: [], '@odata.nextLink': url.href })(request, response, url)
  })
  const cursor = `${base}/v1.0/users/delta?$skiptoken=1#changes-1`
  expect(String((await failure(changeFeed.users(cursor))).cause)).toContain('leads away')
})

test('DIR-08: pages without an end are given up', async () => {
  let page = 0
  const { changeFeed, base, requests } = await serve((request, response, url) => {
    page += 1
    const link = `${url.origin}${url.pathname}?$skiptoken=${page}`
    json({ value: [alice], '@odata.nextLink': link })(request, response, url)
  })
  const { cursor } = await changeFeed.users(`${base}/v1.0/users/delta?$skiptoken=x#everything-9998`)
  const last = await changeFeed.users(cursor)
  const error = await failure(changeFeed.users(last.cursor))
  expect(error.code).toBe('directory_unavailable')
  expect(String(error.cause)).toContain('more than 10000 pages')
  expect(requests).toHaveLength(2)
})

test('a link that is too long to keep is refused', async () => {
  const { changeFeed } = await serve((request, response, url) => {
    const link = `${url.origin}${url.pathname}?$deltatoken=${'x'.repeat(33_000)}`
    json({ value: [alice], '@odata.deltaLink': link })(request, response, url)
  })
  expect(String((await failure(changeFeed.users(null))).cause)).toContain('cannot be read')
})

test('DIR-02: a short wait that Graph asks for is waited', async () => {
  let refused = false
  const { changeFeed } = await serve((request, response, url) => {
    if (refused) return pages([[alice]])(request, response, url)
    refused = true
    return status(429, '', { 'retry-after': '1' })(request, response, url)
  })
  expect((await changeFeed.users(null)).items).toHaveLength(1)
  expect(refused).toBe(true)
})

test('the directory sync lets others go first', async () => {
  const { changeFeed, headers } = await serve(pages([[alice]]), { budget: undefined })
  await changeFeed.users(null)
  expect(headers[0]).toMatchObject({ 'x-ms-throttle-priority': 'low' })
})

test('Intune tells of a device twice on a page: the later one counts', async () => {
  const record = { id: INTUNE, complianceState: 'noncompliant', managementState: 'managed' }
  const { changeFeed } = await serve(
    pages([[record, { ...record, complianceState: 'compliant', managementState: null }]]),
  )
  expect((await changeFeed.intuneDevices(null)).items).toEqual([
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
  const { changeFeed } = await serve(pages([[{ id: INTUNE, userId: ALICE.toUpperCase() }]]))
  expect((await changeFeed.intuneDevices(null)).items).toMatchObject([{ enrolledByOid: ALICE }])
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
  const { changeFeed } = await serve(pages([[record]]), { deviceDirectory: where })
  expect((await changeFeed.intuneDevices(null)).items).toMatchObject([
    { compliant, deviceId: ALICE },
  ])
})

test.each([
  'inGracePeriod',
  'configManager',
])('Intune’s state %s does not count for a device that Entra has no word on', async (state) => {
  const none = '00000000-0000-0000-0000-000000000000'
  const record = { id: INTUNE, azureADDeviceId: none, complianceState: state }
  const { changeFeed } = await serve(pages([[record]]))
  expect((await changeFeed.intuneDevices(null)).items).toMatchObject([
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
  const { changeFeed } = await serve(pages([[{ id: INTUNE, managementState }]]))
  expect((await changeFeed.intuneDevices(null)).items).toMatchObject([{ retirement }])
})

type Feed = ReturnType<typeof openChangeFeed>

type Options = Omit<Partial<ChangeFeedOptions>, 'budget'> & {
  readonly budget?: ChangeFeedOptions['budget'] | undefined
}

async function serve(handler: Handler, options: Options = {}) {
  const server = await serveGraph(handler)
  const { budget = 'budget' in options ? undefined : BUDGET, ...others } = options
  const changeFeed = openChangeFeed({
    ...server.options,
    deviceDirectory: 'both',
    riskLevels: null,
    ...(budget !== undefined && { budget }),
    ...others,
  })
  const { requests, headers } = server
  return { changeFeed, base: server.options.graphUrl, requests, headers }
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
