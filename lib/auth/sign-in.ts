import { decodeJwt } from 'jose'
import type { AuthOptions } from 'next-auth'
import { encode } from 'next-auth/jwt'
import type { OAuthConfig } from 'next-auth/providers/oauth'
import { z } from 'zod'
import { signInLog } from './entra-error.ts'
import { type Portal, portal } from './portal.ts'
import { safePath } from './safe-path.ts'
import { signInCookies } from './session-cookie.ts'
import { openSessionToken } from './session-token.ts'

/**
 * Sign-in by one Entra tenant, named by its GUID in the configuration, so that it cannot be "common"; tokens
 * of any other tenant are refused. The portal stores a session in one encrypted cookie, which expires with
 * the access token in it.
 */
export function signInOptions(): AuthOptions {
  const { config, log, sessionSecrets } = portal()
  const secure = config.portalUrl.startsWith('https:')
  return {
    providers: [entra(portal())],
    secret: sessionSecrets[0] ?? '',
    session: { strategy: 'jwt', maxAge: SESSION_MAX_S },
    useSecureCookies: secure,
    cookies: signInCookies(secure),
    pages: { signIn: '/signin', signOut: '/signin', error: '/signin' },
    jwt: {
      decode: ({ token }) => openSessionToken(token, sessionSecrets),
      encode: (params) =>
        encode({ ...params, maxAge: Math.min(SESSION_MAX_S, secondsLeft(params.token)) }),
    },
    callbacks: {
      signIn: ({ profile }) => refusalOf(profile, config.tenantId),
      jwt: ({ token, account, profile }) =>
        account && profile ? sessionOf(profile, account) : token,
      // Our pages do not use this endpoint's answer; it is emptied so that no script can read the token in
      // it.
      session: ({ session }) => ({ expires: session.expires }),
      redirect: ({ url, baseUrl }) => `${baseUrl}${safePath(withoutBase(url, baseUrl))}`,
    },
    logger: signInLog(log),
  }
}

const SESSION_MAX_S = 8 * 3600

const profileSchema = z.object({
  tid: z.string(),
  oid: z.string(),
  name: z.string().nullish(),
  preferred_username: z.string().nullish(),
})

function entra({ config, clientSecret }: Portal): OAuthConfig<unknown> {
  return {
    id: 'azure-ad',
    name: 'Microsoft Entra ID',
    type: 'oauth',
    wellKnown: config.metadataV2Url,
    issuer: config.issuerV2,
    idToken: true,
    checks: ['pkce', 'state', 'nonce'],
    authorization: {
      params: {
        scope: `openid profile email ${config.apiUri}/${config.LATCHKEY_API_SCOPE}`,
      },
    },
    client: { token_endpoint_auth_method: 'client_secret_post' },
    clientId: config.portalClientId,
    clientSecret,
    // By object id. next-auth's own Entra provider would load a photo from Graph here.
    profile: (claims) => {
      const { oid } = profileSchema.parse(claims)
      return { id: oid }
    },
  }
}

/** Gives true to let a person in, else the page that says why not. */
function refusalOf(profile: unknown, tenantId: string): true | string {
  const parsed = profileSchema.safeParse(profile)
  if (!parsed.success) return '/signin?error=unreadable'
  return parsed.data.tid.toLowerCase() === tenantId ? true : '/signin?error=wrong_tenant'
}

const accountSchema = z.object({ access_token: z.string(), expires_at: z.number() })

function sessionOf(profile: unknown, account: unknown) {
  const { tid, oid, name, preferred_username } = profileSchema.parse(profile)
  const { access_token, expires_at } = accountSchema.parse(account)
  return {
    tid: tid.toLowerCase(),
    oid: oid.toLowerCase(),
    upn: preferred_username ?? null,
    name: name ?? preferred_username ?? null,
    roles: rolesOf(access_token),
    accessToken: access_token,
    accessTokenEndsAt: expires_at,
  }
}

/** Only for what the pages offer: the authority reads the roles from the token that it has verified. */
function rolesOf(accessToken: string): readonly string[] {
  const parsed = z.array(z.string()).safeParse(decodeJwt(accessToken).roles)
  return parsed.success ? parsed.data : []
}

function secondsLeft(token: unknown): number {
  const parsed = z.object({ accessTokenEndsAt: z.number() }).safeParse(token)
  return parsed.success ? Math.max(0, parsed.data.accessTokenEndsAt - Date.now() / 1000) : 0
}

function withoutBase(url: string, baseUrl: string): string {
  return url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length) : url
}
