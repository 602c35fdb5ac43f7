import { connect } from 'node:net'
import type { APIRequestContext, APIResponse, Page } from '@playwright/test'
import { answerOfSignIn, expect, requestSignIn, signIn, signInByPages, test } from './fixtures.ts'
import { portalPort, portalPorts, portalUrl, sandboxUrl } from './stack.ts'

/** Requests that no page of the portal sends. Names are those of the security corpus. */

const PROTECTED = ['/', '/devices', '/certificates/00ff', '/enroll'] as const

const get = (request: APIRequestContext, path: string, headers: Record<string, string> = {}) =>
  request.get(path, { headers, maxRedirects: 0, failOnStatusCode: false })

/** Expects no page of a person: wherever the request is redirected, it ends at sign-in or with an error. */
async function expectNothing(response: APIResponse): Promise<void> {
  const text = await response.text()
  expect(text, response.url()).not.toMatch(/alice|Directory last read|Everything works/i)
  // A prefetch is a page's frame without its content, so there is no redirect.
  const isFrame = response.headers()['content-type'] === 'text/x-component'
  const ended = isFrame || response.url().includes('/signin') || text.includes('/signin')
  expect(ended || response.status() >= 400, response.url()).toBe(true)
}

const follow = (request: APIRequestContext, path: string, headers: Record<string, string> = {}) =>
  request.get(path, { headers, failOnStatusCode: false })

const SUBREQUEST = Array(5).fill('middleware').join(':')
for (const path of PROTECTED) {
  test(`WEB-01 ${path}: headers that Next uses inside open nothing`, async ({ request }) => {
    for (const headers of [
      { 'x-middleware-subrequest': SUBREQUEST },
      { 'x-middleware-subrequest': `src/${SUBREQUEST}` },
      { 'x-nextjs-data': '1' },
      { 'x-middleware-prefetch': '1' },
      { 'next-router-prefetch': '1', rsc: '1' },
      { 'x-latchkey-path': '/devices' },
      { authorization: 'Bearer x' },
    ]) {
      await expectNothing(await follow(request, path, headers))
    }
  })

  test(`WEB-02 ${path}: other spellings of a page open nothing`, async ({ request }) => {
    const base = path === '/' ? '/index' : path
    for (const other of [
      `${base}.rsc`,
      `${base}.segments/_tree.segment.rsc`,
      `${path}?_rsc=1x2y3`,
      `/_next/data/build${base}.json`,
      `/en${path}`,
      `${path}?nxtPserial=00ff`,
    ]) {
      await expectNothing(await follow(request, other))
    }
  })
}

test('WEB-04 a Flight payload that no page of ours sends runs nothing', async ({ request }) => {
  const response = await request.post('/', {
    headers: { 'next-action': '00'.repeat(21), origin: portalUrl },
    multipart: { '0': '{"then":"$1:__proto__:then","status":"resolved_model"}', '1': '"$@0"' },
    failOnStatusCode: false,
  })
  expect(response.status()).toBeGreaterThanOrEqual(400)
  expect(response.status()).toBeLessThan(500)
})

test('WEB-05 nonce and policy are ours, fresh, and 128 bits long', async ({ request }) => {
  const policies: string[] = []
  for (let time = 0; time < 2; time++) {
    const response = await get(request, '/signin', {
      'content-security-policy': `script-src 'nonce-"><script>'`,
      'x-nonce': 'chosen-by-the-client',
    })
    const policy = response.headers()['content-security-policy'] ?? ''
    const nonce = /script-src 'self' 'nonce-([A-Za-z0-9+/]{22}==)' 'strict-dynamic'/.exec(policy)
    expect(nonce).not.toBeNull()
    const html = await response.text()
    expect(html).not.toContain('chosen-by-the-client')
    expect(html).toContain(`nonce="${nonce?.[1]}"`)
    policies.push(policy)
  }
  expect(policies[0]).not.toBe(policies[1])
})

