import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { SECURITY_HEADERS } from '#authority/http/headers.ts'
import type { OcspService } from '#authority/jobs/ocsp-service.ts'
import type { StatusAuthority } from '#lib/issuance/authority.ts'
import { latin1Of } from '#lib/issuance/ocsp/latin1.ts'
import type { OcspAnswer } from '#lib/issuance/ocsp/ocsp.ts'
import { hasDerShape } from '#lib/pki/asn1/der-shape.ts'
import { ocspError } from '#lib/pki/ocsp/ocsp-response.ts'

/** OCSP responses over HTTP, with the headers of RFC 5019 section 6.2. */

export type OcspDeps = {
  readonly authority: StatusAuthority
  readonly status: { readonly ocsp: Pick<OcspService, 'state' | 'tally'> }
  readonly log: Logger
  readonly isDraining: () => boolean
}

/** RFC 5019 section 6: only GET responses are made for http caches. */
export function sendToPost(
  deps: OcspDeps,
  response: ServerResponse,
  answer: OcspAnswer,
  requestDer: Uint8Array,
): void {
  if (answer.kind === 'error') sendError(deps, response, answer, requestDer)
  else if (answer.isCacheable) sendKept(deps, response, answer)
  else send(deps, response, 200, NO_STORE, answer.der)
}

export function sendToGet(
  deps: OcspDeps,
  request: IncomingMessage,
  response: ServerResponse,
  answer: OcspAnswer,
  requestDer: Uint8Array,
): void {
  if (answer.kind === 'error') sendError(deps, response, answer, requestDer)
  else if (answer.isCacheable) sendCacheable(deps, request, response, answer)
  else send(deps, response, 200, NO_STORE, answer.der)
}

type Cacheable = Extract<OcspAnswer, { kind: 'response' }>

/** What does not change of a cached response. */
type Kept = {
  readonly etag: string
  /** Headers of a response to GET. */
  readonly fixed: readonly string[]
  /** All headers of a response to POST. */
  readonly posted: string[]
  readonly text: string
}

const kept = new WeakMap<OcspAnswer, Kept>()

function keptOf(answer: Cacheable): Kept {
  const known = kept.get(answer)
  if (known) return known
  const etag = `"${createHash('sha256').update(answer.der).digest('base64url')}"`
  const made = {
    etag,
    fixed: [
      'last-modified',
      answer.thisUpdate.toUTCString(),
      'expires',
      answer.nextUpdate.toUTCString(),
      'etag',
      etag,
    ],
    posted: [...headersFor(answer.der), ...NO_STORE],
    text: latin1Of(answer.der),
  }
  kept.set(answer, made)
  return made
}

function sendKept(deps: OcspDeps, response: ServerResponse, answer: Cacheable): void {
  const { posted, text } = keptOf(answer)
  response.writeHead(200, deps.isDraining() ? [...posted, ...CLOSE] : posted)
  response.end(text, 'latin1')
}

/** Cache headers of RFC 5019 section 6.2. */
function sendCacheable(
  deps: OcspDeps,
  request: IncomingMessage,
  response: ServerResponse,
  answer: Cacheable,
): void {
  const { etag, fixed, text } = keptOf(answer)
  const leftMs = answer.nextUpdate.getTime() - deps.authority.now().getTime()
  const age = Math.max(0, Math.floor(leftMs / 1000))
  const cache = ['cache-control', `max-age=${age}, public, no-transform, must-revalidate`, ...fixed]
  const asked = request.headers['if-none-match']
  if (asked !== undefined && (asked === '*' || asked.includes(etag))) {
    response.writeHead(304, [...cache, ...ALWAYS, ...connectionHeader(deps)])
    response.end()
    return
  }
  response.writeHead(200, [...headersFor(answer.der), ...cache, ...connectionHeader(deps)])
  response.end(text, 'latin1')
}

function sendError(
  deps: OcspDeps,
  response: ServerResponse,
  answer: Extract<OcspAnswer, { kind: 'error' }>,
  requestDer: Uint8Array,
): void {
  const { error, cause } = answer
  if (cause instanceof Error) deps.log.error({ ocsp: error, error: cause }, 'ocsp failed')
  else deps.log.debug({ ocsp: error, reason: cause }, 'ocsp refused')
  const status = error === 'malformedRequest' && !hasDerShape(requestDer) ? 400 : 200
  send(deps, response, status, NO_STORE, answer.der)
}

const MALFORMED = ocspError('malformedRequest')

/** Answers what is no OCSP request. */
export function refuse(deps: OcspDeps, response: ServerResponse, status: 400 | 405 | 413): void {
  deps.status.ocsp.tally.add(null, performance.now())
  const allow = status === 405 ? ['allow', 'GET, HEAD, POST'] : []
  // The rest of the body is not read.
  const close = status === 413 ? ['connection', 'close'] : connectionHeader(deps)
  response.writeHead(status, [...headersFor(MALFORMED), ...NO_STORE, ...allow, ...close])
  response.end(MALFORMED)
}

function send(
  deps: OcspDeps,
  response: ServerResponse,
  status: 200 | 400,
  cache: readonly string[],
  der: Uint8Array,
): void {
  response.writeHead(status, [...headersFor(der), ...cache, ...connectionHeader(deps)])
  response.end(latin1Of(der), 'latin1')
}

const NO_STORE = ['cache-control', 'no-store']
/** A response is never a page, so browsers need no further headers. */
const ALWAYS = ['x-content-type-options', SECURITY_HEADERS['x-content-type-options']]

function headersFor(der: Uint8Array): string[] {
  return [
    'content-type',
    'application/ocsp-response',
    'content-length',
    String(der.length),
    ...ALWAYS,
  ]
}

/** Without it a client that keeps its connection would keep the process from ending. */
function connectionHeader(deps: OcspDeps): readonly string[] {
  return deps.isDraining() ? CLOSE : NOTHING
}

const CLOSE = ['connection', 'close']
const NOTHING: readonly string[] = []
