import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { SignedIn, VerifyToken } from '#lib/auth/entra-token.ts'
import { LatchkeyError } from '#lib/errors.ts'
import { headerValues } from './headers.ts'
import type { Limits } from './limits.ts'
import { SIGNED_IN } from './requester.ts'

export type TokenDeps = { readonly verifyToken: VerifyToken; readonly limits: Limits }

/**
 * Route hook that requires an access token. Runs before the body is read. The answer is for this requester
 * alone, so no cache may keep it.
 */
export function requireToken({ verifyToken, limits }: TokenDeps): onRequestAsyncHookHandler {
  return async (request, reply) => {
    reply.header('cache-control', 'no-store')
    request.setDecorator(SIGNED_IN, await verified(request))
    await limits.known(request)
  }

  async function verified(request: FastifyRequest): Promise<SignedIn> {
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
