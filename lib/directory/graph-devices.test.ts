import { afterEach, expect, test } from 'vitest'
import { type GraphOptions, openGraph } from './graph.ts'
import { eachOf } from './graph-questions.ts'
import {
  closeGraphServers,
  failure,
  type Handler,
  json,
  serveGraph,
} from './testing/graph-server.ts'
import { type GraphTenant, LAPTOP, tenantOf } from './testing/graph-tenant.ts'

/** Who owns a device, what state it is in, and that the questions are few and narrow. */

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const BOB = 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02'
const STAGING = '57a61003-92e6-4f0b-a3d7-58b1c6e4f203'
const DEVICE = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const OTHER = 'de71ce02-1f3a-4c5b-8d7e-9a0b1c2d3e02'
const INTUNE = '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01'
const INTUNE_2 = '14704e02-5e9d-4b7c-8a12-c6f3d0e85b02'

const { entra } = LAPTOP
// A staging account enrolled it.
const intune = { ...LAPTOP.intune, userId: STAGING }
const NO_DEVICE = '00000000-0000-0000-0000-000000000000'

afterEach(closeGraphServers)

test('a device with its registered owners, its primary users and who enrolled it', async () => {
  const { directory } = await serve({
    devices: [entra],
    managedDevices: [intune],
    primaryUsers: { [INTUNE]: [BOB] },
  })
  expect(await directory.devicesWithId(DEVICE)).toEqual([
    {
      deviceId: DEVICE,
      objectId: entra.id,
      intuneId: INTUNE,
      displayName: 'ALICE-LT-042',
      os: 'Windows',
      osVersion: '10.0',
      model: 'X1',
      entraOwnerOids: [ALICE],
      primaryUserOids: [BOB],
      enrolledByOid: STAGING,
      managed: true,
      managementState: 'managed',
      compliant: true,
      entraCompliant: true,
      intuneCompliant: true,
      enabled: true,
      enrolledAt: new Date('2026-02-03T08:14:09Z'),
      registeredAt: new Date('2026-02-01T07:00:00Z'),
    },
  ])
})

const primary: [string, GraphTenant, object][] = [
  ['nobody', { devices: [entra], managedDevices: [intune] }, { primaryUserOids: [] }],
  ['not known to Intune', { devices: [entra] }, { primaryUserOids: null, enrolledByOid: null }],
]

test.each(primary)('primary users of a device: %s', async (_name, tenant, expected) => {
  const { directory } = await serve(tenant)
  expect(await directory.devicesWithId(DEVICE)).toMatchObject([expected])
})

test('where Intune is not asked, primary users are not known and not asked for', async () => {
  const tenant = { devices: [entra], managedDevices: [intune] }
  const { directory, requests } = await serve(tenant, { deviceDirectory: 'entra' })
  expect(await directory.devicesWithId(DEVICE)).toMatchObject([
    { primaryUserOids: null, managed: true, intuneId: null },
  ])
  await directory.devicesOf(ALICE)
  expect(requests.join()).not.toContain('managedDevices')
})

test('the account that enrolled a device for others is not its owner', async () => {
  const { directory } = await serve({
    devices: [{ ...entra, registeredOwners: [] }],
    managedDevices: [intune],
    primaryUsers: { [INTUNE]: [ALICE] },
  })
  expect(await directory.devicesOf(STAGING)).toEqual([])
})

const finds: [string, GraphTenant][] = [
  ['Entra has them as registered owner', { devices: [entra] }],
  [
    'they are the primary user of a device that they enrolled',
    {
      devices: [{ ...entra, registeredOwners: [] }],
      managedDevices: [{ ...intune, userId: ALICE }],
      primaryUsers: { [INTUNE]: [ALICE] },
    },
  ],
  [
    'Intune lists it for them, and another enrolled it',
    {
      devices: [{ ...entra, registeredOwners: [{ id: BOB }] }],
      managedDevices: [intune],
      primaryUsers: { [INTUNE]: [ALICE] },
      listedFor: { [ALICE]: [INTUNE] },
    },
  ],
]

test.each(finds)('a person’s devices: found where %s', async (_name, tenant) => {
  const { directory } = await serve(tenant)
  expect(await directory.devicesOf(ALICE)).toMatchObject([{ deviceId: DEVICE }])
})

test('a device whose registered owner and primary user differ may be owned by either', async () => {
  const { directory } = await serve({
    devices: [entra],
    managedDevices: [{ ...intune, userId: BOB }],
    primaryUsers: { [INTUNE]: [BOB] },
  })
  for (const oid of [ALICE, BOB]) {
    expect(await directory.devicesOf(oid)).toMatchObject([
      { deviceId: DEVICE, intuneId: INTUNE, entraOwnerOids: [ALICE], primaryUserOids: [BOB] },
    ])
  }
})

test('without Entra, a device is its primary user’s', async () => {
  const tenant = {
    managedDevices: [{ ...intune, userId: ALICE }],
    primaryUsers: { [INTUNE]: [BOB] },
  }
  const { directory } = await serve(
    { ...tenant, listedFor: { [BOB]: [INTUNE] } },
    { deviceDirectory: 'intune' },
  )
  expect(await directory.devicesOf(ALICE)).toEqual([])
  expect(await directory.devicesOf(BOB)).toMatchObject([{ deviceId: DEVICE, objectId: null }])
})

