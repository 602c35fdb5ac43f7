import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { headerValues } from '#authority/headers.ts'
import type { VerifyToken } from '#lib/auth/entra-token.ts'
import type { Requester } from '#lib/model.ts'

export const REQUESTER = 'requester'

/** Route hook: an access token is needed. It runs before any of the body is read. */
export function requireToken(verifyToken: VerifyToken): onRequestAsyncHookHandler {
  return async (request) => {
    const requester = await verifyToken(headerValues(request.raw, 'authorization'))
    request.setDecorator(REQUESTER, requester)
  }
}

/** Who asks, on a route that has the hook above; elsewhere this throws. */
export function requesterOf(request: FastifyRequest): Requester {
  const requester = request.getDecorator<Requester | null>(REQUESTER)
  if (requester === null) throw new Error('This route does not ask who is there.')
  return requester
}
