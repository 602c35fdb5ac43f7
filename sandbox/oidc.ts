import type { IncomingMessage, ServerResponse } from 'node:http'
import { Provider } from 'oidc-provider'
import type { Control } from './control.ts'
import { HttpError, readBody, sendHtml, sendJson } from './http.ts'
import { oidcConfiguration } from './oidc-config.ts'
import { disabledPage, pickerPage, problemPage } from './picker.ts'
import { answerClientCredentials } from './token-endpoint.ts'

/** Entra's sign-in for one tenant: discovery, keys, authorize, token, and the account picker. */
export type Oidc = {
  /** Answers what is below `/{tenant id}`; false when it knows no such path. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

export type OidcSite = {
  readonly control: Control
  /** `http://localhost:4000` */
  readonly url: string
  readonly tenantName: string
  readonly portalUrl: string
}

export function createOidc(site: OidcSite): Oidc {
  const { control, url } = site
  const mount = `/${control.config.tenantId}`
  const pickerPath = `${mount}/login`
  const provider = new Provider(`${url}${mount}/v2.0`, oidcConfiguration({ ...site, pickerPath }))
  provider.use(async (context, next) => {
    await next()
    const { Account } = context.oidc?.entities ?? {}
    // MSAL takes the account from `client_info`, which only Entra sends.
    if (context.oidc?.route === 'token' && Account && isRecord(context.body)) {
      const info = JSON.stringify({ uid: Account.accountId, utid: control.config.tenantId })
      context.body.client_info = Buffer.from(info).toString('base64url')
    }
    if (isRecord(context.body) && typeof context.body.user_code === 'string') {
      // Command lines show this sentence as it stands.
      context.body.message =
        `To sign in, use a web browser to open the page ${context.body.verification_uri} ` +
        `and enter the code ${context.body.user_code} to authenticate.`
    }
  })
  const callback = provider.callback()

  /** Hands the request on; oidc-provider finds its mount path by comparing these two. */
  function handOn(request: IncomingMessage, response: ServerResponse, address: URL): void {
    const path = `${address.pathname}${address.search}`
    Object.assign(request, { originalUrl: path, url: path.slice(mount.length) })
    callback(request, response)
  }

  return {
    answer: async (request, response) => {
      const address = new URL(request.url ?? '/', url)
      const path = address.pathname.slice(mount.length)
      if (path === '/v2.0/.well-known/openid-configuration') {
        return sendJson(response, 200, discovery(site), { 'access-control-allow-origin': '*' })
      }
      if (path === '/oauth2/v2.0/token' && request.method === 'POST') {
        const form = new URLSearchParams(await readBody(request))
        if (form.get('grant_type') === 'client_credentials') {
          return await answerClientCredentials(control, url, request, response, form)
        }
        // Entra takes the identity scopes on refresh; oidc-provider would miss offline_access.
        if (form.get('grant_type') === 'refresh_token') form.delete('scope')
        replay(request, form)
        return handOn(request, response, address)
      }
      if (path === '/oauth2/v2.0/authorize') {
        // Entra's picker comes unless the application says none; silent sign-in stays possible.
        if (address.searchParams.get('prompt') !== 'none')
          address.searchParams.set('prompt', 'login')
        return handOn(request, response, address)
      }
      if (path.startsWith('/login/')) return await pick(site, provider, request, response, address)
      handOn(request, response, address)
    },
  }
}

/** The account picker: GET shows it, POST signs in whoever was picked. */
async function pick(
  site: OidcSite,
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  address: URL,
): Promise<void> {
  const { tenantName, portalUrl } = site
  const { tenant } = site.control
  const forms = [`'self'`, new URL(portalUrl).origin]
  try {
    await provider.interactionDetails(request, response)
  } catch {
    const detail = 'This sign-in is over. Go back to the application and start again.'
    return sendHtml(response, 400, problemPage(tenantName, 'Sign-in did not work', detail), forms)
  }
  if (request.method !== 'POST') {
    return sendHtml(response, 200, pickerPage(tenantName, tenant, address.pathname), forms)
  }
  if (request.headers.origin !== `http://${request.headers.host}`) {
    throw new HttpError(403, 'An account is picked on this page only.')
  }
  const form = new URLSearchParams(await readBody(request))
  if (form.has('cancel')) {
    const error_description = 'AADSTS65004: User declined to sign in.'
    return await provider.interactionFinished(request, response, {
      error: 'access_denied',
      error_description,
    })
  }
  const person = tenant.people.get(form.get('oid') ?? '')
  if (!person) throw new HttpError(404, 'There is no such person in the sandbox.')
  if (!person.enabled) {
    // 200 as Entra answers: it is a page for a person, not an error of the protocol.
    return sendHtml(response, 200, disabledPage(tenantName, person, address.pathname), forms)
  }
  await provider.interactionFinished(request, response, { login: { accountId: person.oid } })
}

/** What Entra's v2.0 discovery document says, for what is here. */
function discovery({ control, url }: OidcSite) {
  const tenant = `${url}/${control.config.tenantId}`
  return {
    issuer: control.config.issuerV2,
    authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
    token_endpoint: `${tenant}/oauth2/v2.0/token`,
    device_authorization_endpoint: `${tenant}/oauth2/v2.0/devicecode`,
    userinfo_endpoint: `${tenant}/oidc/userinfo`,
    jwks_uri: `${tenant}/discovery/v2.0/keys`,
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'name', 'oid'],
  }
}

/** Puts a body that was read back into the request, so that oidc-provider can read it as its own. */
function replay(request: IncomingMessage, form: URLSearchParams): void {
  const body = Buffer.from(form.toString())
  request.headers['content-length'] = String(body.length)
  Object.defineProperties(request, {
    readable: { value: true },
    iterator: {
      value: async function* () {
        yield body
      },
    },
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
