import type { FastifyRequest } from 'fastify'
import type { SignedIn } from '#lib/auth/entra-token.ts'
import type { Requester } from '#lib/model.ts'

/** The name under which a request carries who asks, with the sign-in. */
export const SIGNED_IN = 'signedIn'

/** For who was identified by other means than an access token. */
export function setRequester(request: FastifyRequest, requester: Requester): void {
  const signedIn: SignedIn = { requester, clientId: null, authTime: null, contexts: [] }
  request.setDecorator(SIGNED_IN, signedIn)
}

/** Gives the requester on a route that requires a token; throws on any other route. */
export function requesterOf(request: FastifyRequest): Requester {
  return signedInOf(request).requester
}

/** The same with what the access token says of the sign-in. */
export function signedInOf(request: FastifyRequest): SignedIn {
  const signedIn = request.getDecorator<SignedIn | null>(SIGNED_IN)
  if (signedIn === null) throw new Error('This route does not ask who is there.')
  return signedIn
}
