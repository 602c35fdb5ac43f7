import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { SANDBOX } from '#lib/config.ts'
import { startTestSite, type TestSite } from '#sandbox/testing/site.ts'
import { type ChangeFeedOptions, openChangeFeed } from './change-feed.ts'
import type { ChangeFeed, SeenUser } from './directory.ts'

/** The change feed over HTTP against the sandbox's imitation of Graph. */

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const DAVE = 'da7e0004-3b8d-4c61-b2f9-7e5a0d1c6b04'
const NOBODY = '00000000-0000-4000-8000-000000000001'
const LAPTOP = {
  objectId: '0b1ec701-2f64-4a8d-b5c9-e17d30a6f801',
  deviceId: 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601',
  intuneId: '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01',
}

let site: TestSite
beforeAll(async () => {
  site = await startTestSite()
})
beforeEach(async () => {
  await site.control('POST', 'reset')
})
afterAll(() => site.close())

test('the first round of people is full, the next one holds what changed', async () => {
  const changeFeed = open()
  const first = await changeFeed.users(null)
  expect(first).toMatchObject({ isFull: true, isFirst: true, isLast: true, removed: [] })
  expect(first.items).toHaveLength(5)
  expect(first.items).toContainEqual({ oid: ALICE, enabled: true, upn: 'alice@contoso.example' })
  expect(first.items).toContainEqual({ oid: DAVE, enabled: false, upn: 'dave@contoso.example' })

  await site.control('PATCH', `users/${ALICE}`, { enabled: false })
  await site.control('DELETE', `users/${DAVE}`)
  const second = await changeFeed.users(first.cursor)
  expect(second).toMatchObject({
    isFull: false,
    items: [{ oid: ALICE, enabled: false }],
    removed: [{ objectId: DAVE, deletion: 'restorable' }],
  })
  expect(await changeFeed.users(second.cursor)).toMatchObject({ items: [], removed: [] })
})

test('an account that is disabled and enabled again between two rounds is told once', async () => {
  const changeFeed = open()
  const { cursor } = await changeFeed.users(null)
  await site.control('PATCH', `users/${ALICE}`, { enabled: false })
  await site.control('PATCH', `users/${ALICE}`, { enabled: true })
  expect((await changeFeed.users(cursor)).items).toMatchObject([{ oid: ALICE, enabled: true }])
})

test('somebody who is renamed is told under the new name', async () => {
  const changeFeed = open()
  const { cursor } = await changeFeed.users(null)
  await site.control('PATCH', `users/${ALICE}`, { upn: 'alice.adler@contoso.example' })
  expect((await changeFeed.users(cursor)).items).toMatchObject([
    { oid: ALICE, upn: 'alice.adler@contoso.example' },
  ])
})

test('Entra’s devices: everything, what changed, and what was deleted by its object id', async () => {
  const changeFeed = open()
  const first = await changeFeed.entraDevices(null)
  expect(first.isFull).toBe(true)
  expect(first.items).toContainEqual({
    deviceId: LAPTOP.deviceId,
    objectId: LAPTOP.objectId,
    enabled: true,
    compliant: true,
  })
  await site.control('PATCH', `devices/${LAPTOP.deviceId}`, { enabled: false, compliant: false })
  const second = await changeFeed.entraDevices(first.cursor)
  expect(second).toMatchObject({
    isFull: false,
    items: [{ objectId: LAPTOP.objectId, enabled: false, compliant: false }],
  })
  await site.control('DELETE', `devices/${LAPTOP.deviceId}`)
  expect(await changeFeed.entraDevices(second.cursor)).toMatchObject({
    items: [],
    removed: [{ objectId: LAPTOP.objectId }],
  })
})

test('a device that leaves Entra and stays in Intune is removed from Entra alone', async () => {
  const changeFeed = open()
  const { cursor } = await changeFeed.entraDevices(null)
  await site.control('PATCH', `devices/${LAPTOP.deviceId}`, { deviceId: null })
  expect((await changeFeed.entraDevices(cursor)).removed).toMatchObject([
    { objectId: LAPTOP.objectId },
  ])
  expect((await changeFeed.intuneDevices(null)).items).toContainEqual(
    expect.objectContaining({ intuneId: LAPTOP.intuneId }),
  )
})

