import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { App, Operation } from '#authority/http/schema.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { StatusAuthority } from '#lib/issuance/authority.ts'

/**
 * The certificates of the CA and of its root, at the caIssuers addresses of certificates and where SCEP
 * clients look. They are public, so they are served over http as well.
 */
export function caRoutes(
  app: App,
  deps: { readonly authority: Pick<StatusAuthority, 'issuer'> },
): void {
  const { certificate, chain } = deps.authority.issuer
  const sendIssuing = sender(certificate)
  const sendRoot = sender(chain.at(-1) ?? certificate)

  app.get('/ca', { schema: { operation: CA } }, (request, reply) =>
    sendIssuing(request, reply, 'application/pkix-cert'),
  )

  app.get('/ca/root.cer', { schema: { operation: ROOT } }, (request, reply) =>
    sendRoot(request, reply, 'application/pkix-cert'),
  )

  const url = '/certsrv/mscep/mscep.dll/pkiclient.exe'
  app.get(url, { schema: { operation: SCEP, querystring: scepSchema } }, (request, reply) => {
    requireGetCaCert(request.query)
    return sendIssuing(request, reply, 'application/x-x509-ca-cert')
  })
}

const UNCHANGED = { 304: 'It is the one that If-None-Match names' } as const

function sender(der: Uint8Array) {
  const body = Buffer.from(der)
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`
  return (request: FastifyRequest, reply: FastifyReply, type: string) => {
    // An hour, so that a renewed CA certificate is noticed soon.
    reply.header('cache-control', 'public, max-age=3600').header('etag', etag)
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    return reply.header('content-type', type).send(body)
  }
}

const CA: Operation = {
  summary: 'The certificate of the CA',
  access: 'public',
  answer: {
    type: 'application/pkix-cert',
    encoding: 'binary',
    description: 'The certificate in DER',
  },
  others: UNCHANGED,
  refusals: [],
}

const ROOT: Operation = {
  ...CA,
  summary: 'The certificate of the root above the CA, or of the CA itself where that is the root',
}

const SCEP: Operation = {
  summary: 'The certificate of the CA, where SCEP clients look for it: operation=GetCACert',
  access: 'public',
  answer: {
    type: 'application/x-x509-ca-cert',
    encoding: 'binary',
    description: 'The certificate in DER',
  },
  others: UNCHANGED,
  refusals: ['not_implemented'],
}

const GET_CA_CERT = 'GetCACert'

/**
 * Accepts any operation, so that those not offered get a message of their own; the description has only
 * GetCACert.
 */
const scepSchema = z
  .object({ operation: z.unknown().optional().meta({ type: 'string', const: GET_CA_CERT }) })
  .meta({ required: ['operation'] })

/** RFC 8894 section 4.2 with one CA certificate; other SCEP operations are not offered. */
function requireGetCaCert({ operation }: z.output<typeof scepSchema>): void {
  if (operation === GET_CA_CERT) return
  throw new LatchkeyError('not_implemented', 'SCEP is offered for operation=GetCACert alone.', {
    remedy: 'Enrol with POST /api/csr or EST.',
  })
}
