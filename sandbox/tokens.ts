import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from 'jose'
import { type Claims, type ClaimsConfig, GRAPH_AUDIENCE, stsIssuer } from './claims.ts'

/** The tenant's token service: one RSA key per start, and every token that is signed with it. */
export type TokenService = {
  /** For oidc-provider, which signs the id tokens and the tokens of people who sign in. */
  readonly privateJwk: JWK
  readonly jwks: { readonly keys: readonly JWK[] }
  readonly sign: (claims: Claims) => Promise<string>
  /** The roles of a Graph token; null when it is none, or not any more. */
  readonly graphRoles: (token: string) => Promise<readonly string[] | null>
}

export async function createTokenService(config: ClaimsConfig): Promise<TokenService> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', {
    modulusLength: 2048,
    extractable: true,
  })
  const kid = randomUUID().replaceAll('-', '')
  const use = { kid, use: 'sig', alg: 'RS256' }
  const publicJwk: JWK = { ...(await exportJWK(publicKey)), ...use }
  return {
    privateJwk: { ...(await exportJWK(privateKey)), ...use },
    jwks: { keys: [publicJwk] },
    sign: (claims) =>
      new SignJWT(claims).setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid }).sign(privateKey),
    graphRoles: async (token) => {
      const expected = { audience: GRAPH_AUDIENCE, issuer: stsIssuer(config) }
      try {
        const { payload } = await jwtVerify(token, publicKey, {
          algorithms: ['RS256'],
          ...expected,
        })
        return Array.isArray(payload.roles) ? payload.roles.map(String) : []
      } catch {
        return null
      }
    },
  }
}
