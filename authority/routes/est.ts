import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { requestIn, requireUncompressedBody } from '#authority/http/csr-body.ts'
import { clientCertificateOf, peerOf } from '#authority/http/peer.ts'
import type { ProxyRules } from '#authority/http/proxy.ts'
import { authorityFor } from '#authority/http/request-id.ts'
import { requesterOf, setRequester } from '#authority/http/requester.ts'
import type { App, Operation } from '#authority/http/schema.ts'
import { confirmed, type StepUpDeps } from '#authority/http/step-up.ts'
import { requireToken, type TokenDeps } from '#authority/http/token.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { enroll } from '#lib/issuance/enroll/enroll.ts'
import type { Issued } from '#lib/issuance/enroll/issuance-request.ts'
import { identify, type Presented, reenroll } from '#lib/issuance/enroll/reenroll.ts'
import { toBase64, toBase64Lines } from '#lib/pki/asn1/base64.ts'
import { certsOnly } from '#lib/pki/certificate/cms.ts'
import { writeCsrAttrs } from '#lib/pki/csr/est-csrattrs.ts'
import { CONFIRMED_CSR, CSR_REFUSALS, RENEWAL_REFUSALS } from './refusals.ts'

export type EstDeps = TokenDeps &
  StepUpDeps & {
    readonly authority: Authority
    readonly proxy: ProxyRules | null
    readonly renewal: boolean
    /** Whether cacerts gives the issuing CA alone, or the chain above it too. */
    readonly cacerts: 'issuing' | 'chain'
    readonly log: Logger
  }

/**
 * EST, RFC 7030 as RFC 8951 clarifies it, in the form that SCEPman's clients can read: status 200, base64
 * without a trailing line end, and exactly one certificate in it.
 */
export function estRoutes(app: App, deps: EstDeps): void {
  const { authority, log } = deps
  const { certificate, chain } = authority.issuer
  const caCertificates = certsOnly(deps.cacerts === 'chain' ? chain : [certificate])
  const attributes = writeCsrAttrs(authority.policy.keys)

  app.get(`${EST}/cacerts`, { schema: { operation: CACERTS } }, (request, reply) => {
    reply.header('cache-control', 'public, max-age=3600')
    return send(request, reply, caCertificates, CERTS_ONLY)
  })

  app.get(`${EST}/csrattrs`, { schema: { operation: CSRATTRS } }, (request, reply) => {
    reply.header('cache-control', 'public, max-age=3600')
    return send(request, reply, attributes, 'application/csrattrs')
  })

  const withToken = [requireToken(deps), requireUncompressedBody]
  app.post(
    `${EST}/simpleenroll`,
    { onRequest: withToken, schema: { operation: SIMPLEENROLL } },
    async (request, reply) => {
      const requester = requesterOf(request)
      const csr = requestIn(request)
      const issued = await confirmed(deps, request, reply, csr, (confirmation) =>
        enroll(authorityFor(authority, request), requester, csr, 'est', { confirmation }),
      )
      log.info({ id: request.id, ...logFields(issued) }, 'issued')
      return send(request, reply, certsOnly([issued.certificate]), CERTS_ONLY)
    },
  )

  const withCertificate = [renewalSwitch(deps), requireUncompressedBody]
  app.post(
    `${EST}/simplereenroll`,
    { onRequest: withCertificate, schema: { operation: SIMPLEREENROLL } },
    async (request, reply) => {
      const issued = await renew(deps, request)
      log.info({ id: request.id, ...logFields(issued) }, 'renewed')
      reply.header('cache-control', 'no-store')
      return send(request, reply, certsOnly([issued.certificate]), CERTS_ONLY)
    },
  )

  for (const [name, schema] of Object.entries(NOT_OFFERED)) {
    app.post(`${EST}/${name}`, { onRequest: refuse(deps), schema }, () => undefined)
  }
}

const EST = '/.well-known/est'
const CERTS_ONLY = 'application/pkcs7-mime; smime-type=certs-only'

function send(request: FastifyRequest, reply: FastifyReply, der: Uint8Array, type: string) {
  return reply
    .header('content-type', type)
    .header('content-transfer-encoding', 'base64')
    .send(estBody(request.headers, der))
}

function logFields({ serial, repeated }: Issued) {
  return { serial, repeated }
}

/** Route hook: renewal must be switched on and a certificate presented. Runs before the body is read. */
function renewalSwitch({ renewal, proxy, limits }: EstDeps) {
  return async (request: FastifyRequest): Promise<void> => {
    if (!renewal) {
      throw new LatchkeyError('renewal_not_allowed', 'Renewal by certificate is switched off.', {
        remedy: 'Enrol anew with your account.',
      })
    }
    try {
      presentedIn(request, proxy)
    } catch (error) {
      await limits.stranger(request)
      throw error
    }
  }
}

