import { request } from 'node:http'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readConfig, SANDBOX } from '#lib/config.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { startSandbox } from '#sandbox/server.ts'
import { startTestSite, type TestSite } from '#sandbox/testing/site.ts'

const ALICE = 'alice@contoso.example'
const LAPTOP = 'de71ce01-8c2b-4f6a-9d35-71e0b4a9c601'
const IPHONE = 'de71ce03-60fb-4e28-8a5d-d2c79e1b4f03'

type State = {
  users: { upn: string; enabled: boolean; roles: string[] }[]
  devices: { deviceId: string; displayName: string; intuneId: string | null; ownerUpn: string }[]
}

let site: TestSite
beforeAll(async () => {
  site = await startTestSite()
})
beforeEach(async () => {
  await site.control('POST', 'reset')
})
afterAll(() => site.close())

test('the state shows the people and devices of the guide', async () => {
  const state = await readState()
  expect(state).toMatchObject({ tenantId: SANDBOX.tenantId, apiAudience: SANDBOX.apiClientId })
  expect(state.users.map(({ upn, enabled, roles }) => [upn, enabled, roles])).toEqual([
    [ALICE, true, ['CSR.SelfService']],
    ['bob@contoso.example', true, ['CSR.SelfService']],
    ['carol@contoso.example', true, []],
    ['dave@contoso.example', false, ['CSR.SelfService']],
    ['erin@contoso.example', true, ['Manage.All']],
  ])
  expect(state.devices.map((device) => device.displayName)).toEqual([
    'ALICE-LT-042',
    'alice-ws',
    'Alice’s iPhone',
    'bob-mbp',
    'BOB-PC-017',
  ])
})

test('a person can be changed and deleted, and a reset brings everyone back', async () => {
  const changed = await site.control('PATCH', `users/${ALICE}`, {
    enabled: false,
    roles: ['Manage.All'],
    risk: 'high',
    guest: true,
  })
  expect(await changed.json()).toMatchObject({
    upn: ALICE,
    enabled: false,
    roles: ['Manage.All'],
    risk: 'high',
    guest: true,
  })
  expect((await site.control('DELETE', `users/${ALICE}`)).status).toBe(204)
  const without = await readState()
  expect(without.users.map((user) => user.upn)).not.toContain(ALICE)
  expect(without.devices[0]?.ownerUpn).toBeNull()
  await site.control('POST', 'reset')
  expect((await readState()).users[0]).toMatchObject({ upn: ALICE, enabled: true })
})

test('enrolling a device makes a new Intune id, and un-enrolling takes it away', async () => {
  const first = await patchDevice(IPHONE, { managed: true, compliant: true })
  expect(first).toMatchObject({ managed: true, compliant: true, intuneOwnerUpn: ALICE })
  expect(await patchDevice(IPHONE, { managed: false })).toMatchObject({ intuneId: null })
  const second = await patchDevice(IPHONE, { managed: true })
  expect(second.intuneId).not.toBe(first.intuneId)
})

test('a device can be made, with ids of one’s choice', async () => {
  const intuneId = LAPTOP
  const made = await site.control('POST', 'devices', {
    intuneId,
    ownerUpn: 'bob@contoso.example',
    displayName: 'TWIN',
  })
  expect(made.status).toBe(201)
  expect(await made.json()).toMatchObject({ intuneId, managed: true, displayName: 'TWIN' })
})

test('a person can be made', async () => {
  const made = await site.control('POST', 'users', {
    upn: 'frank@contoso.example',
    roles: ['CSR.SelfService'],
  })
  expect(made.status).toBe(201)
  expect(decodeJwt(await site.mint({ user: 'frank@contoso.example' }))).toMatchObject({
    roles: ['CSR.SelfService'],
  })
})

test('a v2 token is made out to the client id, a v1 token to the identifier URI', async () => {
  expect(decodeJwt(await site.mint({ user: ALICE, version: 2 }))).toMatchObject({
    iss: site.config.issuerV2,
    aud: SANDBOX.apiClientId,
    ver: '2.0',
    preferred_username: ALICE,
    scp: 'Cert.Enroll',
  })
  expect(decodeJwt(await site.mint({ user: ALICE, version: 1 }))).toMatchObject({
    iss: `https://sts.windows.net/${SANDBOX.tenantId}/`,
    aud: `api://${SANDBOX.apiClientId}`,
    ver: '1.0',
    upn: ALICE,
    appid: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
  })
})

test('claims of the caller are laid over, and null takes one away', async () => {
  const claims = { roles: 'CSR.SelfService', oid: null, exp: 1 }
  const token = decodeJwt(await site.mint({ user: ALICE, claims }))
  expect(token).toMatchObject({ roles: 'CSR.SelfService', exp: 1 })
  expect(token).not.toHaveProperty('oid')
})

test('optional claims are in a token only where the API’s registration asks for them', async () => {
  const names = ['auth_time', 'acrs', 'xms_cc', 'idtyp']
  const claimsOf = async (who: object) => decodeJwt(await site.mint(who))
  for (const who of [{ user: ALICE }, { app: 'linux-fleet' }]) {
    const plain = await claimsOf(who)
    for (const name of names) expect(plain).not.toHaveProperty(name)
  }
  await site.control('PATCH', 'settings', { optionalClaims: names })
  expect(await claimsOf({ user: ALICE })).toMatchObject({
    acrs: ['c1'],
    auth_time: expect.any(Number),
    xms_cc: ['cp1'],
  })
  expect(await claimsOf({ user: ALICE })).not.toHaveProperty('idtyp')
  const app = await claimsOf({ app: 'linux-fleet' })
  expect(app).toMatchObject({ idtyp: 'app' })
  expect(app).not.toHaveProperty('auth_time')
  await site.control('POST', 'reset')
  expect(await claimsOf({ user: ALICE, claims: { auth_time: 1 } })).toMatchObject({ auth_time: 1 })
})

