import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { SANDBOX } from '#lib/config.ts'
import type { LatchkeyError } from '#lib/errors.ts'
import { startTestSite, type TestSite } from '#sandbox/testing/site.ts'
import type { Directory } from './directory.ts'
import { type GraphOptions, openGraph } from './graph.ts'

/** The directory against the sandbox's Graph, over real HTTP. */

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const BOB = 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02'
const DAVE = 'da7e0004-3b8d-4c61-b2f9-7e5a0d1c6b04'
const NOBODY = '00000000-0000-4000-8000-000000000000'
const LAPTOP = {
  objectId: '0b1ec701-2f64-4a8d-b5c9-e17d30a6f801',
  deviceId: 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601',
  intuneId: '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01',
}
const IPHONE = 'de71ce03-60fb-4e28-8a5d-d2c79e1b4f03'

let site: TestSite
let directory: Directory
beforeAll(async () => {
  site = await startTestSite()
  directory = open()
})
beforeEach(async () => {
  await site.control('POST', 'reset')
})
afterAll(() => site.close())

test('a person is told by object id, in any case', async () => {
  expect(await directory.user(ALICE.toUpperCase())).toEqual({
    oid: ALICE,
    upn: 'alice@contoso.example',
    displayName: 'Alice Adler',
    enabled: true,
    guest: false,
  })
})

test('a disabled account, a guest and a stranger', async () => {
  expect(await directory.user(DAVE)).toMatchObject({ enabled: false })
  await site.control('PATCH', 'users/alice@contoso.example', { guest: true })
  expect(await directory.user(ALICE)).toMatchObject({ guest: true })
  await site.control('PATCH', 'users/bob@contoso.example', {
    upn: 'bob_fabrikam.example#EXT#@contoso.example',
  })
  expect(await directory.user(BOB)).toMatchObject({ guest: true })
  expect(await directory.user(NOBODY)).toBeNull()
})

test('the devices of a person are joined from Entra and Intune', async () => {
  const devices = await directory.devicesOf(ALICE)
  expect(devices.map((device) => device.displayName).toSorted()).toEqual([
    'ALICE-LT-042',
    'Alice’s iPhone',
    'alice-ws',
  ])
  expect(devices.find((device) => device.deviceId === LAPTOP.deviceId)).toEqual({
    ...LAPTOP,
    displayName: 'ALICE-LT-042',
    os: 'Windows',
    osVersion: '10.0.26200.6901',
    model: 'ThinkPad X1 Carbon Gen 13',
    entraOwnerOids: [ALICE],
    primaryUserOids: [ALICE],
    enrolledByOid: ALICE,
    managed: true,
    managementState: 'managed',
    compliant: true,
    entraCompliant: true,
    intuneCompliant: true,
    enabled: true,
    enrolledAt: new Date('2026-02-03T08:14:09Z'),
    registeredAt: new Date('2026-02-03T08:12:44Z'),
  })
  expect(devices.find((device) => device.deviceId === IPHONE)).toMatchObject({
    intuneId: null,
    managed: false,
    managementState: null,
    compliant: false,
    entraCompliant: false,
    intuneCompliant: null,
    enabled: true,
    enrolledAt: null,
    registeredAt: new Date('2026-09-28T17:05:51Z'),
  })
})

test('nobody has no devices', async () => {
  expect(await directory.devicesOf(NOBODY)).toEqual([])
})

test.each([
  LAPTOP.deviceId,
  LAPTOP.intuneId,
  LAPTOP.intuneId.toUpperCase(),
])('a device is found by %s', async (id) => {
  expect(await directory.devicesWithId(id)).toMatchObject([LAPTOP])
})

test('Graph’s object id names no device', async () => {
  expect(await directory.devicesWithId(LAPTOP.objectId)).toEqual([])
})

test('a GUID that is one device in Entra and another in Intune gives both', async () => {
  await site.control('POST', 'devices', {
    intuneId: LAPTOP.deviceId,
    ownerUpn: 'bob@contoso.example',
    displayName: 'TWIN',
  })
  const found = await directory.devicesWithId(LAPTOP.deviceId)
  expect(found.map((device) => device.displayName)).toEqual(['ALICE-LT-042', 'TWIN'])
  expect(found[1]).toMatchObject({ intuneId: LAPTOP.deviceId, entraOwnerOids: [BOB] })
})

test('what Intune alone knows has no Entra id, counts as enabled and is found by its Intune id', async () => {
  await site.control('PATCH', `devices/${LAPTOP.deviceId}`, { deviceId: null, enabled: false })
  expect(await directory.devicesWithId(LAPTOP.intuneId)).toMatchObject([
    { deviceId: null, intuneId: LAPTOP.intuneId, enabled: true, entraOwnerOids: [] },
  ])
  expect(await directory.devicesOf(ALICE)).toContainEqual(
    expect.objectContaining({ deviceId: null, intuneId: LAPTOP.intuneId }),
  )
})

