import type { IncomingMessage, ServerResponse } from 'node:http'
import { decodeJwt } from 'jose'
import { z } from 'zod'
import type { Control } from '#sandbox/control/control.ts'
import { HttpError, readBody, sendHtml, sendJson } from '#sandbox/http.ts'
import { publishedAt } from './discovery.ts'
import { oidcConfiguration, SESSION_COOKIE } from './oidc-config.ts'
import { Provider } from './oidc-library.ts'
import { disabledPage, pickerPage, problemPage } from './picker.ts'
import { admitSinglePage, asksInIdToken } from './registered.ts'
import { answerClientCredentials } from './token-endpoint.ts'

/** Entra's sign-in for one tenant: discovery, keys, authorize, token and the account picker. */
export type Oidc = {
  /** Answers a request below `/{tenant id}`; gives false for an unknown path. */
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
    if (context.oidc?.route === 'token' && Account && isRecord(context.body)) {
      // MSAL reads the account from `client_info`, which only Entra sends.
      const info = JSON.stringify({ uid: Account.accountId, utid: control.config.tenantId })
      context.body.client_info = Buffer.from(info).toString('base64url')
      if (typeof context.body.id_token === 'string') {
        context.body.id_token = await entraIdToken(control, context.body.id_token)
      }
    }
    if (isRecord(context.body) && typeof context.body.user_code === 'string') {
      // Command-line tools show this sentence unchanged.
      context.body.message =
        `To sign in, use a web browser to open the page ${context.body.verification_uri} ` +
        `and enter the code ${context.body.user_code} to authenticate.`
    }
  })
  const callback = provider.callback()

  /** Passes the request on; oidc-provider computes its mount path from the difference of the two URLs. */
  function handOn(request: IncomingMessage, response: ServerResponse, address: URL): void {
    const path = `${address.pathname}${address.search}`
    Object.assign(request, { originalUrl: path, url: path.slice(mount.length) })
    callback(request, response)
  }

  return {
    answer: async (request, response) => {
      const address = new URL(request.url ?? '/', url)
      const path = address.pathname.slice(mount.length)
      const published = publishedAt(site, path, address.searchParams.get('appid'))
      if (published !== null) {
        return sendJson(response, 200, published, { 'access-control-allow-origin': '*' })
      }
      if (TOKEN_PATHS.has(path) && request.method === 'POST') {
        const form = new URLSearchParams(await readBody(request))
        if (form.get('grant_type') === 'client_credentials') {
          return await answerClientCredentials(control, url, request, response, form)
        }
        // Entra accepts the identity scopes on refresh; oidc-provider would refuse them without
        // offline_access.
        if (form.get('grant_type') === 'refresh_token') form.delete('scope')
        admitSinglePage(control.tenant.registrations, form, request.headers.origin)
        replay(request, form)
        return handOn(request, response, address)
      }
      if (path === '/oauth2/v2.0/authorize') {
        // Entra shows its account picker unless the application sends prompt=none, so silent sign-in stays
        // possible.
        if (address.searchParams.get('prompt') !== 'none') {
          address.searchParams.set('prompt', 'login')
          forgetSession(request)
        }
        askForContext(address.searchParams)
        return handOn(request, response, address)
      }
      // Back from the picker.
      if (path.startsWith('/oauth2/v2.0/authorize/')) forgetSession(request)
      if (path.startsWith('/login/')) return await pick(site, provider, request, response, address)
      handOn(request, response, address)
    },
  }
}

/** The account picker: GET shows it, POST signs in the chosen person. */
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
  let asked: string | undefined
  try {
    const { params } = await provider.interactionDetails(request, response)
    asked = typeof params.acrs === 'string' ? params.acrs : undefined
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
  const person = tenant.directory.people.get(form.get('oid') ?? '')
  if (!person) throw new HttpError(404, 'There is no such person in the sandbox.')
  if (!person.enabled) {
    // Status 200 as from Entra: it is a page for a person, not an error of the protocol.
    return sendHtml(response, 200, disabledPage(tenantName, person, address.pathname), forms)
  }
  await provider.interactionFinished(request, response, {
    login: { accountId: person.oid, ...(asked !== undefined && { acr: asked }) },
  })
}

/**
 * Whoever picks an account is signed in with it, whoever was before; oidc-provider would first ask the other
 * one to sign out.
 */
function forgetSession(request: IncomingMessage): void {
  const cookies = request.headers.cookie?.split(/; */) ?? []
  request.headers.cookie = cookies.filter((one) => !one.startsWith(SESSION_COOKIE)).join('; ')
}

/**
 * The claims challenge of an API (`{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`): the context
 * that it asks for becomes a parameter of its own, since oidc-provider refuses claims of access tokens.
 */
function askForContext(params: URLSearchParams): void {
  const given = params.get('claims')
  params.delete('claims')
  params.delete('acrs')
  const parsed = claimsRequestSchema.safeParse(given)
  if (parsed.success) params.set('acrs', parsed.data)
}

const claimsRequestSchema = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue('not JSON')
      return z.NEVER
    }
  })
  .pipe(z.object({ access_token: z.object({ acrs: z.object({ value: z.string() }) }) }))
  .transform(({ access_token }) => access_token.acrs.value)

/** Both token endpoints issue tokens to applications; people sign in by version 2 only. */
const TOKEN_PATHS = new Set(['/oauth2/v2.0/token', '/oauth2/token'])

/**
 * The id token as Entra writes it: `auth_time` is an optional claim, and `oid` and the names need the scope
 * `profile` (which oidc-provider checks for the names).
 */
async function entraIdToken({ tenant, tokens }: Control, token: string): Promise<string> {
  const { optionalClaims, idTokenClaims, idTokenHas } = tenant.settings
  const { auth_time, ...own } = decodeJwt(token)
  const claims = { ...own, ...idTokenHas }
  const wanted =
    asksInIdToken(tenant.registrations, own.aud, 'auth_time') ??
    [...optionalClaims, ...idTokenClaims].includes('auth_time')
  return await tokens.sign(wanted ? { ...claims, auth_time } : claims, 'tenant')
}

/** Puts a body that was already read back into the request, so that oidc-provider can read it. */
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
