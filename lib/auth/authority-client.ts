import { type Client, createClient } from '#lib/api/client.ts'
import { portal } from './portal.ts'
import type { Session } from './session.ts'

/** Gives a client of the authority's API with the access token of the person who is signed in. */
export function authorityOf(session: Session): Client {
  return createClient({
    baseUrl: portal().config.authorityInternalUrl,
    token: session.accessToken,
  })
}