test('a filter on the person that Intune ignores gives no devices of others, and is not paged', async () => {
  const everyone = Array.from({ length: 3 }, (_, index) => ({
    ...intune,
    id: `14704e01-5e9d-4b7c-8a12-00000000000${index}`,
    azureADDeviceId: NO_DEVICE,
  }))
  const { directory, requests } = await serveHandler((request, response, url) => {
    const isWhole = url.pathname.endsWith('/deviceManagement/managedDevices')
    const next = { '@odata.nextLink': `${url.origin}${url.pathname}?$skiptoken=1` }
    const handler = isWhole ? json({ value: everyone, ...next }) : tenantOf({})
    handler(request, response, url)
  })
  expect(await directory.devicesOf(ALICE)).toEqual([])
  expect(requests.join()).not.toContain('skiptoken')
})

test('a filter on the device that Intune ignores gives its own record and drops the others', async () => {
  const tenant = { devices: [entra], managedDevices: [intune], primaryUsers: { [INTUNE]: [ALICE] } }
  const foreign = { ...intune, id: INTUNE_2, azureADDeviceId: OTHER }
  const { directory } = await serveHandler((request, response, url) => {
    const isFiltered = url.searchParams.get('$filter')?.startsWith('azureADDeviceId') ?? false
    const handler = isFiltered ? json({ value: [foreign, intune] }) : tenantOf(tenant)
    handler(request, response, url)
  })
  expect(await directory.devicesWithId(DEVICE)).toMatchObject([{ intuneId: INTUNE }])
})

test('each filter names one device, however many a person has', async () => {
  const ids = Array.from({ length: 23 }, (_, index) => String(index).padStart(12, '0'))
  const { directory, requests } = await serve({
    devices: ids.map((id) => ({ ...entra, deviceId: `de71ce01-8c2b-4f6a-9d35-${id}` })),
    managedDevices: ids.map((id) => ({
      ...intune,
      id: `14704e01-5e9d-4b7c-8a12-${id}`,
      azureADDeviceId: `de71ce01-8c2b-4f6a-9d35-${id}`,
    })),
  })
  const devices = await directory.devicesOf(ALICE)
  expect(devices).toHaveLength(23)
  expect(
    devices.every(({ intuneId, deviceId }) => intuneId?.slice(24) === deviceId?.slice(24)),
  ).toBe(true)
  expect(requests.map(decodeURIComponent).filter((path) => / or /.test(path))).toEqual([])
})

test('eight calls of one question run at the same time and no more, and answers keep their order', async () => {
  let running = 0
  let most = 0
  const items = Array.from({ length: 30 }, (_, index) => index)
  const answers = await eachOf(items, async (item) => {
    running += 1
    most = Math.max(most, running)
    await new Promise(setImmediate)
    running -= 1
    return item * 2
  })
  expect(answers).toEqual(items.map((item) => item * 2))
  expect(most).toBe(8)
})

test('a device that Entra has deleted and Intune still has is no device', async () => {
  const { directory } = await serve({
    managedDevices: [{ ...intune, userId: ALICE }],
    primaryUsers: { [INTUNE]: [ALICE] },
    deletedDevices: [entra],
  })
  expect(await directory.devicesWithId(INTUNE)).toEqual([])
  expect(await directory.devicesWithId(DEVICE)).toEqual([])
  expect(await directory.devicesOf(ALICE)).toEqual([])
})

test('a device that only Intune knows was registered when it was enrolled', async () => {
  const { directory } = await serve({ managedDevices: [{ ...intune, azureADDeviceId: NO_DEVICE }] })
  expect(await directory.devicesWithId(INTUNE)).toMatchObject([
    { deviceId: null, registeredAt: new Date('2026-02-03T08:14:09Z') },
  ])
})

const coManaged: [string, boolean | null, object][] = [
  ['compliant', true, { compliant: true, intuneCompliant: null }],
  ['not compliant', false, { compliant: false, intuneCompliant: null }],
  ['not known', null, { compliant: false, intuneCompliant: null }],
]

test.each(coManaged)('configManager, and Entra says %s', async (_name, isCompliant, expected) => {
  const { directory } = await serve({
    devices: [{ ...entra, isCompliant }],
    managedDevices: [{ ...intune, complianceState: 'configManager' }],
  })
  expect(await directory.devicesWithId(DEVICE)).toMatchObject([expected])
})

test('configManager for a device that Entra does not have is not compliant', async () => {
  const managedDevices = [
    { ...intune, azureADDeviceId: NO_DEVICE, complianceState: 'configManager' },
  ]
  const { directory } = await serve({ managedDevices })
  expect(await directory.devicesWithId(INTUNE)).toMatchObject([
    { compliant: false, intuneCompliant: false },
  ])
})

test('a device that leaves Intune between two calls is an error, not "without a primary user"', async () => {
  const { directory } = await serveHandler((request, response, url) => {
    const managedDevices = url.pathname.endsWith('/users') ? [] : [intune]
    tenantOf({ devices: [entra], managedDevices })(request, response, url)
  })
  expect((await failure(directory.devicesWithId(DEVICE))).code).toBe('directory_unavailable')
})

test('who waits for an issuance goes first', async () => {
  const { directory, headers } = await serve({ devices: [entra] })
  await directory.devicesWithId(DEVICE)
  expect(headers.every((sent) => sent['x-ms-throttle-priority'] === 'high')).toBe(true)
})

function serve(tenant: GraphTenant, change: Partial<GraphOptions> = {}) {
  return serveHandler(tenantOf(tenant), change)
}

async function serveHandler(handler: Handler, change: Partial<GraphOptions> = {}) {
  const { options, requests, headers } = await serveGraph(handler)
  return { directory: openGraph({ ...options, ...change }), requests, headers }
}
