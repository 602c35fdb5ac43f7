import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Graph, graphOf } from '#sandbox/testing/graph.ts'
import { startTestSite, type TestSite } from '#sandbox/testing/site.ts'

/** Delta queries of people and devices, as Microsoft's documentation describes them. */

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const CAROL = 'ca401003-92e6-4f0b-a3d7-58b1c6e4f203'
const IPHONE = {
  objectId: '0b1ec703-e5c8-49d2-a714-8b3f6d0e9c03',
  deviceId: 'de71ce03-60fb-4e28-8a5d-d2c79e1b4f03',
}
const WORKSTATION = {
  objectId: '0b1ec702-7a31-4c5f-86e0-4d9b2f1c7a02',
  deviceId: 'de71ce02-1d4e-4a97-b8c3-5f60e2d7a902',
}
const USERS = 'v1.0/users/delta?$select=id,accountEnabled'
const DEVICES = 'v1.0/devices/delta?$select=id,deviceId,accountEnabled,isCompliant'

let site: TestSite
let graph: Graph
beforeAll(async () => {
  site = await startTestSite()
  graph = await graphOf(site)
})
beforeEach(() => site.control('POST', 'reset'))
afterAll(() => site.close())

const change = (path: string, patch: object) => site.control('PATCH', path, patch)
const disableAlice = () => change('users/alice@contoso.example', { enabled: false })
const twoAPage = () => change('settings', { deltaPageSize: 2 })

test('a delta query gives everything, then what changed, then nothing', async () => {
  const first = await graph.delta(USERS)
  expect(first.value).toHaveLength(5)
  await disableAlice()
  await site.control('DELETE', 'users/carol@contoso.example')
  const second = await graph.delta(first.link)
  expect(second.value).toEqual([
    { id: ALICE, accountEnabled: false },
    { id: CAROL, '@removed': { reason: 'changed' } },
  ])
  expect((await graph.delta(second.link)).value).toEqual([])
})

test('pages have the size that the service chooses; $top and maxpagesize have no effect', async () => {
  await twoAPage()
  const prefer = { prefer: 'odata.maxpagesize=999' }
  const answer = await graph.raw(`${USERS}&$top=5`, prefer)
  const body = (await answer.json()) as Record<string, unknown>
  expect(body.value).toHaveLength(2)
  expect(body).not.toHaveProperty('@odata.deltaLink')
  const whole = await graph.delta(`${USERS}&$top=1`)
  expect([whole.value.length, whole.pages]).toEqual([5, 3])
})

test('the id is always there, and what was selected travels inside the link', async () => {
  const { value, link } = await graph.delta('v1.0/users/delta?$select=accountEnabled')
  expect(value[0]).toEqual({ id: ALICE, accountEnabled: true })
  expect(link).not.toContain('select=')
  await disableAlice()
  expect((await graph.delta(link)).value).toEqual([{ id: ALICE, accountEnabled: false }])
})

test('what was never set is left out; what was set once is told, also when it is null', async () => {
  const first = await graph.delta(DEVICES)
  const phone = first.value.find(({ id }) => id === IPHONE.objectId)
  expect(phone).toEqual({ id: IPHONE.objectId, deviceId: IPHONE.deviceId, accountEnabled: true })
  const asked = `v1.0/devices/${IPHONE.objectId}?$select=id,isCompliant`
  expect((await graph.get(asked)).body.isCompliant).toBeNull()

  await change(`devices/${IPHONE.deviceId}`, { managed: true })
  const [enrolled] = (await graph.delta(first.link)).value
  expect(enrolled).toMatchObject({ id: IPHONE.objectId, isCompliant: false })

  const sids = await graph.delta('v1.0/users/delta?$select=id,onPremisesSecurityIdentifier')
  expect(sids.value[0]).toEqual({ id: ALICE })
  const path = 'users/alice@contoso.example'
  await change(path, { onPremisesSecurityIdentifier: 'S-1-5-21-1' })
  await change(path, { onPremisesSecurityIdentifier: null })
  expect((await graph.delta(sids.link)).value).toEqual([
    { id: ALICE, onPremisesSecurityIdentifier: null },
  ])
})

test('a change of what was not selected is not told, so a new owner never is', async () => {
  const users = await graph.delta(USERS)
  const devices = await graph.delta(DEVICES)
  await change('users/alice@contoso.example', { displayName: 'Alice Ambler' })
  await change(`devices/${WORKSTATION.deviceId}`, { ownerUpn: 'bob@contoso.example' })
  expect((await graph.delta(users.link)).value).toEqual([])
  expect((await graph.delta(devices.link)).value).toEqual([])
})

test('return=minimal gives what changed and nothing else', async () => {
  const { link } = await graph.delta('v1.0/users/delta?$select=id,accountEnabled,userType')
  await disableAlice()
  const answer = await graph.raw(link, { prefer: 'return=minimal' })
  const { value } = (await answer.json()) as { value: unknown }
  expect(value).toEqual([{ id: ALICE, accountEnabled: false }])
  expect((await graph.delta(link)).value).toEqual([
    { id: ALICE, accountEnabled: false, userType: 'Member' },
  ])
})

test('a change that changes nothing is none', async () => {
  const { link } = await graph.delta(USERS)
  await change('users/alice@contoso.example', { enabled: true })
  expect((await graph.delta(link)).value).toEqual([])
})

