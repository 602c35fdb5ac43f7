import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Graph, graphOf } from '#sandbox/testing/graph.ts'
import { startTestSite, type TestSite } from '#sandbox/testing/site.ts'

/** Graph's replicas learn of changes at different times: some answers show an earlier state. */

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const LAPTOP = {
  objectId: '0b1ec701-2f64-4a8d-b5c9-e17d30a6f801',
  deviceId: 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601',
  intuneId: '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01',
}

let site: TestSite
let graph: Graph
beforeAll(async () => {
  site = await startTestSite()
  graph = await graphOf(site)
})
beforeEach(() => site.control('POST', 'reset'))
afterAll(() => site.close())

const lag = (replica: object | null) => site.control('POST', 'faults', { replica })
const enabled = async () =>
  (await graph.get(`v1.0/users/${ALICE}?$select=accountEnabled`)).body.accountEnabled
const disableAlice = () => site.control('PATCH', `users/${ALICE}`, { enabled: false })

test('a replica that stands still tells old values and does not know what is new', async () => {
  await lag({})
  await disableAlice()
  const made = await site.control('POST', 'devices', { ownerUpn: 'bob@contoso.example' })
  const { objectId } = (await made.json()) as { objectId: string }
  const fresh = () => graph.raw(`v1.0/devices/${objectId}`)
  expect([await enabled(), (await fresh()).status]).toEqual([true, 404])
  // A new object is neither in the recycle bin nor yet among the devices.
  expect((await graph.raw(`beta/directory/deletedItems/${objectId}`)).status).toBe(404)

  await site.control('POST', 'catch-up')
  expect([await enabled(), (await fresh()).status]).toEqual([false, 200])
})

test('after catching up it stands still again, until the fault is taken away', async () => {
  await lag({})
  await site.control('POST', 'catch-up')
  await disableAlice()
  expect(await enabled()).toBe(true)
  await lag(null)
  expect(await enabled()).toBe(false)
})

test('it catches up by itself after so many reads', async () => {
  await lag({ requests: 2 })
  await disableAlice()
  expect([await enabled(), await enabled(), await enabled()]).toEqual([true, true, false])
})

test('one read of so many can go to it: two answers contradict each other', async () => {
  await lag({ every: 2 })
  await disableAlice()
  expect([await enabled(), await enabled(), await enabled()]).toEqual([false, true, false])
})

test('Entra’s replica alone can be behind, and Intune’s alone', async () => {
  const intune = `v1.0/deviceManagement/managedDevices/${LAPTOP.intuneId}`
  const both = async () => [
    (await graph.get(`v1.0/devices/${LAPTOP.objectId}`)).body.isCompliant,
    (await graph.get(intune)).body.complianceState,
  ]
  await lag({ service: 'entra' })
  await site.control('PATCH', `devices/${LAPTOP.deviceId}`, { compliant: false })
  expect(await both()).toEqual([true, 'noncompliant'])
  await site.control('POST', 'reset')
  await lag({ service: 'intune' })
  await site.control('PATCH', `devices/${LAPTOP.deviceId}`, { compliant: false })
  expect(await both()).toEqual([false, 'compliant'])
})

test('a delta query that a late replica answers tells later what it left out', async () => {
  const { link } = await graph.delta('v1.0/users/delta?$select=id,accountEnabled')
  await lag({})
  await disableAlice()
  const late = await graph.delta(link)
  expect(late.value).toEqual([])
  await lag(null)
  expect((await graph.delta(late.link)).value).toEqual([{ id: ALICE, accountEnabled: false }])
})

test('a reader who knows more than the replica is told nothing twice, and loses nothing', async () => {
  const select = '?$select=id,accountEnabled'
  await lag({ every: 2 })
  await disableAlice()
  // The live state answers the first call, the lagging replica the second, the live state the third.
  const { value, link } = await graph.delta(`v1.0/users/delta${select}`)
  expect(value).toContainEqual({ id: ALICE, accountEnabled: false })
  const late = await graph.delta(link)
  expect(late.value).toEqual([])
  await site.control('PATCH', `users/${ALICE}`, { enabled: true })
  expect((await graph.delta(late.link)).value).toEqual([{ id: ALICE, accountEnabled: true }])
})

test('the state says what is wrong', async () => {
  await lag({ service: 'entra', every: 3, requests: 7 })
  expect(await (await site.control('GET', 'state')).json()).toMatchObject({
    faults: { graph: null, delta: null, replica: { service: 'entra', every: 3, requests: 7 } },
  })
})