test('a device whose registered owner and primary user differ has both', async () => {
  await site.control('PATCH', `devices/${LAPTOP.deviceId}`, {
    intuneOwnerUpn: 'bob@contoso.example',
  })
  const owners = { entraOwnerOids: [ALICE], primaryUserOids: [BOB] }
  const expected = { ...LAPTOP, ...owners, managed: true }
  expect(await directory.devicesOf(ALICE)).toContainEqual(expect.objectContaining(expected))
  expect(await directory.devicesWithId(LAPTOP.deviceId)).toMatchObject([expected])
})

test.each([
  'retirePending',
  'retireFailed',
  'wipePending',
  'wipeFailed',
  'unhealthy',
  'deletePending',
  'retireIssued',
  'wipeIssued',
  'discovered',
  'somethingNew',
])('a device in state %s is not managed', async (managementState) => {
  await site.control('PATCH', `devices/${LAPTOP.deviceId}`, { managementState })
  expect(await directory.devicesWithId(LAPTOP.deviceId)).toMatchObject([
    { managed: false, managementState: managementState.toLowerCase() },
  ])
})

test('what changes in the directory is seen by the next question', async () => {
  const change = { compliant: false, enabled: false }
  await site.control('PATCH', `devices/${LAPTOP.deviceId}`, change)
  expect(await directory.devicesWithId(LAPTOP.deviceId)).toMatchObject([change])
  await site.control('DELETE', `devices/${LAPTOP.deviceId}`)
  expect(await directory.devicesWithId(LAPTOP.deviceId)).toEqual([])
  expect(await directory.devicesWithId(LAPTOP.intuneId)).toEqual([])
})

test('with Entra alone, Intune is not asked and its ids name nothing', async () => {
  const entra = open({ deviceDirectory: 'entra' })
  expect(await entra.devicesWithId(LAPTOP.deviceId)).toMatchObject([
    { deviceId: LAPTOP.deviceId, intuneId: null, managed: true, compliant: true },
  ])
  expect(await entra.devicesWithId(LAPTOP.intuneId)).toEqual([])
})

test('with Intune alone, Entra’s devices are not asked', async () => {
  const intune = open({ deviceDirectory: 'intune' })
  for (const id of [LAPTOP.deviceId, LAPTOP.intuneId]) {
    expect(await intune.devicesWithId(id)).toMatchObject([
      { objectId: null, deviceId: LAPTOP.deviceId, intuneId: LAPTOP.intuneId, compliant: true },
    ])
  }
  expect(await intune.devicesOf(ALICE)).toHaveLength(2)
})

test('many devices of one person are all found', async () => {
  for (let index = 0; index < 23; index += 1) {
    await site.control('POST', 'devices', {
      ownerUpn: 'carol@contoso.example',
      displayName: `CAROL-${index}`,
      managed: true,
      intuneOwnerUpn: index % 2 === 0 ? 'carol@contoso.example' : 'erin@contoso.example',
    })
  }
  const devices = await directory.devicesOf('ca401003-92e6-4f0b-a3d7-58b1c6e4f203')
  expect(devices).toHaveLength(23)
  expect(devices.every((device) => device.intuneId !== null)).toBe(true)
})

test.each([
  ['down', 10],
  ['throttled', 10],
  ['denied', 10],
] as const)('Graph %s is directory_unavailable with a time to come back', async (graph, seconds) => {
  await site.control('POST', 'faults', { graph })
  for (const ask of [
    () => directory.user(ALICE),
    () => directory.devicesOf(ALICE),
    () => directory.devicesWithId(LAPTOP.deviceId),
  ]) {
    const error = (await ask().catch((caught: unknown) => caught)) as LatchkeyError
    expect(error).toMatchObject({
      code: 'directory_unavailable',
      message: 'The directory does not answer right now.',
      retryAfterSeconds: seconds,
    })
  }
})

test('a wrong secret is directory_unavailable, and its text is nowhere in the error', async () => {
  const error = await open({ clientSecret: 'very-secret' })
    .user(ALICE)
    .catch((caught: unknown) => caught as Error)
  expect(error).toMatchObject({ code: 'directory_unavailable' })
  expect(JSON.stringify([String(error), String((error as Error).cause)])).not.toContain(
    'very-secret',
  )
})

function open(options: Partial<GraphOptions> = {}): Directory {
  const { graphUrl, tokenUrl, graphClientId, apiClientId } = site.config
  return openGraph({
    graphUrl,
    tokenUrl,
    clientId: graphClientId,
    clientSecret: SANDBOX.graphClientSecret,
    apiClientId,
    ...options,
  })
}
