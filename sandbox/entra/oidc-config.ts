import { randomBytes } from 'node:crypto'
import { TENANT } from '#sandbox/config.ts'
import type { Control } from '#sandbox/control/control.ts'
import { PAGE_HEADERS } from '#sandbox/http.ts'
import type { Person } from '#sandbox/people.ts'
import { registeredClaims } from '#sandbox/registrations/registered-tokens.ts'
import {
  type Claims,
  GRAPH_AUDIENCE,
  GRAPH_SCOPES,
  graphPersonClaims,
  type Issue,
  personClaims,
  subjectFor,
  TOKEN_SECONDS,
} from '#sandbox/tokens/claims.ts'
import { COMMAND_LINES, clients } from './clients.ts'
import { type AccessToken, type Context, interactionPolicy } from './oidc-library.ts'
import { createStore } from './oidc-store.ts'
import { devicePage, problemPage } from './picker.ts'
import { type Api, apisOf, registeredClient, scopesOf } from './registered.ts'
import { apiSigner } from './token-endpoint.ts'

/** Configures oidc-provider to behave as Entra ID v2 does. */

export const SESSION_COOKIE = 'sandbox.session'
const IDENTITY_SCOPES = 'openid profile email offline_access'

export type OidcOptions = {
  readonly control: Control
  readonly tenantName: string
  readonly portalUrl: string
  /** Path of the account picker, without the id of the sign-in. */
  readonly pickerPath: string
}

export function oidcConfiguration(options: OidcOptions): Record<string, unknown> {
  const { control, portalUrl, pickerPath } = options
  const { config, tokens } = control
  return {
    adapter: createStore((id) => registeredClient(control.tenant.registrations, id)),
    jwks: { keys: tokens.privateJwks },
    clients: clients(config.portalClientId, portalUrl),
    clientBasedCORS: (_context: Context, origin: string) => origin === new URL(portalUrl).origin,
    cookies: {
      // Cookies ignore ports, so the portal on localhost:3000 shares them.
      names: {
        session: SESSION_COOKIE,
        interaction: 'sandbox.interaction',
        resume: 'sandbox.resume',
      },
      keys: [randomBytes(32).toString('hex')],
    },
    // oidc-provider's device flow does not support pairwise subjects; no client reads the id token of a
    // device sign-in.
    subjectTypes: ['pairwise', 'public'],
    pairwiseIdentifier: (_context: Context, oid: string, client: { clientId: string }) =>
      subjectFor(config, oid, client.clientId),
    scopes: IDENTITY_SCOPES.split(' '),
    claims: {
      openid: ['sub', 'tid', 'ver', 'roles'],
      profile: ['name', 'oid', 'preferred_username'],
      email: ['email'],
      auth_time: null,
      iss: null,
      sid: null,
    },
    // Set from the `claims` parameter, which oidc-provider does not take for access tokens alone.
    extraParams: ['acrs'],
    // Entra puts the profile into the id token, unlike the standard's default.
    conformIdTokenClaims: false,
    findAccount: (_context: Context, oid: string) => {
      const person = control.tenant.directory.people.get(oid)
      if (!person?.enabled) return undefined
      return {
        accountId: oid,
        claims: () => idTokenClaims(control, person),
      }
    },
    loadExistingGrant: grantEverything(options),
    features: features(options),
    formats: { customizers: { jwt: entraAccessToken(control) } },
    // Entra requires PKCE of public clients and accepts it from others.
    pkce: {
      required: (_context: Context, client: { clientId: string }) => isPublic(client.clientId),
    },
    interactions: {
      policy: policy(),
      url: (_context: Context, { uid }: { uid: string }) => `${pickerPath}/${uid}`,
    },
    issueRefreshToken: () => true,
    rotateRefreshToken: false,
    renderError: (context: Context, out: { error: string; error_description?: string }) => {
      sendPage(
        context,
        problemPage(options.tenantName, 'Sign-in did not work', out.error_description ?? out.error),
      )
    },
    routes: {
      authorization: '/oauth2/v2.0/authorize',
      token: '/oauth2/v2.0/token',
      jwks: '/discovery/v2.0/keys',
      userinfo: '/oidc/userinfo',
      device_authorization: '/oauth2/v2.0/devicecode',
      code_verification: '/oauth2/deviceauth',
    },
    ttl: {
      AccessToken: TOKEN_SECONDS,
      AuthorizationCode: 300,
      DeviceCode: 900,
      Grant: 24 * 3600,
      IdToken: TOKEN_SECONDS,
      Interaction: 3600,
      RefreshToken: 24 * 3600,
      Session: 24 * 3600,
    },
  }
}

/** Grants all scopes, as if an administrator had consented for everyone. */
function grantEverything({ control }: OidcOptions) {
  return async (context: Context) => {
    const { provider, client, session } = context.oidc
    const grant = new provider.Grant({ clientId: client?.clientId, accountId: session?.accountId })
    grant.addOIDCScope(IDENTITY_SCOPES)
    for (const { resource, scope } of resources(control)) grant.addResourceScope(resource, scope)
    await grant.save()
    return grant
  }
}

