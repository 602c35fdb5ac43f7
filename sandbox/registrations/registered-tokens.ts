import { createHash, X509Certificate } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, importX509, jwtVerify } from 'jose'
import type { Person } from '#sandbox/people.ts'
import {
  applicationClaims,
  type Claims,
  type ClaimsConfig,
  type Issue,
  personClaims,
} from '#sandbox/tokens/claims.ts'
import type { TokenService } from '#sandbox/tokens/tokens.ts'
import {
  type AppObject,
  apiNamed,
  byAppId,
  GRAPH_APP_ID,
  listOf,
  type Registrations,
  rolesOn,
} from './registrations.ts'

/** Tokens by registrations that were made through Graph: what these say is what the tokens are. */

/** Claims of a person's token for this API by this client; null where the API authorises it not. */
export function registeredClaims(
  registrations: Registrations,
  config: ClaimsConfig,
  issue: Pick<Issue, 'clientId' | 'authTime' | 'contexts'> & { readonly appId: string },
  person: Person,
): Claims | null {
  const { appId, clientId, authTime, contexts } = issue
  const api = byAppId(registrations.applications.values(), appId)
  if (!api || !byAppId(registrations.servicePrincipals.values(), appId)) return null
  if (!isAuthorized(registrations, api, clientId)) return null
  const { version, optionalClaims } = wishes(api)
  const roles = rolesOn(registrations, appId, person.oid)
  const own = { ...config, apiClientId: appId }
  return personClaims(
    own,
    { ...person, roles },
    {
      version,
      clientId,
      authTime,
      contexts,
      optionalClaims,
    },
  )
}

/** By the registration itself, or by a consent for everybody. */
function isAuthorized(registrations: Registrations, api: AppObject, clientId: string): boolean {
  const { preAuthorizedApplications } = api.api as Record<string, unknown>
  const authorized = listOf(preAuthorizedApplications).map((one) => (one as AppObject).appId)
  const { servicePrincipals, grants } = registrations
  const client = byAppId(servicePrincipals.values(), clientId)
  const resource = byAppId(servicePrincipals.values(), api.appId)
  const isConsented = [...grants.values()].some(
    (one) => one.clientId === client?.id && one.resourceId === resource?.id,
  )
  return authorized.includes(clientId) || isConsented
}

/** The Entra error in place of a token. */
export type TokenRefusal = {
  readonly status: number
  readonly error: string
  readonly text: string
}

/** What an application of these registrations gets for its credential; null when it is not among them. */
export async function registeredToken(
  registrations: Registrations,
  config: ClaimsConfig,
  { form, tokens, url }: { form: URLSearchParams; tokens: TokenService; url: string },
): Promise<Claims | TokenRefusal | null> {
  const appId = form.get('client_id') ?? ''
  const application = byAppId(registrations.applications.values(), appId)
  if (!application) return null
  const refused = await refusedCredential(registrations, application, { form, tokens, url, config })
  if (refused) return refused
  const principal = byAppId(registrations.servicePrincipals.values(), appId)
  if (!principal) {
    return no(
      400,
      'unauthorized_client',
      `AADSTS700016: Application with identifier '${appId}' was not found in the directory.`,
    )
  }
  const resource = (form.get('scope') ?? '').replace(/\/\.default$/, '').replace(/\/$/, '')
  const isGraph = resource === 'https://graph.microsoft.com' || resource === `${url}/graph`
  const api = isGraph ? null : apiNamed(registrations, resource)
  if (!isGraph && (!api || !byAppId(registrations.servicePrincipals.values(), api.appId))) {
    return no(
      400,
      'invalid_resource',
      `AADSTS500011: The resource principal named ${resource} was not found in the tenant.`,
    )
  }
  const roles = rolesOn(registrations, api?.appId ?? GRAPH_APP_ID, principal.id)
  const issue = api ? wishes(api) : { version: 1 as const, optionalClaims: ['idtyp'] as const }
  const own = { ...config, apiClientId: String(api?.appId ?? '') }
  const caller = {
    oid: principal.id,
    appId,
    name: String(application.displayName),
    secret: '',
    roles,
  }
  const { roles: _none, ...claims } = applicationClaims(own, caller, {
    ...issue,
    optionalClaims: [...issue.optionalClaims],
  })
  return {
    ...claims,
    ...(isGraph && { aud: 'https://graph.microsoft.com' }),
    // Without roles Entra leaves the claim out.
    ...(roles.length > 0 && { roles }),
  }
}