/** Read from the connection at every request: a resumed session is checked again. */
function presentedIn(request: FastifyRequest, proxy: ProxyRules | null): Uint8Array {
  const presented = clientCertificateOf(request.raw, peerOf(request.raw, proxy))
  if (presented !== null) return presented
  throw new LatchkeyError(
    'client_cert_required',
    'Renewal needs the certificate that is to be renewed, shown in the TLS handshake.',
    {
      remedy: 'Connect by https with that certificate and its key; a token does not count here.',
    },
  )
}

async function renew(deps: EstDeps, request: FastifyRequest): Promise<Issued> {
  const presented = await identified(deps, request)
  setRequester(request, presented.owner)
  await deps.limits.known(request)
  return reenroll(authorityFor(deps.authority, request), presented, requestIn(request))
}

/**
 * Finding a certificate costs look-ups and making one up costs nothing, so strangers' attempts are counted.
 */
async function identified(deps: EstDeps, request: FastifyRequest): Promise<Presented> {
  try {
    return await identify(deps.authority, presentedIn(request, deps.proxy))
  } catch (error) {
    if (error instanceof LatchkeyError && error.code === 'client_cert_invalid') {
      await deps.limits.stranger(request)
    }
    throw error
  }
}

/** Full CMC and server-side key generation, RFC 7030 sections 4.3 and 4.4, are optional and not offered. */
function refuse({ limits }: EstDeps) {
  return async (request: FastifyRequest): Promise<void> => {
    await limits.stranger(request)
    throw new LatchkeyError('not_implemented', 'This part of EST is not offered.', {
      remedy: 'Make the key yourself and send its request to simpleenroll.',
    })
  }
}

const certificateAnswer = {
  type: CERTS_ONLY,
  encoding: 'base64',
  description: 'Certs-only PKCS#7 with exactly one certificate, base64 in lines of 64 columns',
} as const

const CACERTS: Operation = {
  summary: 'The certificate of the CA, EST; where it is so configured, with its root',
  access: 'public',
  answer: {
    ...certificateAnswer,
    description:
      'Certs-only PKCS#7, base64 in lines of 64 columns: the CA that issues, and by option what ' +
      'stands above it',
  },
  refusals: [],
}

const CSRATTRS: Operation = {
  summary: 'What a request may contain, EST',
  access: 'public',
  answer: {
    type: 'application/csrattrs',
    encoding: 'base64',
    description: 'CsrAttrs in DER, base64 in lines of 64 columns',
  },
  refusals: [],
}

const SIMPLEENROLL: Operation = {
  summary: 'Enrol, EST',
  access: 'token',
  takesCsr: true,
  confirms: CONFIRMED_CSR,
  answer: certificateAnswer,
  refusals: [...CSR_REFUSALS, 'step_up_required'],
}

const SIMPLEREENROLL: Operation = {
  summary: 'Renew the certificate that is shown in the TLS handshake, EST',
  access: 'client certificate',
  takesCsr: true,
  answer: certificateAnswer,
  refusals: RENEWAL_REFUSALS,
}

const notOffered = (summary: string) => {
  const operation: Operation = {
    summary,
    access: 'public',
    refusals: ['not_implemented', 'rate_limited'],
  }
  return { operation }
}

const NOT_OFFERED = {
  serverkeygen: notOffered('Not offered: keys are made by their holders alone'),
  fullcmc: notOffered('Not offered: full CMC'),
} as const

/**
 * The body of an EST answer: base64 in lines of 64 columns. No line end stands behind the last one,
 * because SCEPman's script puts armour around the body and OpenSSL takes an empty line there for
 * the end. Text, which Node writes in one piece with the headers; the framework states its length,
 * since strongSwan refuses a body in chunks.
 *
 * White space inside is for the receiver to skip (RFC 8951 section 3.1). strongSwan before 5.9.11,
 * which Debian 12 and Ubuntu 22.04 have, takes each line end for a digit, so that its `pki --est`
 * gets one line. It is known by having no header beyond those of EST itself; whoever else sends so
 * few can read one line as well.
 */
function estBody(headers: IncomingHttpHeaders, der: Uint8Array): string {
  const isBare = Object.keys(headers).every((name) => STRONGSWAN_HEADERS.has(name))
  return isBare ? toBase64(der) : toBase64Lines(der)
}

const STRONGSWAN_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'authorization',
  'content-type',
  'content-length',
])
