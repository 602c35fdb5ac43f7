import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Graph, graphOf } from '#sandbox/testing/graph.ts'
import { startTestSite, type TestSite } from '#sandbox/testing/site.ts'

/**
 * Deleted objects can be restored and permanently deleted ones cannot, and every list says which is which.
 */

const ALICE = { oid: 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01', upn: 'alice@contoso.example' }
const LAPTOP = {
  objectId: '0b1ec701-2f64-4a8d-b5c9-e17d30a6f801',
  deviceId: 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601',
  intuneId: '14704e01-5e9d-4b7c-8a12-c6f3d0e85b01',
}
const BIN = {
  users: 'v1.0/directory/deletedItems/microsoft.graph.user',
  devices: 'beta/directory/deletedItems/microsoft.graph.device',
  item: (version: string, id: string) => `${version}/directory/deletedItems/${id}`,
}
const ENTRA = `v1.0/devices/${LAPTOP.objectId}`
const INTUNE = `beta/deviceManagement/managedDevices/${LAPTOP.intuneId}`

let site: TestSite
let graph: Graph
beforeAll(async () => {
  site = await startTestSite()
  graph = await graphOf(site)
})
beforeEach(() => site.control('POST', 'reset'))
afterAll(() => site.close())

const statusOf = async (path: string) => (await graph.raw(path)).status

test('a deleted person is in the recycle bin, under a name that is out of use', async () => {
  await site.control('DELETE', `users/${ALICE.upn}`)
  expect(await statusOf(`v1.0/users/${ALICE.oid}`)).toBe(404)
  expect((await graph.get(BIN.users)).body.value).toEqual([
    expect.objectContaining({
      id: ALICE.oid,
      userPrincipalName: `a11ce0017d3f4b529c681f0e5a2b8c01${ALICE.upn}`,
      deletedDateTime: expect.stringMatching(/^20\d\d-/),
    }),
  ])
  expect((await graph.get(BIN.item('v1.0', ALICE.oid))).body).toMatchObject({
    '@odata.type': '#microsoft.graph.user',
    id: ALICE.oid,
  })
})

test('whoever is deleted owns nothing, and owns it again when restored', async () => {
  const owners = async () => (await graph.get(`${ENTRA}/registeredOwners`)).body.value
  await site.control('DELETE', `users/${ALICE.upn}`)
  expect(await owners()).toEqual([])
  const restored = await site.control('POST', `users/${ALICE.upn}/restore`)
  expect(await restored.json()).toMatchObject({ ...ALICE, enabled: true })
  expect(await owners()).toEqual([expect.objectContaining({ id: ALICE.oid })])
  expect((await graph.get(BIN.users)).body.value).toEqual([])
})

test('a person whose name somebody took meanwhile is not restored', async () => {
  await site.control('DELETE', `users/${ALICE.upn}`)
  await site.control('POST', 'users', { upn: ALICE.upn })
  const answer = await site.control('POST', `users/${ALICE.oid}/restore`)
  expect(answer.status).toBe(409)
  expect(await answer.json()).toEqual({ error: 'Somebody else has that UPN.' })
})

test('a deleted device is gone from Entra and Intune, and in the bin of the beta version', async () => {
  await site.control('DELETE', `devices/${LAPTOP.deviceId}`)
  expect([await statusOf(ENTRA), await statusOf(INTUNE)]).toEqual([404, 404])
  expect((await graph.get(BIN.devices)).body.value).toEqual([
    expect.objectContaining({ id: LAPTOP.objectId, deviceId: LAPTOP.deviceId }),
  ])
  expect(await statusOf(BIN.item('beta', LAPTOP.objectId))).toBe(200)
  expect(await statusOf(BIN.item('v1.0', LAPTOP.objectId))).toBe(404)
  expect(await statusOf(BIN.devices.replace('beta', 'v1.0'))).toBe(400)
})

test('a restored device is not compliant until it checks in', async () => {
  await site.control('DELETE', `devices/${LAPTOP.deviceId}`)
  const restored = await site.control('POST', `devices/${LAPTOP.deviceId}/restore`)
  expect(restored.status).toBe(200)
  const isCompliant = async () => (await graph.get(ENTRA)).body.isCompliant
  expect(await isCompliant()).toBe(false)
  expect((await graph.get(INTUNE)).body.complianceState).toBe('compliant')
  await site.control('PATCH', `devices/${LAPTOP.deviceId}`, { compliant: true })
  expect(await isCompliant()).toBe(true)
})

test('Intune may keep its record of a device that Entra has deleted', async () => {
  await site.control('DELETE', `devices/${LAPTOP.deviceId}?from=entra`)
  expect([await statusOf(ENTRA), await statusOf(INTUNE)]).toEqual([404, 200])
  expect((await graph.get(INTUNE)).body.azureADDeviceId).toBe(LAPTOP.deviceId)
  expect(await statusOf(BIN.item('beta', LAPTOP.objectId))).toBe(200)
  await site.control('POST', `devices/${LAPTOP.deviceId}/restore`)
  expect(await statusOf(ENTRA)).toBe(200)
})

test('Entra may keep a device that Intune has let go', async () => {
  await site.control('DELETE', `devices/${LAPTOP.deviceId}?from=intune`)
  expect([await statusOf(ENTRA), await statusOf(INTUNE)]).toEqual([200, 404])
})

test.each([
  ['user', `users/${ALICE.upn}`, BIN.users],
  ['device', `devices/${LAPTOP.deviceId}`, BIN.devices],
])('a %s that is deleted for good is in no bin, at once or out of it', async (_kind, path, bin) => {
  await site.control('DELETE', `${path}?permanent=true`)
  expect((await graph.get(bin)).body.value).toEqual([])
  const gone = await site.control('POST', `${path}/restore`)
  expect(gone.status).toBe(404)
  expect((await gone.json()) as object).toHaveProperty(
    'error',
    expect.stringContaining('in the recycle bin'),
  )
  await site.control('POST', 'reset')
  await site.control('DELETE', path)
  expect((await site.control('DELETE', `${path}?permanent=true`)).status).toBe(204)
  expect((await graph.get(bin)).body.value).toEqual([])
})

test('the id of a device in the bin stays taken', async () => {
  await site.control('DELETE', `devices/${LAPTOP.deviceId}`)
  const answer = await site.control('POST', 'devices', { deviceId: LAPTOP.deviceId })
  expect(answer.status).toBe(409)
  expect(await answer.json()).toEqual({ error: 'A device in the recycle bin has that deviceId.' })
})

test('a query that says nothing known is refused', async () => {
  const answer = await site.control('DELETE', `devices/${LAPTOP.deviceId}?forever=true`)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toHaveProperty('error', expect.stringContaining('query does not fit'))
})

test('the page shows the bin, and its forms restore and delete for good', async () => {
  await site.control('DELETE', `users/${ALICE.upn}`)
  const page = () => fetch(`${site.sandbox.url}/`).then((answer) => answer.text())
  expect(await page()).toContain('Restore<span class="unseen"> Alice Adler')
  await post(`users/${ALICE.oid}`, { restore: 'yes' })
  expect(await statusOf(`v1.0/users/${ALICE.oid}`)).toBe(200)
  await post(`devices/${LAPTOP.deviceId}`, { delete: 'permanent' })
  expect((await graph.get(BIN.devices)).body.value).toEqual([])
  expect(await page()).toContain('Nothing was deleted.')
})

test('the page hands a device over and sets its primary user', async () => {
  await post(`devices/${LAPTOP.deviceId}`, { intuneOwnerUpn: 'bob@contoso.example' })
  const page = await (await fetch(`${site.sandbox.url}/`)).text()
  expect(page).toContain('Belongs to Alice Adler; primary user Bob Brandt; enrolled by Alice Adler')
  await post(`devices/${LAPTOP.deviceId}`, { ownerUpn: '' })
  expect((await graph.get(`${ENTRA}/registeredOwners`)).body.value).toEqual([])
})

async function post(form: string, fields: Record<string, string>): Promise<void> {
  const answer = await fetch(`${site.sandbox.url}/play/${form}`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { origin: site.sandbox.url },
    redirect: 'manual',
  })
  expect(answer.status).toBe(303)
}
