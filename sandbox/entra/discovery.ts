import type { Control } from '#sandbox/control/control.ts'
import { stsIssuer } from '#sandbox/tokens/claims.ts'

/**
 * What Entra publishes without authentication: the discovery documents of both token versions, and the
 * signing keys. The `?appid=` of a discovery document is passed on to the address of the keys in it.
 */
export type DiscoverySite = {
  readonly control: Control
  /** `http://localhost:4000` */
  readonly url: string
}

/** Gives the document at this path below `/{tenant id}`; null when there is none. */
export function publishedAt(
  { control, url }: DiscoverySite,
  path: string,
  appId: string | null,
): unknown {
  const tenant = `${url}/${control.config.tenantId}`
  const query = appId === null ? '' : `?${new URLSearchParams({ appid: appId })}`
  switch (path) {
    case '/v2.0/.well-known/openid-configuration':
      return {
        issuer: control.config.issuerV2,
        authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
        token_endpoint: `${tenant}/oauth2/v2.0/token`,
        device_authorization_endpoint: `${tenant}/oauth2/v2.0/devicecode`,
        userinfo_endpoint: `${tenant}/oidc/userinfo`,
        jwks_uri: `${tenant}/discovery/v2.0/keys${query}`,
        scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
        claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'name', 'oid'],
        ...COMMON,
      }
    case '/.well-known/openid-configuration':
      return {
        issuer: stsIssuer(control.config),
        // The sandbox has sign-in for version 2 only, and the version 1 document names the same page.
        authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
        token_endpoint: `${tenant}/oauth2/token`,
        jwks_uri: `${tenant}/discovery/keys${query}`,
        scopes_supported: ['openid'],
        claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'upn', 'oid'],
        ...COMMON,
      }
    case '/discovery/v2.0/keys':
    case '/discovery/keys':
      return control.tokens.jwks(appId, control.tenant.settings.claimsMapping)
    default:
      return null
  }
}

const COMMON = {
  response_types_supported: ['code'],
  response_modes_supported: ['query', 'fragment', 'form_post'],
  subject_types_supported: ['pairwise'],
  id_token_signing_alg_values_supported: ['RS256'],
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
}