const removals = [
  ['?permanent=false', 'changed'],
  ['', 'changed'],
  ['?permanent=true', 'deleted'],
] as const

test.each(removals)('a device deleted with %j is removed: %s', async (query, reason) => {
  const { link } = await graph.delta(DEVICES)
  await site.control('DELETE', `devices/${WORKSTATION.deviceId}${query}`)
  expect((await graph.delta(link)).value).toEqual([
    { id: WORKSTATION.objectId, '@removed': { reason } },
  ])
})

test('deleted for good out of the recycle bin: first changed, then deleted', async () => {
  const first = await graph.delta(USERS)
  await site.control('DELETE', `users/${ALICE}`)
  const second = await graph.delta(first.link)
  expect(second.value).toEqual([{ id: ALICE, '@removed': { reason: 'changed' } }])
  await site.control('DELETE', `users/${ALICE}?permanent=true`)
  expect((await graph.delta(second.link)).value).toEqual([
    { id: ALICE, '@removed': { reason: 'deleted' } },
  ])
})

test('what is restored is told as it is', async () => {
  const { link } = await graph.delta(DEVICES)
  await site.control('DELETE', `devices/${WORKSTATION.deviceId}`)
  await site.control('POST', `devices/${WORKSTATION.deviceId}/restore`)
  expect((await graph.delta(link)).value).toEqual([
    {
      id: WORKSTATION.objectId,
      deviceId: WORKSTATION.deviceId,
      accountEnabled: true,
      isCompliant: false,
    },
  ])
})

test('a change in the middle of paging is not lost', async () => {
  await twoAPage()
  const { body } = await graph.get(USERS)
  await disableAlice()
  const rest = await graph.delta(String(body['@odata.nextLink']))
  expect(rest.value).toContainEqual({ id: ALICE, accountEnabled: false })
  expect(rest.value).toHaveLength(4)
})

test('who is deleted in the middle of a first reading is told as removed', async () => {
  await twoAPage()
  const { body } = await graph.get(USERS)
  expect(body.value).toContainEqual({ id: ALICE, accountEnabled: true })
  await site.control('DELETE', 'users/alice@contoso.example')
  const rest = await graph.delta(String(body['@odata.nextLink']))
  expect(rest.value).toContainEqual({ id: ALICE, '@removed': { reason: 'changed' } })
})

test('who was deleted before the first reading is not told, unless Graph chooses to', async () => {
  await site.control('DELETE', 'users/alice@contoso.example')
  expect((await graph.delta(USERS)).value).toHaveLength(4)
  await site.control('POST', 'faults', { delta: 'removed-first' })
  const { value } = await graph.delta(USERS)
  expect(value).toHaveLength(5)
  expect(value).toContainEqual({ id: ALICE, '@removed': { reason: 'changed' } })
})

test('Graph can tell changes again', async () => {
  const first = await graph.delta(USERS)
  await disableAlice()
  const second = await graph.delta(first.link)
  await site.control('POST', 'faults', { delta: 'replays' })
  expect((await graph.delta(second.link)).value).toEqual([{ id: ALICE, accountEnabled: false }])
})

test('Graph can send an empty page that leads to the next', async () => {
  await site.control('POST', 'faults', { delta: 'empty-pages' })
  const { body } = await graph.get(USERS)
  expect(body.value).toEqual([])
  expect(body).toHaveProperty('@odata.nextLink')
  const whole = await graph.delta(USERS)
  expect([whole.value.length, whole.pages]).toEqual([5, 2])
  await disableAlice()
  expect((await graph.delta(whole.link)).value).toEqual([{ id: ALICE, accountEnabled: false }])
})

test('Graph can be forgetful: a delta token is 410, a new reading works, paging goes on', async () => {
  await twoAPage()
  const { link } = await graph.delta(USERS)
  await site.control('POST', 'faults', { graph: 'forgetful' })
  expect((await graph.raw(link)).status).toBe(410)
  expect((await graph.delta(USERS)).value).toHaveLength(5)
})

test('what changes while Graph is empty is told when it is well again', async () => {
  const { link } = await graph.delta(USERS)
  await site.control('POST', 'faults', { graph: 'empty' })
  await disableAlice()
  const empty = await graph.delta(link)
  expect(empty.value).toEqual([])
  await site.control('POST', 'faults', { graph: null })
  expect((await graph.delta(empty.link)).value).toEqual([{ id: ALICE, accountEnabled: false }])
})

test.each([
  'another tenant’s',
  'a made up',
])('%s delta token is gone: 410 with the way to start again', async (whose) => {
  const { link } = await graph.delta(USERS)
  await site.control('POST', 'reset')
  const answer = await graph.raw(whose === 'a made up' ? 'v1.0/users/delta?$deltatoken=eA' : link)
  expect(answer.status).toBe(410)
  expect(answer.headers.get('location')).toBe(`${site.sandbox.url}/graph/v1.0/users/delta`)
  expect(await answer.json()).toMatchObject({ error: { code: 'syncStateNotFound' } })
})

test('a reader may begin at now', async () => {
  const { value, link } = await graph.delta(`${USERS}&$deltatoken=latest`)
  expect(value).toEqual([])
  await disableAlice()
  expect((await graph.delta(link)).value).toEqual([{ id: ALICE, accountEnabled: false }])
})
