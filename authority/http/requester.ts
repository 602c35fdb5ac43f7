import type { FastifyRequest } from 'fastify'
import type { Requester } from '#lib/model.ts'

/** The name under which a request carries who asks. */
export const REQUESTER = 'requester'

/** Gives the requester, or null before the token was verified. */
export function knownRequester(request: FastifyRequest): Requester | null {
  return request.getDecorator<Requester | null>(REQUESTER)
}

/** Gives the requester on a route that requires a token; throws on any other route. */
export function requesterOf(request: FastifyRequest): Requester {
  const requester = knownRequester(request)
  if (requester === null) throw new Error('This route does not ask who is there.')
  return requester
}
