import type { FastifyRequest } from 'fastify'
import type { Requester } from '#lib/model.ts'

/** The name under which a request carries who asks. */
export const REQUESTER = 'requester'

/** Who asks, as far as it is known by now. */
export function knownRequester(request: FastifyRequest): Requester | null {
  return request.getDecorator<Requester | null>(REQUESTER)
}

/** Who asks, on a route that finds out first; elsewhere this throws. */
export function requesterOf(request: FastifyRequest): Requester {
  const requester = knownRequester(request)
  if (requester === null) throw new Error('This route does not ask who is there.')
  return requester
}