test('Intune’s devices are read whole each time', async () => {
  const changeFeed = open()
  const round = await changeFeed.intuneDevices(null)
  expect(round).toMatchObject({ isFull: true, isLast: true, removed: [], cursor: null })
  expect(round.items).toHaveLength(4)
  expect(round.items).toContainEqual({
    intuneId: LAPTOP.intuneId,
    deviceId: LAPTOP.deviceId,
    compliant: true,
    retirement: null,
    enrolledAt: new Date('2026-02-03T08:14:09Z'),
    enrolledByOid: ALICE,
  })
})

test('more than a page: everyone is read, and changes come page by page too', async () => {
  const changeFeed = open()
  const { cursor } = await changeFeed.users(null)
  await Promise.all(
    Array.from({ length: 210 }, (_, index) =>
      site.control('POST', 'users', { upn: `person-${index}@contoso.example` }),
    ),
  )
  expect(await peopleOn(changeFeed, cursor)).toHaveLength(210)
  expect(await peopleOn(changeFeed, null)).toHaveLength(215)
})

test('DIR-10: a cursor that Graph has forgotten gives a full round, said so', async () => {
  const changeFeed = open()
  const [users, devices] = [await changeFeed.users(null), await changeFeed.entraDevices(null)]
  await site.control('POST', 'faults', { graph: 'forgetful' })
  await site.control('DELETE', `devices/${LAPTOP.deviceId}`)
  const again = await changeFeed.users(users.cursor)
  expect(again).toMatchObject({ isFull: true, isFirst: true, items: users.items })
  expect(again.cursor).not.toBeNull()
  const without = await changeFeed.entraDevices(devices.cursor)
  expect(without.isFull).toBe(true)
  expect(without.items).toHaveLength(devices.items.length - 1)
})

test('after a reset of the tenant a cursor of before gives a full round', async () => {
  const changeFeed = open()
  const { cursor } = await changeFeed.users(null)
  await site.control('POST', 'reset')
  expect((await changeFeed.users(cursor)).isFull).toBe(true)
})

test.each([
  'http://127.0.0.1:1/graph/v1.0/users/delta?$deltatoken=x',
  'https://graph.microsoft.com/v1.0/users/delta?$deltatoken=x',
  'not a link',
  '',
])('a cursor of another place, %j, counts as forgotten and is not followed', async (cursor) => {
  const round = await open().users(cursor)
  expect(round).toMatchObject({ isFull: true })
  expect(round.cursor).toContain(site.sandbox.url)
})

test('an empty list of people is an error, not "everyone was deleted"', async () => {
  await site.control('POST', 'faults', { graph: 'empty' })
  await expect(open().users(null)).rejects.toMatchObject({
    code: 'directory_unavailable',
    message: 'The directory does not answer right now.',
  })
})

test('DIR-04: an empty list of devices is told as it is; the circuit breaker decides', async () => {
  await site.control('POST', 'faults', { graph: 'empty' })
  expect(await open().entraDevices(null)).toMatchObject({ isFull: true, items: [] })
  expect(await open().intuneDevices(null)).toMatchObject({ isFull: true, items: [] })
})

const risks = [
  ['high', ['high'], true],
  ['medium', ['high'], false],
  ['medium', ['medium', 'high'], true],
  ['low', ['medium', 'high'], false],
  ['low', ['low'], true],
  ['none', ['low', 'medium', 'high'], false],
] as const

test.each(risks)('risk %s with %j configured: %s', async (risk, riskLevels, expected) => {
  await site.control('PATCH', `users/${ALICE}`, { risk })
  const feed = open({ riskLevels })
  // The token is there then: time that it takes would bring the second question of a second's limit too near.
  await feed.lookUp({ kind: 'user', id: ALICE }, null)
  expect(await feed.riskyUsers()).toEqual(new Set(expected ? [ALICE] : []))
})

