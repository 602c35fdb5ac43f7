import { afterEach, expect, test } from 'vitest'
import { type ChangeFeedOptions, openChangeFeed } from './change-feed.ts'
import {
  closeGraphServers,
  failure,
  graphError,
  type Handler,
  json,
  serveGraph,
  status,
} from './testing/graph-server.ts'
import { tenantOf } from './testing/graph-tenant.ts'

/** The live look-up: what one object is now, and how an absent one was deleted. */

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const BOB = 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02'
const OBJECT = '0b1ec701-2f64-4a8d-b5c9-e17d30a6f801'
const DEVICE = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const INTUNE = '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01'

const KEYS = {
  user: { kind: 'user', id: ALICE },
  entra: { kind: 'entra_device', id: DEVICE },
  intune: { kind: 'intune_device', id: INTUNE },
} as const

const alice = { id: ALICE, accountEnabled: true, userPrincipalName: 'Alice@contoso.example' }
const entra = {
  id: OBJECT,
  deviceId: DEVICE,
  accountEnabled: true,
  isCompliant: true,
  registeredOwners: [{ id: ALICE }],
}
const otherDevice = { id: BOB, deviceId: BOB }
const intune = {
  id: INTUNE,
  userId: BOB,
  azureADDeviceId: DEVICE,
  complianceState: 'compliant',
  managementState: 'wipePending',
  enrolledDateTime: '2026-02-03T08:14:09Z',
}

afterEach(closeGraphServers)

test('a person', async () => {
  const { changeFeed } = await serve(tenantOf({ users: [alice] }))
  expect(await changeFeed.lookUp(KEYS.user, null)).toEqual({
    present: true,
    kind: 'user',
    enabled: true,
    upn: 'Alice@contoso.example',
  })
})

test('an Entra device with its registered owners, in one call', async () => {
  const { changeFeed, requests } = await serve(tenantOf({ devices: [entra] }))
  expect(await changeFeed.lookUp(KEYS.entra, null)).toEqual({
    present: true,
    kind: 'entra_device',
    objectId: OBJECT,
    enabled: true,
    compliant: true,
    ownerOids: [ALICE],
  })
  expect(requests).toHaveLength(1)
})

test('an Intune device with its primary users, who are not who enrolled it, in one call', async () => {
  const { changeFeed, calls } = await serve(
    tenantOf({ managedDevices: [intune], primaryUsers: { [INTUNE]: [ALICE] } }),
  )
  expect(await changeFeed.lookUp(KEYS.intune, null)).toEqual({
    present: true,
    kind: 'intune_device',
    deviceId: DEVICE,
    compliant: true,
    retirement: 'begun',
    enrolledAt: new Date('2026-02-03T08:14:09Z'),
    primaryUserOids: [ALICE],
  })
  expect(calls).toEqual(['POST /graph/beta/$batch'])
})

test.each([
  [
    'accountEnabled null',
    KEYS.user,
    { users: [{ ...alice, accountEnabled: null }] },
    { enabled: false },
  ],
  [
    'isCompliant null',
    KEYS.entra,
    { devices: [{ ...entra, isCompliant: null }] },
    { compliant: false },
  ],
  [
    'configManager',
    KEYS.intune,
    { managedDevices: [{ ...intune, complianceState: 'configManager' }] },
    { compliant: null },
  ],
])('DIR-11: %s', async (_name, key, tenant, expected) => {
  const { changeFeed } = await serve(tenantOf(tenant))
  expect(await changeFeed.lookUp(key, null)).toMatchObject(expected)
})

test.each([
  ['a person in the recycle bin', KEYS.user, { deletedUsers: [ALICE] }, 'restorable'],
  [
    'a device in the recycle bin',
    KEYS.entra,
    { deletedDevices: [otherDevice, entra] },
    'restorable',
  ],
  ['a person in neither collection', KEYS.user, { deletedUsers: [BOB] }, 'unknown'],
  ['a device in neither collection', KEYS.entra, { deletedDevices: [otherDevice] }, 'unknown'],
  ['a device that Intune does not have', KEYS.intune, { deletedDevices: [entra] }, 'unknown'],
])('%s is absent, its deletion %s', async (_name, key, tenant, deletion) => {
  const { changeFeed, reports } = await serve(tenantOf(tenant))
  expect(await changeFeed.lookUp(key, null)).toEqual({ present: false, deletion })
  expect(reports).toEqual([])
})

test('deleted devices are asked for in beta, where alone they are, by one filter', async () => {
  const { changeFeed, requests } = await serve(tenantOf({}))
  await changeFeed.lookUp(KEYS.entra, null)
  const { pathname, searchParams } = new URL(requests[1] ?? '', 'http://graph')
  expect(pathname).toBe('/graph/beta/directory/deletedItems/microsoft.graph.device')
  expect(searchParams.get('$filter')).toBe(`deviceId eq '${DEVICE}'`)
})

test('a device whose object id is known is asked for by that', async () => {
  const { changeFeed, requests } = await serve(tenantOf({ deletedDevices: [otherDevice, entra] }))
  expect(await changeFeed.lookUp(KEYS.entra, OBJECT.toUpperCase())).toEqual({
    present: false,
    deletion: 'restorable',
  })
  expect(requests[1]).toBe(`/graph/beta/directory/deletedItems/${OBJECT}?$select=id`)
  expect(await changeFeed.lookUp(KEYS.entra, INTUNE)).toEqual({
    present: false,
    deletion: 'unknown',
  })
  // An id that is no GUID is never put into a path.
  expect(await changeFeed.lookUp(KEYS.entra, '../users')).toMatchObject({ deletion: 'restorable' })
})

