import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { SANDBOX } from '#lib/config.ts'
import {
  createBrowser,
  redeem,
  signIn,
  startTestSite,
  type TestSite,
} from '#sandbox/testing/site.ts'

const ALICE = 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01'
const CAROL = 'ca401003-92e6-4f0b-a3d7-58b1c6e4f203'
const DAVE = 'da7e0004-3b8d-4c61-b2f9-7e5a0d1c6b04'

let site: TestSite
beforeAll(async () => {
  site = await startTestSite()
})
beforeEach(async () => {
  await site.control('POST', 'reset')
})
afterAll(() => site.close())

test('discovery names what the configuration derives', async () => {
  const { config } = site
  const answer = await fetch(`${config.issuerV2}/.well-known/openid-configuration`)
  expect(await answer.json()).toMatchObject({
    issuer: config.issuerV2,
    jwks_uri: config.jwksUrl,
    token_endpoint: config.tokenUrl,
  })
})

test('version 1 has a discovery document of its own, with its own issuer', async () => {
  const { config, sandbox } = site
  const tenant = `${sandbox.url}/${config.tenantId}`
  expect(await getJson(`${tenant}/.well-known/openid-configuration`)).toMatchObject({
    issuer: `https://sts.windows.net/${config.tenantId}/`,
    jwks_uri: `${tenant}/discovery/keys`,
    token_endpoint: `${tenant}/oauth2/token`,
  })
  expect(await getJson(`${tenant}/discovery/keys`)).toEqual(await getJson(config.jwksUrl))
})

test('published keys say what they are for and, as Entra’s, not by which algorithm', async () => {
  const { keys } = (await getJson(site.config.jwksUrl)) as { keys: object[] }
  expect(keys).toEqual([
    {
      kty: 'RSA',
      use: 'sig',
      kid: expect.any(String),
      x5t: expect.any(String),
      n: expect.any(String),
      e: 'AQAB',
    },
  ])
})

test('with a claims mapping only ?appid= shows the key that signs the API’s tokens', async () => {
  const { config } = site
  await site.control('PATCH', 'settings', { claimsMapping: true })
  const signedIn = await redeem(site, await signIn(site, { oid: ALICE }))
  const document = await getJson(
    `${config.issuerV2}/.well-known/openid-configuration?appid=${config.apiClientId}`,
  )
  const { jwks_uri: own } = document as { jwks_uri: string }
  expect(own).toBe(`${config.jwksUrl}?appid=${config.apiClientId}`)
  for (const token of [
    await site.mint({ user: 'alice@contoso.example' }),
    signedIn.access_token,
    (await clientCredentials(site)).access_token,
  ]) {
    const usual = createRemoteJWKSet(new URL(config.jwksUrl))
    await expect(jwtVerify(token, usual)).rejects.toThrow('no applicable key found')
    await jwtVerify(token, createRemoteJWKSet(new URL(own)))
  }
})

test('whoever is picked comes back with a code, and with Entra’s claims in both tokens', async () => {
  const { config } = site
  const signedIn = await signIn(site, { oid: ALICE })
  expect(signedIn.answer.get('state')).toBe('state-1')
  const tokens = await redeem(site, signedIn)
  const keys = createRemoteJWKSet(new URL(config.jwksUrl))
  const expected = { issuer: config.issuerV2, algorithms: ['RS256'] }

  const id = await jwtVerify(tokens.id_token, keys, {
    ...expected,
    audience: config.portalClientId,
  })
  expect(id.payload).toMatchObject({
    oid: ALICE,
    tid: config.tenantId,
    name: 'Alice Adler',
    preferred_username: 'alice@contoso.example',
    roles: ['CSR.SelfService'],
    nonce: 'nonce-1',
  })
  expect(id.payload).not.toHaveProperty('auth_time')
  expect(id.payload.sub).not.toBe(ALICE)

  const access = await jwtVerify(tokens.access_token, keys, {
    ...expected,
    audience: config.apiClientId,
  })
  expect(access.payload).toMatchObject({
    oid: ALICE,
    tid: config.tenantId,
    ver: '2.0',
    scp: 'Cert.Enroll',
    roles: ['CSR.SelfService'],
    azp: config.portalClientId,
  })
  expect(access.payload).not.toHaveProperty('auth_time')
  expect(access.payload).not.toHaveProperty('client_id')
  expect(access.payload).not.toHaveProperty('scope')
  expect(decodeProtectedHeader(tokens.access_token).typ).toBe('JWT')
  expect(JSON.parse(Buffer.from(tokens.client_info, 'base64url').toString())).toEqual({
    uid: ALICE,
    utid: config.tenantId,
  })
})