test('where risk is not configured it is not asked', async () => {
  await site.control('POST', 'faults', { graph: 'denied' })
  expect(await open({ riskLevels: null }).riskyUsers()).toBeNull()
})

test('what an object is now is asked directly', async () => {
  const keys = [
    { kind: 'user', id: ALICE },
    { kind: 'entra_device', id: LAPTOP.deviceId },
    { kind: 'intune_device', id: LAPTOP.intuneId },
  ] as const
  const changeFeed = open()
  for (const key of keys) {
    expect(await changeFeed.lookUp(key, null)).toMatchObject({ present: true, kind: key.kind })
    expect(await changeFeed.lookUp({ ...key, id: NOBODY }, null)).toMatchObject({ present: false })
  }
  expect(await changeFeed.lookUp(keys[1], null)).toMatchObject({ ownerOids: [ALICE] })
  expect(await changeFeed.lookUp(keys[2], null)).toMatchObject({ primaryUserOids: [ALICE] })
  // Graph's object id names no device.
  expect(
    await changeFeed.lookUp({ kind: 'entra_device', id: LAPTOP.objectId }, null),
  ).toMatchObject({
    present: false,
  })
  await site.control('DELETE', `users/${ALICE}`)
  await site.control('DELETE', `devices/${LAPTOP.deviceId}`)
  expect(await changeFeed.lookUp(keys[0], null)).toEqual({ present: false, deletion: 'restorable' })
  expect(await changeFeed.lookUp(keys[1], null)).toEqual({ present: false, deletion: 'restorable' })
  expect(await changeFeed.lookUp(keys[2], null)).toEqual({ present: false, deletion: 'unknown' })
})

test('a directory that is not asked gives pages in which nothing changed', async () => {
  const nothing = {
    isFull: false,
    isFirst: true,
    isLast: true,
    items: [],
    removed: [],
    cursor: null,
  }
  const intune = open({ deviceDirectory: 'intune' })
  const entra = open({ deviceDirectory: 'entra' })
  expect(await intune.entraDevices(null)).toEqual(nothing)
  expect(await entra.intuneDevices(null)).toEqual(nothing)
  expect((await intune.intuneDevices(null)).items).toHaveLength(4)
  expect((await entra.entraDevices(null)).items).toHaveLength(5)
})

test.each([
  ['DIR-01', 'down'],
  ['DIR-02', 'throttled'],
  ['DIR-05', 'denied'],
] as const)('%s: Graph %s is an error for every round, at once', async (_name, graph) => {
  const changeFeed = open()
  const { cursor } = await changeFeed.users(null)
  await site.control('POST', 'faults', { graph })
  const started = performance.now()
  const rounds = [
    changeFeed.users(null),
    changeFeed.users(cursor),
    changeFeed.entraDevices(null),
    changeFeed.intuneDevices(null),
    changeFeed.riskyUsers(),
    changeFeed.lookUp({ kind: 'user', id: ALICE }, null),
  ]
  for (const outcome of await Promise.allSettled(rounds)) {
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: { code: 'directory_unavailable', retryAfterSeconds: expect.any(Number) },
    })
  }
  expect(performance.now() - started).toBeLessThan(5_000)
})

/** Everyone on the pages from this cursor to the last. */
async function peopleOn(
  changeFeed: ChangeFeed,
  cursor: string | null,
): Promise<readonly SeenUser[]> {
  const page = await changeFeed.users(cursor)
  return page.isLast ? page.items : [...page.items, ...(await peopleOn(changeFeed, page.cursor))]
}

function open(options: Partial<ChangeFeedOptions> = {}) {
  const { graphUrl, tokenUrl, graphClientId } = site.config
  return openChangeFeed({
    graphUrl,
    tokenUrl,
    clientId: graphClientId,
    clientSecret: SANDBOX.graphClientSecret,
    deviceDirectory: 'both',
    riskLevels: ['high'],
    ...options,
  })
}