test('a recycle bin that ignores the filter does not make a device restorable', async () => {
  const { changeFeed } = await serve((request, response, url) => {
    const isBin = url.pathname.includes('deletedItems')
    json({ value: isBin ? [{ deviceId: BOB }] : [] })(request, response, url)
  })
  expect(await changeFeed.lookUp(KEYS.entra, null)).toEqual({ present: false, deletion: 'unknown' })
})

test.each([
  ['refuses', status(403, graphError('Authorization_RequestDenied'))],
  ['is not offered in this cloud', status(400, graphError('BadRequest'))],
  ['is down', status(503)],
  ['answers about somebody else', json({ id: BOB, value: [{ id: BOB }] })],
])('a recycle bin that %s leaves it untold, and the log is told once', async (_name, bin) => {
  const { changeFeed, reports } = await serve((request, response, url) => {
    const isBin = url.pathname.includes('deletedItems')
    const handler = isBin ? bin : tenantOf({})
    handler(request, response, url)
  })
  for (const key of [KEYS.user, KEYS.user, KEYS.entra]) {
    expect(await changeFeed.lookUp(key, null)).toEqual({ present: false, deletion: 'untold' })
  }
  expect(reports).toEqual([
    'deleted people cannot be read, so it is not known which can be restored',
    'deleted devices cannot be read, so it is not known which can be restored',
  ])
})

test.each([
  ['a 404 of a proxy', status(404, '<h1>Not Found</h1>')],
  ['403', status(403, graphError('Authorization_RequestDenied'))],
  ['503', status(503)],
  ['another object', json({ ...alice, id: BOB })],
  ['nothing that can be read', json({})],
])('%s is an error and no deletion', async (_name, handler) => {
  const { changeFeed } = await serve(handler)
  expect((await failure(changeFeed.lookUp(KEYS.user, null))).code).toBe('directory_unavailable')
})

test('a list about other devices is an error and no deletion', async () => {
  const { changeFeed } = await serve(json({ value: [{ ...entra, deviceId: BOB }] }))
  expect(String((await failure(changeFeed.lookUp(KEYS.entra, null))).cause)).toContain(
    'another object',
  )
})

test('a device that leaves Intune between two calls is an error and not "without a primary user"', async () => {
  const { changeFeed } = await serve((request, response, url) => {
    const tenant = { managedDevices: url.pathname.endsWith('/users') ? [] : [intune] }
    tenantOf(tenant)(request, response, url)
  })
  expect((await failure(changeFeed.lookUp(KEYS.intune, null))).code).toBe('directory_unavailable')
})

test.each([
  ['are not known either', status(404, graphError('ResourceNotFound'))],
  ['are nobody', json({ value: [] })],
  ['cannot be read', status(503)],
])('of a device that Intune does not have, primary users who %s say nothing', async (_name, users) => {
  const { changeFeed } = await serve((request, response, url) => {
    const handler = url.pathname.endsWith('/users') ? users : tenantOf({})
    handler(request, response, url)
  })
  expect(await changeFeed.lookUp(KEYS.intune, null)).toEqual({
    present: false,
    deletion: 'unknown',
  })
})

test('a look-up whose primary users are throttled hands on how long to wait', async () => {
  const { changeFeed, requests } = await serve((request, response, url) => {
    const busy = status(429, graphError('TooManyRequests'), { 'retry-after': '17' })
    const handler = url.pathname.endsWith('/users') ? busy : tenantOf({ managedDevices: [intune] })
    handler(request, response, url)
  })
  const error = await failure(changeFeed.lookUp(KEYS.intune, null))
  expect(error).toMatchObject({ code: 'directory_unavailable', retryAfterSeconds: 17 })
  expect(requests).toHaveLength(2)
})

test('what is no id is not asked and not denied', async () => {
  const { changeFeed, requests } = await serve(json({ value: [] }))
  for (const id of ['', "x' or '1' eq '1", '../me', '00000000-0000-0000-0000-000000000000']) {
    await failure(changeFeed.lookUp({ kind: 'user', id }, null))
    await failure(changeFeed.lookUp({ kind: 'entra_device', id }, null))
  }
  expect(requests).toEqual([])
})

test('a directory that is not asked never reads as "gone"', async () => {
  const { changeFeed: intuneOnly } = await serve(tenantOf({}), { deviceDirectory: 'intune' })
  const { changeFeed: entraOnly } = await serve(tenantOf({}), { deviceDirectory: 'entra' })
  const errors = [intuneOnly.lookUp(KEYS.entra, null), entraOnly.lookUp(KEYS.intune, null)]
  for (const error of errors) {
    expect(String((await failure(error)).cause)).toContain('is not asked')
  }
})

const outages: [string, Handler][] = [
  ['down', status(503, graphError('ServiceUnavailable'))],
  ['throttled', status(429, graphError('TooManyRequests'), { 'retry-after': '1' })],
  ['broken', (request) => void request.socket.destroy()],
]

test.each(outages)('in the background, one call to a Graph that is %s', async (_name, handler) => {
  for (const key of Object.values(KEYS)) {
    const { changeFeed, calls, headers } = await serve(handler)
    await failure(changeFeed.lookUp(key, null))
    expect(calls).toHaveLength(1)
    expect(headers[0]).toMatchObject({ 'x-ms-throttle-priority': 'low' })
  }
})

async function serve(handler: Handler, change: Partial<ChangeFeedOptions> = {}) {
  const { options, requests, calls, headers } = await serveGraph(handler)
  const reports: string[] = []
  const changeFeed = openChangeFeed({
    ...options,
    deviceDirectory: 'both',
    riskLevels: null,
    report: (sentence) => reports.push(sentence),
    ...change,
  })
  return { changeFeed, requests, calls, headers, reports }
}
