import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { getToken } from 'next-auth/jwt'
import { cache } from 'react'
import { z } from 'zod'
import { REQUEST_ID_HEADER } from '#lib/api/request-id.ts'
import type { Requester } from '#lib/model.ts'
import { portal } from './portal.ts'
import { safePath } from './safe-path.ts'
import { sessionCookie } from './session-cookie.ts'
import { openSessionToken } from './session-token.ts'

export type Session = {
  readonly requester: Requester
  readonly upn: string | null
  /** The requester's own access token for the authority. It never goes to the browser. */
  readonly accessToken: string
  readonly endsAt: Date
  /** The name of the request, which proxy.ts gives to each. */
  readonly requestId: string | null
}

const schema = z.object({
  tid: z.string(),
  oid: z.string(),
  upn: z.string().nullable(),
  name: z.string().nullable(),
  roles: z.array(z.string()),
  accessToken: z.string().min(1),
  accessTokenEndsAt: z.number(),
})

/**
 * Gives the session of who is signed in, or null, also for a cookie that is unreadable, foreign or expired.
 */
export const currentSession = cache(async (): Promise<Session | null> => {
  const { config, sessionSecrets } = portal()
  const token = await getToken({
    // Only the cookie: getToken would also accept a session in an Authorization header.
    req: { cookies: await cookies(), headers: new Headers() } as never,
    secret: sessionSecrets[0] ?? '',
    decode: ({ token: sealed }) => openSessionToken(sealed, sessionSecrets),
    cookieName: sessionCookie(config.portalUrl.startsWith('https:')).name,
  })
  const parsed = schema.safeParse(token)
  if (!parsed.success || parsed.data.tid !== config.tenantId) return null
  const { tid, oid, upn, name, roles, accessToken } = parsed.data
  const endsAt = new Date(parsed.data.accessTokenEndsAt * 1000)
  if (endsAt.getTime() <= Date.now()) return null
  const requestId = (await headers()).get(REQUEST_ID_HEADER)
  return { requester: { kind: 'user', tid, oid, name, roles }, upn, accessToken, endsAt, requestId }
})

/**
 * Gives the session; without one the reader is redirected to the sign-in page, and back afterwards. Each page
 * calls it first, so that the check is where the data is read.
 */
export async function requireSession(): Promise<Session> {
  const session = await currentSession()
  if (session) return session
  const next = safePath((await headers()).get(PATH_HEADER))
  const ended = (await cookies()).has(sessionCookieName()) ? '&ended=1' : ''
  redirect(`/signin?next=${encodeURIComponent(next)}${ended}`)
}

/** Header with the requested path, which proxy.ts sets on every request, replacing what the client sent. */
export const PATH_HEADER = 'x-latchkey-path'

function sessionCookieName(): string {
  return sessionCookie(portal().config.portalUrl.startsWith('https:')).name
}
