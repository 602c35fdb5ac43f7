import { randomUUID } from 'node:crypto'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from 'jose'
import { type Claims, type ClaimsConfig, GRAPH_AUDIENCE, stsIssuer } from './claims.ts'

/**
 * The tenant's token service: one RSA key of the tenant and one of the API, new at each start. With a claims
 * mapping policy Entra signs an application's tokens with the latter, and publishes that key only for a
 * request that names the application (`?appid=`).
 */
export type TokenService = {
  /** Private keys for oidc-provider, which signs the tokens of people: the tenant's, then the API's. */
  readonly privateJwks: readonly JWK[]
  readonly keyIds: Readonly<Record<Signer, string>>
  readonly sign: (claims: Claims, signer: Signer) => Promise<string>
  /**
   * Gives the published keys; `appId` is the value of `?appid=`, `mapped` whether the API has a key of its
   * own.
   */
  readonly jwks: (appId: string | null, mapped: boolean) => { readonly keys: readonly JWK[] }
  /**
   * Gives the permissions of a Graph token, an application's own or a person's delegated ones; null for a
   * token that is invalid or has expired.
   */
  readonly graphRoles: (token: string) => Promise<readonly string[] | null>
  /** Whether the tenant signed this, as for a federated credential that trusts the tenant itself. */
  readonly verify: (token: string, audience: string) => Promise<Claims | null>
}

export type Signer = 'tenant' | 'api'

type Key = {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
  readonly privateJwk: JWK
  readonly publicJwk: JWK
}

export async function createTokenService(config: ClaimsConfig): Promise<TokenService> {
  const [tenant, api] = await Promise.all([createKey(), createKey()])
  const keys = { tenant, api }
  return {
    privateJwks: [tenant.privateJwk, api.privateJwk],
    keyIds: { tenant: tenant.kid, api: api.kid },
    sign: (claims, signer) => {
      const { kid, privateKey } = keys[signer]
      const header = { typ: 'JWT', alg: 'RS256', kid }
      return new SignJWT(claims).setProtectedHeader(header).sign(privateKey)
    },
    jwks: (appId, mapped) => {
      const own = mapped && appId?.toLowerCase() === config.apiClientId
      return { keys: own ? [api.publicJwk] : [tenant.publicJwk] }
    },
    graphRoles: async (token) => {
      const expected = { audience: GRAPH_AUDIENCE, issuer: stsIssuer(config) }
      try {
        const { payload } = await jwtVerify(token, tenant.publicKey, {
          algorithms: ['RS256'],
          ...expected,
        })
        const scopes = typeof payload.scp === 'string' ? payload.scp.split(' ') : []
        return [...(Array.isArray(payload.roles) ? payload.roles.map(String) : []), ...scopes]
      } catch {
        return null
      }
    },
    verify: async (token, audience) => {
      try {
        return (await jwtVerify(token, tenant.publicKey, { algorithms: ['RS256'], audience }))
          .payload
      } catch {
        return null
      }
    },
  }
}

/** Entra publishes keys with `use` and without `alg`. */
async function createKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', {
    modulusLength: 2048,
    extractable: true,
  })
  const kid = randomUUID().replaceAll('-', '')
  return {
    kid,
    privateKey,
    publicKey,
    privateJwk: { ...(await exportJWK(privateKey)), kid, use: 'sig', alg: 'RS256' },
    publicJwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', x5t: kid },
  }
}