test('the API’s registration may ask for auth_time, and then both tokens say it', async () => {
  await site.control('PATCH', 'settings', { optionalClaims: ['auth_time'] })
  const tokens = await redeem(site, await signIn(site, { oid: ALICE }))
  const now = Date.now() / 1000
  for (const token of [tokens.id_token, tokens.access_token]) {
    const { auth_time: authTime } = decodeJwt(token)
    expect(Math.abs(Number(authTime) - now)).toBeLessThan(60)
  }
})

test('on the sandbox’s page one says whether access tokens say when somebody signed in', async () => {
  const saysWhen = async (authTime: string) => {
    const body = new URLSearchParams({ authTime })
    const answer = await fetch(`${site.sandbox.url}/play/sign-in`, { method: 'POST', body })
    expect(answer.status).toBe(200)
    const tokens = await redeem(site, await signIn(site, { oid: ALICE }))
    return [tokens.access_token, tokens.id_token].map((token) => 'auth_time' in decodeJwt(token))
  }
  expect(await saysWhen('true')).toEqual([true, true])
  expect(await saysWhen('false')).toEqual([false, true])
})

test('a single-page application proves itself by PKCE alone, from its own origin', async () => {
  const { config } = site
  await site.control('PATCH', 'settings', {
    idTokenClaims: ['auth_time'],
    optionalClaims: ['acrs'],
  })
  const redirectUri = `${config.portalUrl}/step-up`
  const claims = JSON.stringify({ access_token: { acrs: { essential: true, value: 'c1' } } })
  const app = { client_id: config.spaClientId, redirect_uri: redirectUri, prompt: 'login', claims }
  const signedIn = await signIn(site, { oid: ALICE }, app)
  const exchange = (verifier: string) =>
    fetch(config.tokenUrl, {
      method: 'POST',
      headers: { origin: config.portalUrl },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: config.spaClientId,
        code: signedIn.answer.get('code') ?? '',
        redirect_uri: redirectUri,
        code_verifier: verifier,
      }),
    })
  const answer = await exchange(signedIn.verifier)
  expect(answer.headers.get('access-control-allow-origin')).toBe(config.portalUrl)
  const tokens = (await answer.json()) as { id_token: string; access_token: string }
  expect(decodeJwt(tokens.id_token)).toMatchObject({
    aud: config.spaClientId,
    nonce: 'nonce-1',
    oid: ALICE,
    auth_time: expect.any(Number),
  })
  expect(decodeJwt(tokens.access_token)).toMatchObject({ azp: config.spaClientId, acrs: ['c1'] })
  expect(decodeJwt(tokens.access_token)).not.toHaveProperty('auth_time')
})

test('another account than before may be picked in the same browser', async () => {
  const browser = createBrowser()
  for (const oid of [ALICE, CAROL, CAROL, ALICE]) {
    const tokens = await redeem(site, await signIn(site, { oid }, {}, browser))
    expect(decodeJwt(tokens.id_token)).toMatchObject({ oid })
  }
})

test('without the scope profile the id token has no oid, and the access token has', async () => {
  const scope = `openid api://${site.config.apiClientId}/Cert.Enroll`
  const tokens = await redeem(site, await signIn(site, { oid: ALICE }, { scope }))
  expect(decodeJwt(tokens.id_token)).not.toHaveProperty('oid')
  expect(decodeJwt(tokens.access_token)).toMatchObject({ oid: ALICE })
})

