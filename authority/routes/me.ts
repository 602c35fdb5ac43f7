import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { requesterOf, requireToken } from '#authority/requester.ts'
import type { VerifyToken } from '#lib/auth/entra-token.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import {
  certificateOfRequester,
  certificatesOfRequester,
  describeMe,
  devicesOfRequester,
} from '#lib/issuance/me.ts'

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

  app.get('/api/me/certificates/:serial', { onRequest }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const serial = serialIn(request.params)
    const { view, der } = await certificateOfRequester(authority, requesterOf(request), serial)
    return { ...view, certificate: Buffer.from(der).toString('base64') }
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

const serialSchema = z.object({ serial: z.string().regex(/^[0-9a-f]{1,40}$/) })

/** What is no serial number is the same "not found" as one that was never given out. */
function serialIn(params: unknown): string {
  const parsed = serialSchema.safeParse(params)
  if (parsed.success) return parsed.data.serial
  throw new LatchkeyError('not_found', 'There is no such certificate, or it is not yours.')
}
