import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { SECURITY_HEADERS } from '#authority/http/headers.ts'
import type { OcspService } from '#authority/jobs/ocsp-service.ts'
import type { StatusAuthority } from '#lib/issuance/authority.ts'
import { answerCache } from '#lib/issuance/ocsp/answer-cache.ts'
import { latin1Of } from '#lib/issuance/ocsp/latin1.ts'
import { answerOcsp, type OcspAnswer } from '#lib/issuance/ocsp/ocsp.ts'
import { hasDerShape } from '#lib/pki/asn1/der-shape.ts'
import { isIssuedBy, readOcspRequest } from '#lib/pki/ocsp/ocsp.ts'
import { requestsInPath } from '#lib/pki/ocsp/ocsp-get.ts'
import { ocspError } from '#lib/pki/ocsp/ocsp-response.ts'

/**
 * OCSP over HTTP (RFC 6960 appendix A, RFC 5019 sections 5 and 6), answered before the router, which would
 * merge the doubled slashes that base64 may have and costs more than a cached response.
 *
 * HTTP status: 200 for every response to a request in DER, malformedRequest too, because OpenSSL and GnuTLS
 * show the OCSP status of a 200 only. 400 with malformedRequest for what is no DER: garbage, an empty body,
 * no base64, another media type. 413 when it is too large, 405 for another method.
 */

export type OcspDeps = {
  readonly authority: StatusAuthority
  readonly status: { readonly ocsp: Pick<OcspService, 'state' | 'tally'> }
  readonly log: Logger
  readonly isDraining: () => boolean
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void

/** Puts OCSP before a listener; other requests are passed to it. */
export function withOcsp(deps: OcspDeps, next: Listener): Listener {
  const own = { ...deps, inPath: rememberedPaths() }
  return (request, response) => {
    const rest = restOf(request.url ?? '')
    if (rest === null) next(request, response)
    else take(own, request, response, rest)
  }
}

type Deps = OcspDeps & { readonly inPath: typeof requestsInPath }

const PATHS_MAX = 10_000
/**
 * Characters of a request for one certificate by SHA-256 with every character percent-encoded where possible.
 */
const PATH_CHARACTERS_KEPT = 256

/**
 * Caches parsed paths, since relying parties ask for the same again and parsing costs more than answering.
 */
function rememberedPaths(): typeof requestsInPath {
  const known = answerCache<ReturnType<typeof requestsInPath>>(PATHS_MAX)
  return (encoded) => {
    const found = known.get(encoded)
    if (found) return found
    const made = requestsInPath(encoded)
    if (encoded.length <= PATH_CHARACTERS_KEPT && made.length === 1) {
      // Copies the text: a slice of the URL would keep the whole URL in memory.
      known.set(Buffer.from(encoded, 'latin1').toString('latin1'), made)
    }
    return made
  }
}

const REQUEST_OCTETS_MAX = 2048
/**
 * Characters of base64 of the largest request, percent-encoded where possible, with some additional slashes.
 */
const PATH_CHARACTERS_MAX = 4096

/**
 * Gives what follows the responder's path; null for another path. RFC 9112 section 3.2.2 allows a whole URL.
 */
function restOf(url: string): string | null {
  const found = OCSP_PATH.exec(url)
  return found && (found[1] ?? '')
}

const OCSP_PATH = /^(?:https?:\/\/[^/?#]*)?\/+ocsp(?:\/([^?#]*))?(?:[?#]|$)/

function take(deps: Deps, request: IncomingMessage, response: ServerResponse, rest: string): void {
  const startedAt = performance.now()
  switch (request.method) {
    case 'POST':
      takePost(deps, request, response, startedAt)
      return
    case 'GET':
    case 'HEAD':
      if (rest.length > PATH_CHARACTERS_MAX) refuse(deps, response, 413)
      else void answerGet(deps, request, response, deps.inPath(rest), startedAt)
      return
    default:
      refuse(deps, response, 405)
  }
}

function takePost(
  deps: OcspDeps,
  request: IncomingMessage,
  response: ServerResponse,
  startedAt: number,
): void {
  const { headers } = request
  const type = headers['content-type']
  // Some clients send no type; one that sends another type sends something else than OCSP.
  if (type !== undefined && !/^application\/ocsp-request *(?:;|$)/i.test(type)) {
    refuse(deps, response, 400)
    return
  }
  const chunks: Buffer[] = []
  let octets = 0
  let done = Number(headers['content-length'] ?? 0) > REQUEST_OCTETS_MAX
  if (done) {
    refuse(deps, response, 413)
    return
  }
  request.on('error', () => undefined)
  request.on('data', (chunk: Buffer) => {
    octets += chunk.length
    if (octets <= REQUEST_OCTETS_MAX) chunks.push(chunk)
    else if (!done) {
      done = true
      refuse(deps, response, 413)
    }
  })
  request.on('end', () => {
    const [only] = chunks
    if (done) return
    const der = only && chunks.length === 1 ? only : Buffer.concat(chunks)
    void answerPost(deps, response, der, startedAt)
  })
}

async function answerPost(
  deps: OcspDeps,
  response: ServerResponse,
  der: Buffer,
  startedAt: number,
): Promise<void> {
  const answer = await answerOcsp(deps.authority, deps.status.ocsp.state, der)
  // RFC 5019 section 6: only GET responses are made for http caches.
  if (answer.kind === 'error') sendError(deps, response, answer, der)
  else if (answer.isCacheable) sendKept(deps, response, answer)
  else send(deps, response, 200, NO_STORE, answer.der)
  deps.status.ocsp.tally.add(answer, startedAt)
}

async function answerGet(
  deps: Deps,
  request: IncomingMessage,
  response: ServerResponse,
  candidates: readonly Uint8Array[],
  startedAt: number,
): Promise<void> {
  if (candidates.length === 0) {
    refuse(deps, response, 400)
    return
  }
  const { authority, status } = deps
  const der = await bestReading(deps, candidates)
  const answer = await answerOcsp(authority, status.ocsp.state, der)
  if (answer.kind === 'error') sendError(deps, response, answer, der)
  else if (answer.isCacheable) sendCacheable(deps, request, response, answer)
  else send(deps, response, 200, NO_STORE, answer.der)
  status.ocsp.tally.add(answer, startedAt)
}

/**
 * Of several readings of a path whose slashes were merged, answers the first that names a certificate of ours
 * in the ledger. One query for all readings, so such a path costs only that more than a complete request.
 */
async function bestReading(deps: Deps, candidates: readonly Uint8Array[]): Promise<Uint8Array> {
  const [first = EMPTY, second] = candidates
  if (!second) return first
  const { issuer, ledger } = deps.authority
  const ours = candidates.flatMap((der) => {
    const reading = readOcspRequest(der)
    if (!reading.ok) return []
    const { certIds } = reading.request
    if (!certIds.every((certId) => isIssuedBy(certId, issuer))) return []
    return [{ der, serials: certIds.flatMap(({ serial }) => serial ?? []) }]
  })
  const [only = first, another] = ours.map(({ der }) => der)
  if (!another) return only
  const asked = ours.flatMap(({ serials }) => serials)
  // A failing ledger is reported by the answer to whichever reading is taken.
  const records = await ledger.certificatesBySerial(asked).catch(() => [])
  const known = new Set(records.map(({ serial }) => serial))
  return ours.find(({ serials }) => serials.some((serial) => known.has(serial)))?.der ?? only
}

const EMPTY = new Uint8Array()

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

function refuse(deps: OcspDeps, response: ServerResponse, status: 400 | 405 | 413): void {
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