test('an API whose registration left the token version open gets version 1', async () => {
  await site.control('PATCH', 'settings', { accessTokenVersion: 1 })
  const tokens = await redeem(site, await signIn(site, { oid: ALICE }))
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    ver: '1.0',
    iss: `https://sts.windows.net/${site.config.tenantId}/`,
    aud: `api://${site.config.apiClientId}`,
    appid: site.config.portalClientId,
  })
})

test('who has no role has no roles claim', async () => {
  const tokens = await redeem(site, await signIn(site, { oid: CAROL }))
  expect(decodeJwt(tokens.access_token)).not.toHaveProperty('roles')
  expect(decodeJwt(tokens.id_token)).not.toHaveProperty('roles')
})

test('a refresh takes the identity scopes and gives the roles of now', async () => {
  const tokens = await redeem(site, await signIn(site, { oid: ALICE }))
  await site.control('PATCH', 'users/alice@contoso.example', { roles: ['Manage.All'] })
  const answer = await refresh(tokens.refresh_token)
  expect(answer.status).toBe(200)
  const { access_token: renewed } = (await answer.json()) as { access_token: string }
  expect(decodeJwt(renewed)).toMatchObject({ roles: ['Manage.All'], oid: ALICE })
})

test('a disabled account gets no token for its old refresh token', async () => {
  const tokens = await redeem(site, await signIn(site, { oid: ALICE }))
  await site.control('PATCH', 'users/alice@contoso.example', { enabled: false })
  const answer = await refresh(tokens.refresh_token)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ error: 'invalid_grant' })
})

test('a disabled account is told AADSTS50057 and is not signed in', async () => {
  const { page, answer } = await signIn(site, { oid: DAVE })
  expect(page?.status).toBe(200)
  expect(await page?.text()).toContain('AADSTS50057: The user account is disabled.')
  expect(answer.get('code')).toBeNull()
})

test('who cancels goes back to the application with access_denied', async () => {
  const { answer } = await signIn(site, { cancel: 'yes' })
  expect(answer.get('error')).toBe('access_denied')
  expect(answer.get('error_description')).toContain('AADSTS65004')
})

test('the picker shows everyone, needs no script and says that it is the sandbox', async () => {
  const browser = createBrowser()
  const first = await browser(authorizeUrl())
  const page = await browser(new URL(first.headers.get('location') ?? '', site.sandbox.url).href)
  const text = await page.text()
  expect(text).toContain('This is the sandbox.')
  expect(text).toContain('Self-service; three devices')
  expect(text).toContain('Self-service; no devices; account disabled')
  expect(text).not.toContain('<script')
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
})

test('an account cannot be picked by another site’s page', async () => {
  const browser = createBrowser()
  const first = await browser(authorizeUrl())
  const picker = new URL(first.headers.get('location') ?? '', site.sandbox.url).href
  const answer = await browser(picker, {
    method: 'POST',
    body: new URLSearchParams({ oid: ALICE }),
    headers: { origin: 'http://evil.example' },
  })
  expect(answer.status).toBe(403)
})

test('a redirect address that is not the portal’s is refused on our own page', async () => {
  const answer = await createBrowser()(
    authorizeUrl({ redirect_uri: 'https://evil.example/callback' }),
  )
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('Sign-in did not work')
})

test('without a session, prompt=none is answered with login_required', async () => {
  const answer = await createBrowser()(authorizeUrl({ prompt: 'none' }))
  const address = new URL(answer.headers.get('location') ?? '')
  expect(address.searchParams.get('error')).toBe('login_required')
})

