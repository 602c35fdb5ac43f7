import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { getToken } from 'next-auth/jwt'
import { cache } from 'react'
import { z } from 'zod'
import type { Requester } from '#lib/model.ts'
import { portal } from './portal.ts'
import { safePath } from './safe-path.ts'
import { sessionCookie } from './session-cookie.ts'

export type Session = {
  readonly requester: Requester
  readonly upn: string | null
  /** The requester's own token for the authority. It never goes to the browser. */
  readonly accessToken: string
  readonly endsAt: Date
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

/** Who is signed in, or null. Anything unreadable, foreign or over counts as nobody. */
export const currentSession = cache(async (): Promise<Session | null> => {
  const { config, sessionSecret } = portal()
  const token = await getToken({
    // Only the cookie: getToken would also take a session from an Authorization header.
    req: { cookies: await cookies(), headers: new Headers() } as never,
    secret: sessionSecret,
    cookieName: sessionCookie(config.portalUrl.startsWith('https:')).name,
  })
  const parsed = schema.safeParse(token)
  if (!parsed.success || parsed.data.tid !== config.tenantId) return null
  const { tid, oid, upn, name, roles, accessToken } = parsed.data
  const endsAt = new Date(parsed.data.accessTokenEndsAt * 1000)
  if (endsAt.getTime() <= Date.now()) return null
  return { requester: { kind: 'user', tid, oid, name, roles }, upn, accessToken, endsAt }
})

/**
 * Whoever is signed in; everyone else is sent to the sign-in page and back. Each page begins with
 * it: the guard stands at the data.
 */
export async function requireSession(): Promise<Session> {
  const session = await currentSession()
  if (session) return session
  const next = safePath((await headers()).get(PATH_HEADER))
  const ended = (await cookies()).has(sessionCookieName()) ? '&ended=1' : ''
  redirect(`/signin?next=${encodeURIComponent(next)}${ended}`)
}

/** Set by proxy.ts on every request, whatever the client sent: the path that was asked for. */
export const PATH_HEADER = 'x-latchkey-path'

function sessionCookieName(): string {
  return sessionCookie(portal().config.portalUrl.startsWith('https:')).name
}
