import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { fewAtOnce } from '#authority/http/at-once.ts'

/** How long a client may take to send its headers, and its whole request. */
const HEADERS_MS = 10_000
const REQUEST_MS = 30_000
/** Octets of the largest body. next.config.js has the same, and cuts off one that comes in chunks. */
const BODY_OCTETS_MAX = 64 * 1024
/**
 * Parameters of a query and cookies together. Next takes a time that grows with their square, seven seconds for
 * a query of 15 kB; a browser sends some 180 cookies at most.
 */
const PARTS_MAX = 300
/** Longer than load balancers keep a connection, so that they close it first and never use a closed one. */
const KEEP_ALIVE_MS = 72_000

/**
 * The portal's own http server around Next's handler. Requests to which Next answers with an error, with a
 * redirect to an address of the client's choice, or not at all, are answered here: TRACE, CONNECT, `OPTIONS
 * *`, a whole URL as the target, and a path that cannot be decoded; a body that says that it is too large, and
 * more parameters or cookies than a browser sends; and /probe, for what sends requests here or to another
 * portal: 503 as soon as `isLeaving`. A connection by which more requests come in one piece than anybody sends
 * is ended. Upgrades are ignored, so the request is answered as any other (RFC 9110 section 7.8), and its
 * connection is closed, because Node reads nothing after an upgrade.
 */
export function makePortalServer(
  handle: RequestListener,
  isLeaving: () => boolean = () => false,
): http.Server {
  const limits = {
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  }
  const listener = fewAtOnce((request, response) => {
    if (request.headers.upgrade !== undefined) response.shouldKeepAlive = false
    const refusal = refusalOf(request)
    if (refusal) refuse(response, refusal)
    else if (/^\/probe(?:\?|$)/.test(request.url ?? '')) answerProbe(response, isLeaving())
    else handle(request, response)
  })
  const server = http.createServer(limits, listener)
  return server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => undefined)
    socket.end(`HTTP/1.1 405 Method Not Allowed\r\n${ALLOW}Connection: close\r\n${NO_BODY}`)
  })
}

function answerProbe(response: ServerResponse, isLeaving: boolean): void {
  const body = JSON.stringify({ status: isLeaving ? 'draining' : 'ready' })
  response.writeHead(isLeaving ? 503 : 200, {
    'content-type': 'application/json',
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(body)
}

type Refusal = {
  readonly status: 400 | 405 | 413 | 421 | 431
  readonly code: string
  readonly detail: string
}

const METHODS = 'GET, HEAD, POST'
const ALLOW = `Allow: ${METHODS}\r\n`
const NO_BODY = 'Content-Length: 0\r\n\r\n'

/** Next's path of the page for an unknown address. */
const NOT_FOUND = '/_not-found'

/** Gives why a request must not reach Next, and normalises the target of one that may. */
function refusalOf(request: IncomingMessage): Refusal | null {
  // RFC 9110 section 9.3.8: TRACE would send cookies back to the caller.
  if (request.method === 'TRACE') {
    return { status: 405, code: 'method_not_allowed', detail: `Use ${METHODS}.` }
  }
  if (Number(request.headers['content-length'] ?? 0) > BODY_OCTETS_MAX) {
    const detail = `The body is larger than ${BODY_OCTETS_MAX / 1024} KiB.`
    return { status: 413, code: 'payload_too_large', detail }
  }
  const url = request.url ?? ''
  const cookies = (request.headers.cookie ?? '').split(';')
  if (url.split('&').length + cookies.length > PARTS_MAX) {
    const detail = `The address and the cookies have more than ${PARTS_MAX} parts.`
    return { status: 431, code: 'malformed_request', detail }
  }
  // RFC 9112 section 3.2.2: a whole URL is accepted when its host is ours.
  const whole = /^https?:\/\/([^/?#]*)([^#]*)/i.exec(url)
  if (whole && whole[1]?.toLowerCase() !== request.headers.host?.toLowerCase()) {
    const detail = 'This portal does not answer for that host.'
    return { status: 421, code: 'misdirected_host', detail }
  }
  const target = whole ? withSlash(whole[2] ?? '') : url
  if (!target.startsWith('/')) {
    return { status: 400, code: 'malformed_request', detail: 'A path begins with a slash.' }
  }
  request.url = isDecodable(target) ? target : NOT_FOUND
  return null
}

function withSlash(target: string): string {
  return target.startsWith('/') ? target : `/${target}`
}

/** The query is not checked: pages parse it leniently. */
function isDecodable(target: string): boolean {
  try {
    decodeURIComponent(target.split('?', 1)[0] ?? '')
    return true
  } catch {
    return false
  }
}

function refuse(response: ServerResponse, { status, code, detail }: Refusal): void {
  response.writeHead(status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    ...(status === 405 && { allow: METHODS }),
    // The rest of an announced body is not read.
    connection: 'close',
  })
  response.end(JSON.stringify({ status, detail, code }))
}
