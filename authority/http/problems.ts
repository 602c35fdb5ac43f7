import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { type ErrorCode, LatchkeyError } from '#lib/errors.ts'
import { PROBLEMS, type Problem, problemOf } from '#lib/problem.ts'
import { tell } from '#lib/telemetry.ts'
import { SECURITY_HEADERS } from './headers.ts'

/** Every refusal of this service: a problem document (RFC 9457) and one line in the log. */

export function problemHandler(log: Logger) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    answerProblem(log, error, request, reply)
  }
}

/**
 * Answers errors before a route is found, such as a path that cannot be decoded, for which no hook has run.
 */
export function badPathHandler(log: Logger) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    reply.headers(SECURITY_HEADERS)
    answerProblem(log, error, request, reply)
  }
}

function answerProblem(
  log: Logger,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const known = knownError(error)
  const problem = problemOf(known)
  tell({ kind: 'problem', code: problem.code })
  const fields = {
    id: request.id,
    method: request.method,
    path: shownPath(request),
    status: problem.status,
    code: problem.code,
    ...(problem.rule !== undefined && { rule: problem.rule }),
  }
  if (isFailure(problem)) log.error({ ...fields, error: known }, 'failed')
  else log.info(fields, 'refused')
  sendProblem(reply, problem, request.id)
}

/** Whether an operator should look at it. A request for something that is not offered is no failure. */
function isFailure({ status, code }: Problem): boolean {
  return status >= 500 && code !== 'not_implemented'
}

function sendProblem(reply: FastifyReply, problem: Problem, requestId: string): void {
  reply
    .code(problem.status)
    .header('content-type', 'application/problem+json')
    .header('cache-control', 'no-store')
    .header('x-request-id', requestId)
  const challenge = challengeOf(problem.code, reply)
  if (challenge !== null) reply.header('www-authenticate', challenge)
  if (problem.status === 503 || problem.retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(problem.retryAfterSeconds ?? RETRY_AFTER_SECONDS))
  }
  // As octets: to text of a JSON type the framework would add a charset parameter, which JSON does not have.
  reply.send(Buffer.from(JSON.stringify(problem)))
}

/**
 * RFC 9110 section 15.5.2: a 401 names what would be taken. For tokens RFC 6750 section 3.1 does, by which who sent
 * none is told the scheme and no error. No scheme is registered for a certificate in the handshake, and who does not
 * know a name reads over it (RFC 9110 section 11.6.1).
 */
function challengeOf(code: ErrorCode, { request }: FastifyReply): string | null {
  if (code === 'client_cert_required') return 'TLS-Client-Certificate realm="EST"'
  if (code !== 'invalid_token') return null
  const isBearer = /^bearer /i.test(request.headers.authorization ?? '')
  return isBearer ? 'Bearer error="invalid_token"' : 'Bearer'
}

const RETRY_AFTER_SECONDS = 5

/** Translates the framework's own errors. Unknown ones stay as they are and become "internal". */
function knownError(error: unknown): unknown {
  if (error instanceof LatchkeyError || !(error instanceof Error)) return error
  const code = 'code' in error ? error.code : null
  const status = 'statusCode' in error ? Number(error.statusCode) : 500
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return bodyTooLarge()
  }
  if (status >= 400 && status < 500) {
    return new LatchkeyError('malformed_request', 'The request cannot be read.', { cause: error })
  }
  return error
}

/**
 * The pattern of the route, since paths have ids of devices and the secrets of mails and calendars. Where there
 * is none, also for the portal's own addresses of them, the path without the query, which may contain anything, and cut to the longest of our own; with a
 * plain @, by which the log knows names.
 */
function shownPath({ routeOptions, url }: FastifyRequest): string {
  const path = url.split('?', 1)[0]?.slice(0, 120).replaceAll('%40', '@') ?? ''
  return routeOptions.url ?? path.replace(/^(\/+(?:api\/+)?(?:reminders|calendar)\/+).*/, '$1…')
}

/** Answers when no route has this path, or none with this method. */
export function notFound(allowed: readonly string[], reply: FastifyReply): LatchkeyError {
  if (allowed.length === 0) {
    return new LatchkeyError('not_found', 'There is nothing at this address.', {
      remedy: 'Check the address; upper and lower case count.',
    })
  }
  // RFC 9110 section 15.5.6: a 405 says what would be allowed.
  reply.header('allow', allowed.join(', '))
  return new LatchkeyError('method_not_allowed', 'This address does not take that method.', {
    remedy: `Use ${allowed.join(' or ')}.`,
  })
}

/** Answers when the process that could answer is not there at the moment. */
export function answerUnavailable(_request: IncomingMessage, response: ServerResponse): void {
  const message = 'The part of this service that issues is being started again.'
  const remedy = 'Send the same request again in a few seconds.'
  const error = new LatchkeyError('authority_unavailable', message, { remedy })
  answerAndClose(response, error, { 'retry-after': String(RETRY_AFTER_SECONDS) })
}

/** Answers a body that is larger than any route would take. */
export function answerTooLarge(_request: IncomingMessage, response: ServerResponse): void {
  answerAndClose(response, bodyTooLarge(), {})
}

function bodyTooLarge(): LatchkeyError {
  return new LatchkeyError('payload_too_large', 'The body is larger than 16 KiB.', {
    remedy: 'Send one certification request and nothing else.',
  })
}

function answerAndClose(
  response: ServerResponse,
  error: LatchkeyError,
  headers: Readonly<Record<string, string>>,
): void {
  const problem = problemOf(error)
  response.writeHead(problem.status, {
    ...SECURITY_HEADERS,
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...headers,
    // The rest of the body is not read.
    connection: 'close',
  })
  response.end(JSON.stringify(problem))
}

type ParserError = Error & { readonly code?: string }

/** Answers what is no complete HTTP request: broken, too long or too slow. The connection is closed. */
export function answerBrokenRequest(error: ParserError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  endSocket(socket, 'malformed_request', ...brokenStatus(error.code))
}

/** CONNECT (RFC 9110 section 9.3.6): Node passes the bare connection. Refused, since this is no proxy. */
export function answerConnect(_request: unknown, socket: Duplex): void {
  socket.on('error', () => undefined)
  endSocket(socket, 'method_not_allowed', 405, 'This is no proxy.', 'Allow: GET, HEAD, POST\r\n')
}

/** Writes a problem document to a connection without a response object, and closes it. */
function endSocket(
  socket: Duplex,
  code: ErrorCode,
  status: number,
  detail: string,
  headers = '',
): void {
  const title = STATUS_CODES[status] ?? PROBLEMS[code].title
  const problem = { ...problemOf(new LatchkeyError(code, detail)), title, status }
  const body = JSON.stringify(problem)
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n` +
      'Content-Type: application/problem+json\r\n' +
      'Cache-Control: no-store\r\n' +
      `Connection: close\r\n${headers}` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

function brokenStatus(code: string | undefined): [number, string] {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, 'The request did not arrive in time.']
    case 'HPE_HEADER_OVERFLOW':
      return [431, 'The headers are larger than 16 KiB.']
    default:
      return [400, 'This is not a request that HTTP allows.']
  }
}