test('WEB-05 no page carries a style attribute of ours or a script without nonce', async ({
  page,
}) => {
  await signIn(page, 'alice')
  for (const path of ['/', '/devices', '/signin', '/nowhere']) {
    const text = await (await page.request.get(path)).text()
    // React hides a part that is streamed late by this attribute; proxy.ts allows its hash.
    const html = text.replaceAll('<svg aria-hidden="true" style="display:none"', '<svg')
    expect(html, path).not.toMatch(/<[^>]+\sstyle="/)
    for (const [tag] of html.matchAll(/<script[^>]*>/g)) expect(tag, path).toContain('nonce="')
  }
})

for (const [name, headers] of [
  ['Host', { host: 'evil.example' }],
  ['X-Forwarded-Host', { 'x-forwarded-host': 'evil.example' }],
  ['Forwarded', { forwarded: 'host=evil.example' }],
] as const) {
  test(`WEB-07 ${name} of another host is 421 and is not repeated`, async ({ request }) => {
    for (const path of ['/', '/signin', '/api/auth/csrf']) {
      const response = await get(request, path, headers)
      expect(response.status(), path).toBe(421)
      expect(await response.text()).not.toContain('evil')
      expect(JSON.stringify(response.headers())).not.toContain('evil')
    }
  })
}

const FOREIGN: readonly [string, Record<string, string>][] = [
  ['another origin', { origin: 'https://evil.example' }],
  ['a sandboxed frame', { origin: 'null' }],
  ['no origin', {}],
  ['cross-site', { origin: portalUrl, 'sec-fetch-site': 'cross-site' }],
]
for (const [name, headers] of FOREIGN) {
  test(`WEB-08 a change sent from ${name} is 403 csrf`, async ({ page }) => {
    await signIn(page, 'alice')
    for (const path of ['/', '/enroll', '/api/auth/signout', '/api/auth/signin/azure-ad']) {
      // By Node's own fetch, since Playwright adds headers.
      const cookies = await page.context().cookies()
      const response = await fetch(`${portalUrl}${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          cookie: cookies.map(({ name: key, value }) => `${key}=${value}`).join('; '),
          'content-type': 'text/plain',
          'next-action': '00'.repeat(21),
          ...headers,
        },
        body: '[]',
      })
      expect(response.status, path).toBe(403)
      expect(await response.json()).toMatchObject({ code: 'csrf' })
    }
    await page.reload()
    await expect(page.getByRole('button', { name: /Account of/ })).toBeVisible()
  })
}

for (const next of [
  '//evil.example',
  'https:evil.example',
  'https://evil.example/',
  '/\\evil.example',
  'javascript:alert(1)',
  '/%09/evil.example',
]) {
  test(`WEB-10 after sign-in, ${next} leads nowhere else`, async ({ page }) => {
    await page.goto(`/signin?next=${encodeURIComponent(next)}`)
    await page.getByRole('button', { name: /^Continue with/ }).click()
    await page.getByRole('button', { name: 'alice@contoso.example' }).click()
    await expect(page.getByRole('button', { name: /Account of/ })).toBeVisible()
    expect(new URL(page.url()).origin).toBe(portalUrl)
  })
}

test('WEB-11 a callback without the state of this browser gives no session', async ({ page }) => {
  const paths = [
    '/api/auth/callback/azure-ad?code=x&state=y',
    '/api/auth/callback/azure-ad?code=x',
    '/api/auth/callback/azure-ad?error=%3Cscript%3Ealert(1)%3C/script%3E&state=y',
  ]
  for (const path of paths) {
    await page.goto(path)
    await expect(page).toHaveURL(/\/signin\?.*error=/)
    await expect(page.getByRole('heading', { name: 'The sign-in did not finish.' })).toBeVisible()
    expect(await page.content()).not.toContain('<script>alert')
  }
  await page.goto('/')
  await expect(page).toHaveURL(/\/signin/)
})

test('WEB-11 an error whose name is a line of its own is not answered', async ({ request }) => {
  const line = '%0d%0aSet-Cookie:%20a=b'
  for (const path of [`?error=${line}`, `?error=Callback&error=${line}`, `/${line}`]) {
    expect((await get(request, `/api/auth/error${path}`)).status(), path).toBe(404)
  }
  expect((await get(request, '/api/auth/error?error=Callback')).status()).toBe(302)
})

test('WEB-11 an answer of Microsoft cannot be used twice', async ({ page }) => {
  const answers: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/api/auth/callback/')) answers.push(request.url())
  })
  await signInByPages(page, 'alice')
  await page.context().clearCookies()
  await page.goto(answers[0] ?? '')
  await expect(page).toHaveURL(/\/signin\?.*error=/)
})

test('WEB-11 an answer of another sign-in, or for somebody else, gives no session', async ({
  page,
  control,
}) => {
  const other = '99999999-2222-4333-8444-555555555555'
  const { tenantId } = await control.state()
  for (const [what, claims, error] of [
    ['another tenant', { tid: other }, 'wrong_tenant'],
    [
      'the issuer of another tenant',
      { iss: `${sandboxUrl}/${other}/v2.0`, tid: other },
      'OAuthCallback',
    ],
    ['another nonce', { nonce: 'of-another-sign-in' }, 'OAuthCallback'],
    ['another application', { aud: other }, 'OAuthCallback'],
    ['a sign-in of yesterday', { exp: 1 }, 'OAuthCallback'],
  ] as const) {
    await control.changeSettings({ idTokenHas: claims })
    await expectNobody(page, await requestSignIn(page, 'alice'), error, what)
  }
  await control.changeSettings({ idTokenHas: { tid: tenantId } })
  expect((await requestSignIn(page, 'alice')).url()).toBe(`${portalUrl}/icon.svg`)
})

test('WEB-11 a code of another browser, or used before, gives no session', async ({
  page,
  browser,
}) => {
  const context = await browser.newContext()
  const theirs = await answerOfSignIn(context.request, 'bob')
  const own = await answerOfSignIn(page.request, 'alice')
  expect((await page.request.get(own.href)).url()).toBe(`${portalUrl}/icon.svg`)
  for (const { searchParams } of [theirs, own]) {
    await page.context().clearCookies()
    const mine = await answerOfSignIn(page.request, 'alice')
    mine.searchParams.set('code', searchParams.get('code') ?? '')
    await expectNobody(page, await page.request.get(mine.href), 'OAuthCallback', mine.search)
  }
  await context.close()
})

async function expectNobody(page: Page, answer: APIResponse, error: string, what: string) {
  const { pathname, searchParams } = new URL(answer.url())
  expect([pathname, searchParams.get('error')], what).toEqual(['/signin', error])
  const cookies = await page.context().cookies()
  expect(cookies.map(({ name }) => name)).not.toContain('latchkey.session')
}

test('WEB-11 a page cannot overrule what the portal asks Microsoft for', async ({ page }) => {
  const asked: URL[] = []
  page.on('request', (request) => {
    if (request.url().includes('/authorize')) asked.push(new URL(request.url()))
  })
  await page.goto('/signin')
  await page.locator('form').evaluate((form: HTMLFormElement) => {
    form.action += '?scope=everything&redirect_uri=https://evil.example&prompt=none'
  })
  await page.getByRole('button', { name: /^Continue with/ }).click()
  await page.getByRole('button', { name: 'alice@contoso.example' }).click()
  await expect(page.getByRole('button', { name: /Account of/ })).toBeVisible()
  const query = asked[0]?.searchParams
  expect(query?.get('scope')).toMatch(/^openid profile email api:\/\//)
  expect(query?.get('redirect_uri')).toBe(`${portalUrl}/api/auth/callback/azure-ad`)
  expect(query?.get('prompt')).toBeNull()
  expect(query?.get('code_challenge_method')).toBe('S256')
  for (const name of ['state', 'nonce', 'code_challenge']) {
    expect(query?.get(name)?.length, name).toBeGreaterThanOrEqual(43)
  }
})

test('WEB-13 pages are never kept, and the token never reaches the browser', async ({ page }) => {
  await signIn(page, 'alice')
  for (const path of ['/', '/devices', '/signin']) {
    const response = await page.request.get(path)
    expect(response.headers()['cache-control'], path).toBe('private, no-store')
    expect(await response.text(), path).not.toMatch(/eyJ[\w-]{20,}\./)
  }
  const session = (await page.context().cookies()).find(({ name }) => name === 'latchkey.session')
  expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' })
  expect((await page.request.get('/api/auth/session')).status()).toBe(404)
})

test('WEB-14 reading changes nothing, and other origins may not read', async ({ page }) => {
  await signIn(page, 'alice')
  for (const path of ['/', '/api/auth/csrf']) {
    const preflight = await page.request.fetch(path, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      failOnStatusCode: false,
    })
    expect(preflight.headers()['access-control-allow-origin']).toBeUndefined()
  }
  await page.request.get('/api/auth/signout')
  await page.request.head('/api/auth/signout')
  await page.reload()
  await expect(page.getByRole('button', { name: /Account of/ })).toBeVisible()
})

test('WEB-15 a body in chunks is cut off where one that says its length is refused', async () => {
  const first = await fetch(`${portalUrl}/api/auth/csrf`)
  const { csrfToken } = (await first.json()) as { csrfToken: string }
  const cookie = first.headers.getSetCookie().map((one) => one.split(';', 1)[0])
  const signInWith = async (padding: string) => {
    const type = 'application/x-www-form-urlencoded'
    const sent = {
      method: 'POST',
      redirect: 'manual',
      duplex: 'half',
      headers: { origin: portalUrl, cookie: cookie.join('; '), 'content-type': type },
      body: new Blob([String(new URLSearchParams({ padding, csrfToken }))]).stream(),
    } as const
    const response = await fetch(`${portalUrl}/api/auth/signin/azure-ad`, sent)
    return new URL(response.headers.get('location') ?? '').origin
  }
  expect(await signInWith('x')).toBe(sandboxUrl)
  // The token comes after the end.
  expect(await signInWith('x'.repeat(100_000))).toBe(portalUrl)
})

test('WEB-16 what is not a page of ours is not there', async ({ request }) => {
  for (const path of [
    '/_next/image?url=%2Ficons%2Fkey.svg&w=64&q=75',
    '/styleguide',
    '/_next/image?url=http%3A%2F%2F169.254.169.254%2F&w=64&q=75',
    '/_next/mcp',
    '/.env',
    '/.git/config',
    '/api/debug',
    '/api/auth/providers',
    '/next.config.js',
    '/package.json',
  ]) {
    expect((await get(request, path)).status(), path).toBeGreaterThanOrEqual(400)
  }
})

test('WEB-16 scripts come without their sources', async ({ request }) => {
  const html = await (await get(request, '/signin')).text()
  const scripts = [...html.matchAll(/src="(\/_next\/static\/[^"]+\.js)"/g)].map(([, src]) => src)
  expect(scripts.length).toBeGreaterThan(0)
  for (const src of scripts) expect((await get(request, `${src}.map`)).status()).toBe(404)
})

test('every answer has the name of its request, and nobody else’s words', async ({ request }) => {
  const id = '0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9'
  const nameOf = async (headers: Record<string, string>) =>
    (await request.get('/signin', { headers })).headers()['x-request-id']
  expect(await nameOf({ 'x-request-id': id })).toBe(id)
  const made = await Promise.all([nameOf({}), nameOf({ 'x-request-id': 'alice was here' })])
  for (const name of made) expect(name).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
})

test('WEB-17 every kind of answer carries the headers', async ({ request }) => {
  const html = await (await get(request, '/signin')).text()
  const script = /src="(\/_next\/static\/[^"]+\.js)"/.exec(html)?.[1] ?? ''
  for (const path of ['/signin', '/', '/nowhere', '/api/auth/csrf', script, '/icons/key.svg']) {
    const headers = (await get(request, path)).headers()
    expect(headers['content-security-policy'], path).toContain("frame-ancestors 'none'")
    expect(headers, path).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers['permissions-policy'], path).toContain('camera=()')
    expect(headers['x-powered-by'], path).toBeUndefined()
  }
  expect((await get(request, script)).headers()['cache-control']).toContain('immutable')
})

/** Gives what a portal itself, not a proxy, sends on a new connection until it closes it. */
function sendRaw(
  line: string,
  headers = 'Connection: close',
  port = portalPorts()[0] ?? portalPort,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect({ port, host: 'localhost' })
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()))
    socket.write(`${line} HTTP/1.1\r\nHost: localhost:${portalPort}\r\n${headers}\r\n\r\n`)
  })
}

test('a session that began at one portal is good at each of them', async ({ page }) => {
  await signIn(page, 'alice')
  const cookies = await page.context().cookies(portalUrl)
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  for (const port of portalPorts()) {
    const answer = await sendRaw('GET /', `Cookie: ${cookie}\r\nConnection: close`, port)
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(answer).toContain('Account of Alice')
  }
})

for (const [line, status] of [
  ['GET /certificates/%E0%A4%A', 404],
  ['HEAD /certificates/%E0%A4%A', 404],
  ['GET /api/auth/%E0%A4%A', 404],
  ['TRACE /', 405],
  ['OPTIONS *', 400],
  ['CONNECT 169.254.169.254:80', 405],
  ['GET http://169.254.169.254/', 421],
  ['GET http://PORTAL/signin', 200],
  ['GET //evil.example/', 308],
] as const) {
  test(`WEB-03 ${line}: ${status}`, async () => {
    const answer = await sendRaw(line.replace('http://PORTAL', portalUrl))
    expect(answer.slice(0, 13)).toBe(`HTTP/1.1 ${status} `)
    // At most a redirect to another spelling of the same page.
    expect(answer).not.toMatch(/\r\nlocation: (?!\/evil\.example\/\r\n)/i)
  })
}

for (const path of ['/', '/signin', '/_next/hmr', '/nothing', 'http://169.254.169.254/']) {
  test(`WEB-03 an upgrade of ${path} is answered, and its connection ends`, async () => {
    const answer = await sendRaw(
      `GET ${path}`,
      'Connection: upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Version: 13',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 [2-4]\d\d /)
    expect(answer).toMatch(/\r\nconnection: close\r\n/i)
  })
}

test('what others than readers ask for is there, and says no more than it has to', async ({
  request,
}) => {
  const robots = await get(request, '/robots.txt')
  expect(await robots.text()).toBe('User-agent: *\nDisallow: /\n')
  const manifest = await get(request, '/manifest.webmanifest')
  expect(manifest.headers()['content-type']).toBe('application/manifest+json')
  const { name, icons } = await manifest.json()
  expect(name).toBe('Latchkey')
  for (const path of ['/favicon.ico', ...icons.map(({ src }: { src: string }) => src)]) {
    const icon = await get(request, path)
    expect(icon.status(), path).toBe(200)
    expect(icon.headers()['content-type'], path).toMatch(/^image\//)
  }
  // Nobody is named for them here.
  for (const path of ['/.well-known/security.txt', '/brand/logo']) {
    expect((await get(request, path)).status(), path).toBe(404)
  }
})