test('an application’s token has a role, no scope and no name', async () => {
  const token = decodeJwt(await site.mint({ app: 'linux-fleet' }))
  expect(token).toMatchObject({ roles: ['CSR.Request.Db'], sub: token.oid })
  expect(token).not.toHaveProperty('scp')
  expect(token).not.toHaveProperty('name')
})

const refusals = [
  ['an unknown person', 'PATCH', 'users/nobody@contoso.example', {}, 404, 'no such person'],
  ['an unknown device', 'DELETE', `devices/${ALICE}`, undefined, 404, 'no such device'],
  ['an unknown application', 'POST', 'token', { app: 'nope' }, 404, 'no such application'],
  ['an unknown call', 'GET', 'nope', undefined, 404, 'no call GET nope'],
  ['an unknown field', 'PATCH', `users/${ALICE}`, { enable: true }, 400, 'Unrecognized key'],
  ['a wrong type', 'PATCH', `devices/${LAPTOP}`, { compliant: 'no' }, 400, 'expected boolean'],
  ['a taken UPN', 'PATCH', `users/${ALICE}`, { upn: 'BOB@contoso.example' }, 409, 'Somebody else'],
  ['an unknown setting', 'PATCH', 'settings', { p2: true }, 400, 'Unrecognized key'],
  ['an unknown claim', 'PATCH', 'settings', { optionalClaims: ['scp'] }, 400, 'optionalClaims'],
  [
    'an unknown word of Intune',
    'PATCH',
    `devices/${LAPTOP}`,
    { complianceState: 'x' },
    400,
    'complianceState',
  ],
  [
    'restoring who was not deleted',
    'POST',
    `users/${ALICE}/restore`,
    undefined,
    404,
    'recycle bin',
  ],
  ['an unknown fault', 'POST', 'faults', { graph: 'gone' }, 400, 'graph'],
] as const

test.each(refusals)('refused: %s', async (_name, method, path, body, status, message) => {
  const answer = await site.control(method, path, body)
  expect(answer.status).toBe(status)
  expect((await answer.json()) as { error: string }).toHaveProperty(
    'error',
    expect.stringContaining(message),
  )
})

const strangers = [
  ['a Host that is not this machine', { host: 'sandbox.evil.example' }, 421],
  ['a Host that only begins so', { host: 'localhost.evil.example' }, 421],
  ['a page of another site', { origin: 'https://evil.example' }, 403],
  ['a page without an origin', { origin: 'null' }, 403],
  ['a form of another site', { 'sec-fetch-site': 'cross-site' }, 403],
] as const

test.each(strangers)('control calls are not for %s', async (_name, headers, status) => {
  expect(await rawStatus('POST', '/sandbox/reset', headers)).toBe(status)
})

test.each([
  'localhost',
  '127.0.0.1',
  '[::1]',
])('control calls may come by the name %s', async (host) => {
  const named = { host: `${host}:${site.config.SANDBOX_PORT}` }
  expect(await rawStatus('GET', '/sandbox/state', named)).toBe(200)
})

test('the page shows everyone, and its forms change them', async () => {
  const page = await (await fetch(`${site.sandbox.url}/`)).text()
  expect(page).toContain('alice-ws')
  expect(page).not.toContain('<script')
  const [alice] = (await readState()).users as unknown as { oid: string }[]
  const answer = await fetch(`${site.sandbox.url}/play/users/${alice?.oid}`, {
    method: 'POST',
    body: new URLSearchParams({ enabled: 'false' }),
    headers: { origin: site.sandbox.url },
    redirect: 'manual',
  })
  expect(answer.status).toBe(303)
  expect((await readState()).users[0]?.enabled).toBe(false)
})

test('a name cannot break out of the page', async () => {
  await site.control('PATCH', `users/${ALICE}`, { displayName: '<img src=x onerror="alert(1)">' })
  const page = await (await fetch(`${site.sandbox.url}/`)).text()
  expect(page).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;')
  expect(page).not.toContain('<img')
})

test('the sandbox does not start beside a real tenant', async () => {
  const config = readConfig({
    SANDBOX_PORT: String(await freePort()),
    LATCHKEY_TENANT_ID: SANDBOX.tenantId,
    LATCHKEY_TENANT_NAME: 'Real',
    LATCHKEY_API_CLIENT_ID: SANDBOX.apiClientId,
    LATCHKEY_PORTAL_CLIENT_ID: SANDBOX.portalClientId,
    LATCHKEY_GRAPH_CLIENT_ID: SANDBOX.graphClientId,
  })
  await expect(startSandbox(config)).rejects.toThrow(
    'The sandbox does not start beside a real tenant; unset LATCHKEY_TENANT_ID to use it.',
  )
})

test('a port in use is an error, not a second sandbox', async () => {
  await expect(startSandbox(site.config)).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

async function readState(): Promise<State> {
  return (await (await site.control('GET', 'state')).json()) as State
}

async function patchDevice(id: string, body: unknown) {
  const answer = await site.control('PATCH', `devices/${id}`, body)
  return (await answer.json()) as { intuneId: string | null }
}

/** By node:http, since fetch sets Host itself. */
function rawStatus(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const port = site.config.SANDBOX_PORT
    request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .once('error', reject)
      .end()
  })
}