type Visit = {
  readonly form: URLSearchParams
  readonly tokens: TokenService
  readonly url: string
  readonly config: ClaimsConfig
}

async function refusedCredential(
  registrations: Registrations,
  application: AppObject,
  visit: Visit,
): Promise<TokenRefusal | null> {
  const { form } = visit
  const assertion = form.get('client_assertion')
  if (assertion === null) {
    const secrets = registrations.secrets.get(application.id) ?? []
    if (secrets.includes(form.get('client_secret') ?? '')) return null
    return no(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.')
  }
  const isOurs = isAssertedBySelf(assertion, application)
  return isOurs
    ? refusedCertificate(application, assertion, visit)
    : refusedFederation(registrations.federated.get(application.id) ?? [], assertion, visit)
}

function isAssertedBySelf(assertion: string, { appId }: AppObject): boolean {
  try {
    return decodeJwt(assertion).iss === appId
  } catch {
    return false
  }
}

/** RFC 7523 section 3, by a certificate of the registration, which `x5t#S256` names. */
async function refusedCertificate(
  { appId, keyCredentials }: AppObject,
  assertion: string,
  { url, config }: Visit,
): Promise<TokenRefusal | null> {
  const { 'x5t#S256': thumbprint, alg } = decodeProtectedHeader(assertion)
  const certificates = listOf(keyCredentials).map(
    (one) => new X509Certificate(Buffer.from(String((one as { key: unknown }).key), 'base64')),
  )
  const certificate = certificates.find(
    ({ raw }) => createHash('sha256').update(raw).digest('base64url') === thumbprint,
  )
  if (!certificate) {
    return no(
      401,
      'invalid_client',
      'AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application.',
    )
  }
  try {
    await jwtVerify(assertion, await importX509(certificate.toString(), String(alg)), {
      algorithms: ['PS256', 'RS256'],
      subject: String(appId),
      audience: `${url}/${config.tenantId}/oauth2/v2.0/token`,
    })
    return null
  } catch {
    return no(401, 'invalid_client', 'AADSTS700027: Client assertion failed signature validation.')
  }
}

/** Issuer, subject and audience are compared exactly; of issuers the sandbox can ask itself alone. */
async function refusedFederation(
  trusted: readonly AppObject[],
  assertion: string,
  { tokens }: Visit,
): Promise<TokenRefusal | null> {
  for (const { issuer, subject, audiences } of trusted) {
    const claims = await tokens.verify(assertion, String(listOf(audiences)[0]))
    if (claims?.iss === issuer && claims?.sub === subject) return null
  }
  return no(
    401,
    'invalid_client',
    'AADSTS700213: No matching federated identity record found for presented assertion.',
  )
}

function wishes(api: AppObject) {
  const { requestedAccessTokenVersion } = api.api as Record<string, unknown>
  const { accessToken } = (api.optionalClaims ?? {}) as Record<string, unknown>
  const names = listOf(accessToken).map((claim) => (claim as { name: unknown }).name)
  const known = ['auth_time', 'acrs', 'idtyp', 'xms_cc'] as const
  return {
    version: requestedAccessTokenVersion === 2 ? (2 as const) : (1 as const),
    optionalClaims: known.filter((name) => names.includes(name)),
  }
}

const no = (status: number, error: string, text: string): TokenRefusal => ({ status, error, text })
