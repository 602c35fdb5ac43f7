import { createHash, randomBytes } from 'node:crypto'
import { type Config, readConfig, SANDBOX } from '#lib/config.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { type Sandbox, startSandbox } from '#sandbox/server.ts'

/** A test's own sandbox on a free port, with functions for control calls. */
export type TestSite = {
  readonly config: Config
  readonly sandbox: Sandbox
  readonly control: (method: string, path: string, body?: unknown) => Promise<Response>
  /** Gives an access token by POST /sandbox/token. */
  readonly mint: (body: unknown) => Promise<string>
  readonly graphToken: () => Promise<string>
  readonly close: () => Promise<void>
}

export async function startTestSite(): Promise<TestSite> {
  const config = readConfig({ SANDBOX_PORT: String(await freePort()) })
  const sandbox = await startSandbox(config)
  const control = (method: string, path: string, body?: unknown) =>
    fetch(`${sandbox.url}/sandbox/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return {
    config,
    sandbox,
    control,
    mint: async (body) => stringOf(await (await control('POST', 'token', body)).json()),
    graphToken: async () => {
      const body = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: SANDBOX.graphClientId,
        client_secret: SANDBOX.graphClientSecret,
        scope: 'https://graph.microsoft.com/.default',
      })
      return stringOf(await (await fetch(config.tokenUrl, { method: 'POST', body })).json())
    },
    close: sandbox.close,
  }
}

export type SignIn = {
  readonly verifier: string
  /** The query of the redirect address: `code`, or `error`. */
  readonly answer: URLSearchParams
  /** The page that was shown in place of a redirect to the application. */
  readonly page: Response | null
}

/** Makes the code flow as a browser does, from authorize to the portal's redirect address. */
export async function signIn(
  site: TestSite,
  pick: Record<string, string>,
  params: Record<string, string> = {},
  browser = createBrowser(),
): Promise<SignIn> {
  const { config, sandbox } = site
  const verifier = randomBytes(32).toString('base64url')
  const redirectUri = params.redirect_uri ?? `${config.portalUrl}/api/auth/callback/azure-ad`
  const query = new URLSearchParams({
    client_id: config.portalClientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: `openid profile email offline_access api://${config.apiClientId}/Cert.Enroll`,
    state: 'state-1',
    nonce: 'nonce-1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...params,
  })
  const authorize = `${sandbox.url}/${config.tenantId}/oauth2/v2.0/authorize?${query}`
  let response = await browser(authorize)
  let address = new URL(response.headers.get('location') ?? '', sandbox.url)
  response = await browser(address.href, {
    method: 'POST',
    body: new URLSearchParams(pick),
    headers: { origin: sandbox.url },
  })
  while (response.status === 303 || response.status === 302) {
    address = new URL(response.headers.get('location') ?? '', sandbox.url)
    if (address.href.startsWith(redirectUri)) {
      return { verifier, answer: address.searchParams, page: null }
    }
    response = await browser(address.href)
  }
  return { verifier, answer: new URLSearchParams(), page: response }
}

/** Exchanges the code of a sign-in for tokens, as the portal does. */
export async function redeem(site: TestSite, { verifier, answer }: SignIn): Promise<Tokens> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: site.config.portalClientId,
    client_secret: SANDBOX.portalClientSecret,
    code: answer.get('code') ?? '',
    redirect_uri: `${site.config.portalUrl}/api/auth/callback/azure-ad`,
    code_verifier: verifier,
  })
  return (await (await fetch(site.config.tokenUrl, { method: 'POST', body })).json()) as Tokens
}

export type Tokens = {
  readonly id_token: string
  readonly access_token: string
  readonly refresh_token: string
  readonly client_info: string
}

/** Makes a fetch that keeps cookies and stops at every redirect. */
export function createBrowser() {
  const cookies = new Map<string, string>()
  return async (url: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      const at = pair.indexOf('=')
      cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    return response
  }
}

function stringOf(body: unknown): string {
  return (body as { access_token: string }).access_token
}
