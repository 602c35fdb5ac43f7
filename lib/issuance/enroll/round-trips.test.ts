import { afterEach, expect, test } from 'vitest'
import { openGraph } from '#lib/directory/graph.ts'
import { closeGraphServers, serveGraph } from '#lib/directory/testing/graph-server.ts'
import { type GraphTenant, LAPTOP, tenantOf } from '#lib/directory/testing/graph-tenant.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { testAuthority } from '#lib/issuance/testing/test-authority.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { alice, requester } from '#lib/policy/testing/context.ts'
import { enroll } from './enroll.ts'

/** How often Graph is asked for one certificate, by the client that asks the real one. */

const { entra, intune } = LAPTOP
const ALICE = {
  id: alice.oid,
  userPrincipalName: alice.upn,
  displayName: alice.displayName,
  accountEnabled: true,
  userType: 'Member',
}
const WHOLE: GraphTenant = {
  users: [ALICE],
  devices: [{ ...entra, registeredOwners: [{ id: alice.oid }] }],
  managedDevices: [intune],
  primaryUsers: { [intune.id]: [alice.oid] },
}

const BOB = 'b0b00002-41c9-4e7a-8f15-6d2c9b7e3a02'
const NEW = '14704e02-5e9d-4b7c-8a12-c6f3d0e85b02'

let opened: Authority | null = null
afterEach(async () => {
  await opened?.ledger.close()
  await closeGraphServers()
})

/** A tenant that may become another one when the certificate is signed. */
async function open(after: GraphTenant = WHOLE) {
  let tenant = WHOLE
  let callsBefore = 0
  const served = await serveGraph((request, response, url) =>
    tenantOf(tenant)(request, response, url),
  )
  const { authority } = await testAuthority({
    directory: openGraph(served.options),
    failpoint: (name) => {
      if (name !== 'after-sign') return
      tenant = after
      callsBefore = served.calls.length
    },
  })
  opened = authority
  return { authority, calls: () => [callsBefore, served.calls.length - callsBefore] }
}

test.each([
  ['a person', { upn: alice.upn }, 1, 1],
  ['a device by its Entra id', { commonName: entra.deviceId }, 2, 1],
  ['a device by its Intune id', { commonName: intune.id }, 2, 1],
  ['a device by both', { commonName: entra.deviceId, uri: `IntuneDeviceId://${intune.id}` }, 1, 1],
  ['a device by its URI alone', { uri: `IntuneDeviceId://${intune.id}` }, 2, 1],
])('DIR-19: %s: few round trips before and after signing', async (_name, wish, first, second) => {
  const { authority, calls } = await open()
  await enroll(authority, requester, makeCsr(wish).der, 'api')
  expect(calls()).toEqual([first, second])
})

const GONE = { devices: [], managedDevices: [] }
const BOBS = { ...WHOLE, devices: [{ ...entra, registeredOwners: [{ id: BOB }] }] }

test.each<[string, GraphTenant]>([
  ['is gone', { ...WHOLE, ...GONE }],
  ['is another’s', { ...BOBS, primaryUsers: { [intune.id]: [BOB] } }],
  [
    'has a new record of Intune, which is another’s',
    { ...BOBS, managedDevices: [{ ...intune, id: NEW }], primaryUsers: { [NEW]: [BOB] } },
  ],
])('DIR-19: nothing is taken from the answer before: a device that then %s', async (_name, after) => {
  const { authority, calls } = await open(after)
  const csr = makeCsr({ commonName: entra.deviceId })
  await expect(enroll(authority, requester, csr.der, 'api')).rejects.toMatchObject({
    code: 'ownership_changed',
  })
  expect(calls()[0]).toBe(2)
})
