import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { VerifyToken } from '#lib/auth/entra-token.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Requester } from '#lib/model.ts'
import { headerValues } from './headers.ts'
import type { Limits } from './limits.ts'
import { REQUESTER } from './requester-key.ts'

export type TokenDeps = { readonly verifyToken: VerifyToken; readonly limits: Limits }

/** Route hook that requires an access token. Runs before the body is read. */
export function requireToken({ verifyToken, limits }: TokenDeps): onRequestAsyncHookHandler {
  return async (request) => {
    const requester = await verified(request)
    request.setDecorator(REQUESTER, requester)
    await limits.known(request)
  }

  async function verified(request: FastifyRequest): Promise<Requester> {
    try {
      return await verifyToken(headerValues(request.raw, 'authorization'))
    } catch (error) {
      // A failure to read the tenant's keys is not counted against the sender.
      if (error instanceof LatchkeyError && error.code === 'invalid_token') {
        await limits.stranger(request)
      }
      throw error
    }
  }
}

/** Gives the requester on a route with the hook above; throws on any other route. */
export function requesterOf(request: FastifyRequest): Requester {
  const requester = request.getDecorator<Requester | null>(REQUESTER)
  if (requester === null) throw new Error('This route does not ask who is there.')
  return requester
}