test('the device code flow signs in on the command line', async () => {
  const { config, sandbox } = site
  const client = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
  const tenant = `${sandbox.url}/${config.tenantId}`
  const started = await fetch(`${tenant}/oauth2/v2.0/devicecode`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: client,
      scope: `api://${config.apiClientId}/.default openid`,
    }),
  })
  const device = (await started.json()) as Record<string, string>
  expect(device.message).toContain(device.user_code)
  const poll = () =>
    fetch(config.tokenUrl, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        client_id: client,
        device_code: device.device_code ?? '',
      }),
    })
  expect(await (await poll()).json()).toMatchObject({ error: 'authorization_pending' })

  const browser = createBrowser()
  const entry = await (await browser(device.verification_uri ?? '')).text()
  const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(entry) ?? []
  const form = (fields: Record<string, string>) => ({
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { origin: sandbox.url },
  })
  const code = device.user_code ?? ''
  const confirm = await browser(device.verification_uri ?? '', form({ xsrf, user_code: code }))
  expect(await confirm.text()).toContain(code)
  let answer = await browser(
    device.verification_uri ?? '',
    form({ xsrf, user_code: code, confirm: 'yes' }),
  )
  const picker = new URL(answer.headers.get('location') ?? '', sandbox.url).href
  answer = await browser(picker, form({ oid: ALICE }))
  const resume = new URL(answer.headers.get('location') ?? '', sandbox.url).href
  expect(await (await browser(resume)).text()).toContain('You are signed in')

  const tokens = (await (await poll()).json()) as { access_token: string }
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    aud: config.apiClientId,
    azp: client,
    oid: ALICE,
  })
})

const refused = [
  ['an unknown application', { client_id: ALICE }, 400, 'unauthorized_client', 700016],
  ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client', 7000215],
  [
    'a scope of another API',
    { scope: 'https://vault.azure.net/.default' },
    400,
    'invalid_scope',
    70011,
  ],
] as const

test.each(refused)('client credentials: %s', async (_name, change, status, error, code) => {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: SANDBOX.graphClientId,
    client_secret: SANDBOX.graphClientSecret,
    scope: 'https://graph.microsoft.com/.default',
    ...change,
  })
  const answer = await fetch(site.config.tokenUrl, { method: 'POST', body })
  expect(answer.status).toBe(status)
  expect(await answer.json()).toMatchObject({ error, error_codes: [code] })
})

test('the version 1 token endpoint takes the resource by name', async () => {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: SANDBOX.graphClientId,
    client_secret: SANDBOX.graphClientSecret,
    resource: 'https://graph.microsoft.com/',
  })
  const tenant = `${site.sandbox.url}/${site.config.tenantId}`
  const answer = await fetch(`${tenant}/oauth2/token`, { method: 'POST', body })
  expect(answer.status).toBe(200)
  const { access_token: token } = (await answer.json()) as { access_token: string }
  expect(decodeJwt(token)).toMatchObject({ aud: 'https://graph.microsoft.com', ver: '1.0' })
})

test('linux-fleet gets an application token with its own secret', async () => {
  const { access_token: token } = await clientCredentials(site)
  expect(decodeJwt(token)).toMatchObject({ roles: ['CSR.Request.Db'] })
  expect(decodeJwt(token)).not.toHaveProperty('scp')
})

async function getJson(url: string): Promise<unknown> {
  return (await fetch(url)).json()
}

async function clientCredentials({ config, control }: TestSite): Promise<{ access_token: string }> {
  const state = (await (await control('GET', 'state')).json()) as {
    applications: { appId: string }[]
  }
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: state.applications[0]?.appId ?? '',
    client_secret: 'sandbox-linux-fleet-secret',
    scope: `api://${config.apiClientId}/.default`,
  })
  return (await (await fetch(config.tokenUrl, { method: 'POST', body })).json()) as {
    access_token: string
  }
}

function refresh(token: string): Promise<Response> {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: site.config.portalClientId,
    client_secret: SANDBOX.portalClientSecret,
    refresh_token: token,
    scope: `openid profile offline_access api://${site.config.apiClientId}/Cert.Enroll`,
  })
  return fetch(site.config.tokenUrl, { method: 'POST', body })
}

function authorizeUrl(params: Record<string, string> = {}): string {
  const { config, sandbox } = site
  const query = new URLSearchParams({
    client_id: config.portalClientId,
    response_type: 'code',
    redirect_uri: `${config.portalUrl}/api/auth/callback/azure-ad`,
    scope: `openid profile api://${config.apiClientId}/Cert.Enroll`,
    state: 's',
    nonce: 'n',
    ...params,
  })
  return `${sandbox.url}/${config.tenantId}/oauth2/v2.0/authorize?${query}`
}
