import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { requesterOf, requireToken } from '#authority/requester.ts'
import type { VerifyToken } from '#lib/auth/entra-token.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { certificatesOfRequester, describeMe, devicesOfRequester } from '#lib/issuance/me.ts'

export type MeDeps = { readonly authority: Authority; readonly verifyToken: VerifyToken }

/** The requester's own things. Whose they are is said by the token alone; no parameter names a person. */
export function meRoutes(app: FastifyInstance, { authority, verifyToken }: MeDeps): void {
  const onRequest = requireToken(verifyToken)

  app.get('/api/me', { onRequest }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return describeMe(authority, requesterOf(request))
  })

  app.get('/api/me/devices', { onRequest }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return devicesOfRequester(authority, requesterOf(request))
  })

  app.get('/api/me/certificates', { onRequest }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return certificatesOfRequester(authority, requesterOf(request), afterIn(request.query))
  })
}

const pageSchema = z.object({
  after: z
    .string()
    .regex(/^[0-9a-f]{1,40}$/)
    .optional(),
})

function afterIn(query: unknown): string | null {
  const parsed = pageSchema.safeParse(query)
  if (parsed.success) return parsed.data.after ?? null
  throw new LatchkeyError('malformed_request', 'The parameter "after" is not a serial number.', {
    remedy: 'Give back the "next" of the page before.',
  })
}
