import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'

/**
 * The certificate of the CA, where certificates say it is (caIssuers), and where SCEP clients look
 * for it. It is public, so anybody may have it over http as well.
 */
export function caRoutes(app: FastifyInstance, deps: { readonly authority: Authority }): void {
  const certificate = Buffer.from(deps.authority.issuer.certificate)
  const etag = `"${createHash('sha256').update(certificate).digest('base64url')}"`

  const send = (request: FastifyRequest, reply: FastifyReply, type: string) => {
    // An hour, so that a renewed CA certificate is found soon.
    reply.header('cache-control', 'public, max-age=3600').header('etag', etag)
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    return reply.header('content-type', type).send(certificate)
  }

  app.get('/ca', (request, reply) => send(request, reply, 'application/pkix-cert'))

  app.get('/certsrv/mscep/mscep.dll/pkiclient.exe', (request, reply) => {
    requireGetCaCert(request.query)
    return send(request, reply, 'application/x-x509-ca-cert')
  })
}

/** RFC 8894 section 4.2 with one CA certificate; other SCEP operations are not offered. */
function requireGetCaCert(query: unknown): void {
  const operation =
    query !== null && typeof query === 'object' && 'operation' in query ? query.operation : null
  if (operation === 'GetCACert') return
  throw new LatchkeyError('not_implemented', 'SCEP is offered for operation=GetCACert alone.', {
    remedy: 'Enrol with POST /api/csr or EST.',
  })
}