const GRAPH: Api = {
  resource: GRAPH_AUDIENCE,
  audience: GRAPH_AUDIENCE,
  scope: scopesOf(GRAPH_AUDIENCE, GRAPH_SCOPES),
}

const resources = (control: Control): readonly Api[] => [...apisOf(control), GRAPH]

function features(options: OidcOptions) {
  const { control } = options
  const { tenant, tokens } = control
  return {
    devInteractions: { enabled: false },
    claimsParameter: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    resourceIndicators: {
      enabled: true,
      // In Entra the scope begins with the resource, and there is no `resource` parameter.
      defaultResource: (context: Context) =>
        resources(control).find(({ resource }) =>
          (context.oidc.params?.scope ?? '').includes(`${resource}/`),
        )?.resource,
      useGrantedResource: () => true,
      getResourceServerInfo: (_context: Context, indicator: string) => ({
        ...(resources(control).find(({ resource }) => resource === indicator) ?? GRAPH),
        accessTokenFormat: 'jwt',
        accessTokenTTL: TOKEN_SECONDS,
        jwt: { sign: { alg: 'RS256', kid: tokens.keyIds[apiSigner(tenant.settings)] } },
      }),
    },
    deviceFlow: {
      enabled: true,
      userCodeInputSource: (context: Context, form: string, _out: unknown, error?: Error) =>
        sendPage(
          context,
          devicePage(
            options.tenantName,
            'Enter code',
            error
              ? 'That code does not work. Check it and try again.'
              : 'Enter the code from the command line.',
            { html: `${labelled(form)}<p><button form="op.deviceInputForm">Next</button></p>` },
          ),
        ),
      userCodeConfirmSource: (
        context: Context,
        form: string,
        _client: unknown,
        _device: unknown,
        code: string,
      ) =>
        sendPage(
          context,
          devicePage(
            options.tenantName,
            'Are you signing in on the command line?',
            `Go on only if it shows the code ${code}.`,
            { html: `${form}<p><button form="op.deviceConfirmForm">Continue</button></p>` },
          ),
        ),
      successSource: (context: Context) =>
        sendPage(
          context,
          devicePage(
            options.tenantName,
            'You are signed in',
            'Go back to the command line. You can close this page.',
            null,
          ),
        ),
    },
  }
}

/**
 * Replaces oidc-provider's field, which has a placeholder and a script attribute, by one with a label and
 * without script.
 */
function labelled(form: string): string {
  return form
    .replace(/ onfocus="[^"]*"/, '')
    .replace(/ placeholder="[^"]*"/, ' aria-label="Code"')
    .replace('</input>', '')
}

/** A device sign-in always shows the account picker, even when somebody is signed in. */
function policy() {
  const { Check, base } = interactionPolicy
  const prompts = base()
  const check = new Check('pick_account', 'An account must be picked.', (context) =>
    context.oidc.route.startsWith('code_verification'),
  )
  prompts.get('login').checks.add(check)
  return prompts
}

function idTokenClaims({ config }: Control, person: Person) {
  const { oid, upn, displayName, roles } = person
  return {
    sub: oid,
    oid,
    tid: config.tenantId,
    ver: '2.0',
    name: displayName,
    preferred_username: upn,
    email: upn,
    ...(roles.length > 0 ? { roles } : {}),
  }
}

/** Replaces the whole payload by the one that Entra writes, without oidc-provider's own claims. */
function entraAccessToken(control: Control) {
  return (
    context: Context,
    token: AccessToken,
    jwt: { header: unknown; payload: Record<string, unknown> },
  ) => {
    const person = control.tenant.directory.people.get(token.accountId ?? '')
    if (!person) return
    const { AuthorizationCode, RefreshToken, DeviceCode } = context.oidc.entities
    const grant = AuthorizationCode ?? RefreshToken ?? DeviceCode
    const authTime = grant?.authTime ?? Math.floor(Date.now() / 1000)
    const { clientId } = token
    const { accessTokenVersion: version, optionalClaims } = control.tenant.settings
    const contexts = grant?.acr ? [grant.acr] : []
    const issue = { version, clientId, authTime, optionalClaims, contexts }
    jwt.header = { typ: 'JWT' }
    jwt.payload = claimsFor(control, person, { ...issue, audience: String(jwt.payload.aud) })
  }
}

function claimsFor(
  { config, tenant }: Control,
  person: Person,
  { audience, ...issue }: Issue & { readonly audience: string },
): Claims {
  if (audience === GRAPH_AUDIENCE) return graphPersonClaims(config, person, issue.clientId)
  if (audience === config.apiClientId) return personClaims(config, person, issue)
  const { registrations } = tenant
  const claims = registeredClaims(registrations, config, { ...issue, appId: audience }, person)
  if (claims === null) throw new Error('AADSTS65001: Nobody consented to use this application.')
  return claims
}

function isPublic(clientId: string): boolean {
  return clientId === TENANT.spaClientId || COMMAND_LINES.includes(clientId)
}

function sendPage(context: Context, text: string): void {
  context.set(PAGE_HEADERS)
  context.type = 'html'
  context.body = text
}
