import { createHash, randomUUID } from 'node:crypto'
import type { Config } from '#lib/config.ts'
import type { Application, Person } from './people.ts'

/** Microsoft Graph's own name, which stands in `aud` of its tokens. */
export const GRAPH_AUDIENCE = 'https://graph.microsoft.com'
export const TOKEN_SECONDS = 3600

export type TokenVersion = 1 | 2
export type Claims = Record<string, unknown>
export type ClaimsConfig = Pick<
  Config,
  'tenantId' | 'issuerV2' | 'apiClientId' | 'LATCHKEY_API_SCOPE'
>

/** Claims of an access token for the API, as Entra writes them for a person. `authTime` is in seconds. */
export function personClaims(
  config: ClaimsConfig,
  person: Person,
  version: TokenVersion,
  clientId: string,
  authTime: number,
): Claims {
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
    auth_time: authTime,
    name: person.displayName,
    oid: person.oid,
    // Entra leaves the claim out when there is no role; it never sends an empty list.
    ...(person.roles.length > 0 ? { roles: person.roles } : {}),
    scp: config.LATCHKEY_API_SCOPE,
    sub: subjectFor(config, person.oid, clientId),
    tid: config.tenantId,
  }
}

/** The same for an application: no `scp`, no name, and `idtyp` says app. */
export function applicationClaims(
  config: ClaimsConfig,
  application: Application,
  version: TokenVersion,
): Claims {
  return {
    ...audience(config, version),
    ...times(),
    ...(version === 1
      ? { appid: application.appId, appidacr: '1', idp: stsIssuer(config) }
      : { azp: application.appId, azpacr: '1' }),
    idtyp: 'app',
    oid: application.oid,
    roles: application.roles,
    sub: application.oid,
    tid: config.tenantId,
  }
}

/** Claims of an application's token for Graph, with the read permissions that an administrator consented to. */
export function graphClaims(config: ClaimsConfig, appId: string): Claims {
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
    roles: [
      'Device.Read.All',
      'DeviceManagementManagedDevices.Read.All',
      'IdentityRiskyUser.Read.All',
      'User.Read.All',
    ],
    sub: appId,
    tid: config.tenantId,
  }
}

/** `sub` differs from client to client: whoever takes it for the person is found out here. */
export function subjectFor(config: ClaimsConfig, oid: string, clientId: string): string {
  return createHash('sha256').update(`${config.tenantId}:${clientId}:${oid}`).digest('base64url')
}

export function stsIssuer(config: ClaimsConfig): string {
  return `https://sts.windows.net/${config.tenantId}/`
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
