import type { Control } from '#sandbox/control/control.ts'
import {
  type AppObject,
  byAppId,
  listOf,
  type Registrations,
} from '#sandbox/registrations/registrations.ts'

/** How people sign in to applications that were registered through Graph. */

/** What oidc-provider is told of such an application; undefined when there is none. */
export function registeredClient(registrations: Registrations, clientId: string) {
  const application = signInApplication(registrations, clientId)
  const secret = secretOf(registrations, application)
  if (application === null || secret === undefined) return undefined
  return {
    client_id: clientId,
    client_name: String(application.displayName),
    client_secret: secret,
    redirect_uris: [...redirects(application.web), ...redirects(application.spa)],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_post',
    subject_type: 'pairwise',
    require_auth_time: true,
  }
}

/**
 * One registration has a web and a single-page address: who comes back to the latter proves itself by its
 * origin alone, which oidc-provider does not know of a client with a secret.
 */
export function admitSinglePage(
  registrations: Registrations,
  form: URLSearchParams,
  origin: string | undefined,
): void {
  const application = signInApplication(registrations, form.get('client_id') ?? '')
  const address = form.get('redirect_uri') ?? ''
  const isSinglePage =
    application !== null &&
    redirects(application.spa).includes(address) &&
    origin === new URL(address).origin
  const secret = secretOf(registrations, application)
  if (isSinglePage && !form.has('client_secret') && secret) form.set('client_secret', secret)
}

/** Whether the registration asks for this claim in id tokens; null when it is not among them. */
export function asksInIdToken(
  registrations: Registrations,
  clientId: unknown,
  name: string,
): boolean | null {
  const application = byAppId(registrations.applications.values(), clientId)
  if (application === null) return null
  const { idToken } = (application.optionalClaims ?? {}) as Record<string, unknown>
  return listOf(idToken).some((claim) => (claim as { name: unknown }).name === name)
}

export type Api = { readonly resource: string; readonly audience: string; readonly scope: string }

/** The APIs that tokens can be asked for: the sandbox's own first, then registered ones. */
export function apisOf({ config, tenant }: Control): readonly Api[] {
  const registered = [...tenant.registrations.applications.values()].flatMap((application) => {
    const { oauth2PermissionScopes } = application.api as Record<string, unknown>
    const values = listOf(oauth2PermissionScopes).map(
      (scope) => (scope as { value: unknown }).value,
    )
    return listOf(application.identifierUris).map((uri) => ({
      resource: String(uri),
      audience: String(application.appId),
      scope: scopesOf(String(uri), values.map(String)),
    }))
  })
  const resource = `api://${config.apiClientId}`
  return [
    {
      resource,
      audience: config.apiClientId,
      scope: scopesOf(resource, [config.LATCHKEY_API_SCOPE]),
    },
    ...registered,
  ]
}

/** Delegated scopes, and `.default`, Entra's name for everything that was consented to. */
export function scopesOf(resource: string, names: readonly string[]): string {
  return [...names, '.default'].map((name) => `${resource}/${name}`).join(' ')
}

/** Without its enterprise application nobody can sign in to a registration. */
function signInApplication(registrations: Registrations, clientId: string): AppObject | null {
  const principal = byAppId(registrations.servicePrincipals.values(), clientId)
  return principal && byAppId(registrations.applications.values(), clientId)
}

const secretOf = ({ secrets }: Registrations, application: AppObject | null) =>
  application === null ? undefined : secrets.get(application.id)?.at(-1)

const redirects = (platform: unknown): readonly string[] =>
  listOf((platform as { redirectUris?: unknown } | null)?.redirectUris).map(String)
