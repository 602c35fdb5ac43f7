import { createHash, randomUUID } from 'node:crypto'
import type { OPTIONAL_CLAIMS, SandboxConfig } from '#sandbox/config.ts'
import type { Application, Person } from '#sandbox/people.ts'
import type { Settings } from '#sandbox/tenant/settings.ts'

/** The audience of Microsoft Graph's tokens. */
export const GRAPH_AUDIENCE = 'https://graph.microsoft.com'
export const TOKEN_SECONDS = 3600

export type TokenVersion = 1 | 2
export type Claims = Record<string, unknown>
export type ClaimsConfig = Pick<
  SandboxConfig,
  'tenantId' | 'issuerV2' | 'apiClientId' | 'LATCHKEY_API_SCOPE'
>

type OptionalClaim = (typeof OPTIONAL_CLAIMS)[number]

/** The sign-in for which a token is issued. */
export type Issue = {
  readonly version: TokenVersion
  /** The application that the person signed in to. */
  readonly clientId: string
  /** When the person signed in, in seconds. */
  readonly authTime: number
  /** Authentication contexts that the sign-in was asked for. */
  readonly contexts: readonly string[]
  /** The claims that the API's registration asks for. */
  readonly optionalClaims: Settings['optionalClaims']
}

/** Gives the claims of an access token for the API, as Entra writes them for a person. */
export function personClaims(config: ClaimsConfig, person: Person, issue: Issue): Claims {
  const { version, clientId, authTime, contexts } = issue
  const names =
    version === 1
      ? {
          acr: '1',
          amr: ['pwd', 'mfa'],
          appid: clientId,
          appidacr: '1',
          unique_name: person.upn,
          upn: person.upn,
        }
      : { azp: clientId, azpacr: '1', preferred_username: person.upn }
  return {
    ...audience(config, version),
    ...times(),
    ...names,
    ...only(issue, {
      // As if every client declared cp1.
      ...(contexts.length > 0 && { acrs: contexts }),
      auth_time: authTime,
      xms_cc: ['cp1'],
    }),
    name: person.displayName,
    oid: person.oid,
    // Without roles Entra leaves the claim out; it never sends an empty list.
    ...(person.roles.length > 0 ? { roles: person.roles } : {}),
    scp: config.LATCHKEY_API_SCOPE,
    sub: subjectFor(config, person.oid, clientId),
    tid: config.tenantId,
  }
}

/** Gives the claims of an id token by which a person confirms a request; `nonce` is theirs. */
export function idTokenClaims(
  config: ClaimsConfig,
  person: Person,
  issue: Pick<Issue, 'clientId' | 'authTime' | 'optionalClaims'> & { readonly nonce: string },
): Claims {
  return {
    ...times(),
    aud: issue.clientId,
    iss: config.issuerV2,
    ver: '2.0',
    ...only(issue, { auth_time: issue.authTime }),
    name: person.displayName,
    nonce: issue.nonce,
    oid: person.oid,
    preferred_username: person.upn,
    sub: subjectFor(config, person.oid, issue.clientId),
    tid: config.tenantId,
  }
}

/**
 * The same for an application: no `scp`, no name, and `sub` is its `oid`. `idtyp` is "app" only where the
 * API's registration asks for that claim.
 */
export function applicationClaims(
  config: ClaimsConfig,
  application: Application,
  issue: Pick<Issue, 'version' | 'optionalClaims'>,
): Claims {
  return {
    ...audience(config, issue.version),
    ...times(),
    ...(issue.version === 1
      ? { appid: application.appId, appidacr: '1', idp: stsIssuer(config) }
      : { azp: application.appId, azpacr: '1' }),
    ...only(issue, { idtyp: 'app' }),
    oid: application.oid,
    roles: application.roles,
    sub: application.oid,
    tid: config.tenantId,
  }
}

/** Gives the claims of an application's token for Graph, with the permissions that an administrator gave. */
export function graphClaims(
  config: ClaimsConfig,
  appId: string,
  roles: Settings['graphPermissions'],
): Claims {
  return {
    ...times(),
    aud: GRAPH_AUDIENCE,
    iss: stsIssuer(config),
    ver: '1.0',
    appid: appId,
    appidacr: '1',
    idp: stsIssuer(config),
    idtyp: 'app',
    oid: appId,
    roles,
    sub: appId,
    tid: config.tenantId,
  }
}

/** Delegated permissions that Azure CLI's own registration has for Graph, and the device code sign-in asks for. */
export const GRAPH_SCOPES = [
  'Application.ReadWrite.All',
  'AppRoleAssignment.ReadWrite.All',
  'DelegatedPermissionGrant.ReadWrite.All',
  'User.Read.All',
] as const

/**
 * Gives the claims of a person's token for Graph. Who administers nothing gets the scopes too, as from Entra;
 * what they allow is cut down to what the person may do, here to reading.
 */
export function graphPersonClaims(config: ClaimsConfig, person: Person, clientId: string): Claims {
  const scopes = person.roles.includes('Manage.All') ? GRAPH_SCOPES : ['User.Read']
  return {
    ...times(),
    aud: GRAPH_AUDIENCE,
    iss: stsIssuer(config),
    ver: '1.0',
    appid: clientId,
    idtyp: 'user',
    name: person.displayName,
    oid: person.oid,
    scp: scopes.join(' '),
    sub: subjectFor(config, person.oid, clientId),
    tid: config.tenantId,
    upn: person.upn,
  }
}

/** `sub` differs from client to client, so code that takes it for the person's id fails here. */
export function subjectFor(config: ClaimsConfig, oid: string, clientId: string): string {
  return createHash('sha256').update(`${config.tenantId}:${clientId}:${oid}`).digest('base64url')
}

/** `iss` of version 1 tokens in the worldwide cloud. */
export function stsIssuer(config: Pick<ClaimsConfig, 'tenantId'>): string {
  return `https://sts.windows.net/${config.tenantId}/`
}

function only(
  { optionalClaims }: Pick<Issue, 'optionalClaims'>,
  claims: Partial<Record<OptionalClaim, unknown>>,
): Claims {
  const wanted: readonly string[] = optionalClaims
  return Object.fromEntries(Object.entries(claims).filter(([name]) => wanted.includes(name)))
}

function times(): Claims {
  const now = Math.floor(Date.now() / 1000)
  return { iat: now, nbf: now, exp: now + TOKEN_SECONDS, uti: randomUUID() }
}

function audience(config: ClaimsConfig, version: TokenVersion): Claims {
  return version === 1
    ? { aud: `api://${config.apiClientId}`, iss: stsIssuer(config), ver: '1.0' }
    : { aud: config.apiClientId, iss: config.issuerV2, ver: '2.0' }
}
