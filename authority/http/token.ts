import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { VerifyToken } from '#lib/auth/entra-token.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Requester } from '#lib/model.ts'
import { headerValues } from './headers.ts'
import type { Limits } from './limits.ts'
import { REQUESTER } from './requester.ts'

export type TokenDeps = { readonly verifyToken: VerifyToken; readonly limits: Limits }

/**
 * Route hook: an access token is needed. It runs before any of the body is read. What is answered is
 * for this requester alone, so nobody on the way keeps it.
 */
export function requireToken({ verifyToken, limits }: TokenDeps): onRequestAsyncHookHandler {
  return async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const requester = await verified(request)
    request.setDecorator(REQUESTER, requester)
    await limits.known(request)
  }

  async function verified(request: FastifyRequest): Promise<Requester> {
    try {
      return await verifyToken(headerValues(request.raw, 'authorization'))
    } catch (error) {
      // Trouble with the tenant's keys is not the sender's doing.
      if (error instanceof LatchkeyError && error.code === 'invalid_token') {
        await limits.stranger(request)
      }
      throw error
    }
  }
}
