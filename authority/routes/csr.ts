import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { requireRequestBody } from '#authority/guard.ts'
import { requesterOf, requireToken } from '#authority/requester.ts'
import type { CheckResult } from '#lib/api/schemas.ts'
import type { VerifyToken } from '#lib/auth/entra-token.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { checkRequest } from '#lib/issuance/check.ts'
import { enroll } from '#lib/issuance/enroll.ts'
import { decodeRequest } from '#lib/pki/request-body.ts'

export type CsrDeps = {
  readonly authority: Authority
  readonly verifyToken: VerifyToken
  readonly log: Logger
}

/** The raw API: a certification request in, a certificate out, both DER; and the rehearsal of it. */
export function csrRoutes(app: FastifyInstance, { authority, verifyToken, log }: CsrDeps): void {
  const onRequest = [
    requireToken(verifyToken),
    async (request: FastifyRequest) => requireRequestBody(request),
  ]

  app.post('/api/csr', { onRequest }, async (request, reply) => {
    const requester = requesterOf(request)
    const issued = await enroll(authority, requester, requestIn(request), 'api')
    const { serial, repeated } = issued
    log.info({ id: request.id, oid: requester.oid, serial, repeated }, 'issued')
    return reply
      .header('content-type', 'application/pkix-cert')
      .header('cache-control', 'no-store')
      .send(Buffer.from(issued.certificate))
  })

  app.post('/api/csr/check', { onRequest }, async (request, reply): Promise<CheckResult> => {
    reply.header('cache-control', 'no-store')
    return checkRequest(authority, requesterOf(request), requestIn(request))
  })
}

/** DER of the request in the body, whichever of the four encodings it came in. */
function requestIn(request: FastifyRequest): Uint8Array {
  return decodeRequest(request.body instanceof Uint8Array ? request.body : new Uint8Array())
}
