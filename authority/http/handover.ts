import { hash, timingSafeEqual } from 'node:crypto'
import http from 'node:http'
import { pipeline } from 'node:stream'
import { headerValues } from './headers.ts'

/**
 * On SQLite one process writes. The others answer relying parties, and hand everything else over to it: by
 * plain http on a socket inside the data folder, which only this account reaches, with a secret that is made at
 * each start. Headers go through as they came, those of a trusted proxy too; the client's address goes along.
 */
export type Handover = {
  /** Path of the Unix socket, or name of the pipe on Windows. */
  readonly socket: string
  readonly secret: string
}

type Listener = http.RequestListener

const SECRET_HEADER = 'x-latchkey-handover'
const ADDRESS_HEADER = 'x-latchkey-handover-address'

/** Of one connection only (RFC 9110 section 7.6.1), or of this file. */
const NOT_HANDED_OVER = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  SECRET_HEADER,
  ADDRESS_HEADER,
])

const CONNECTIONS_MAX = 64
/** Closed here before the writer closes it (KEEP_ALIVE_MS): a request that crosses its end would be lost. */
const WRITER_IDLE_MS = 30_000
/** Longer than any answer takes, so that a writer that hangs does not hold the client for ever. */
const ANSWER_MAX_MS = 60_000

export type HandingOver = {
  readonly isOwn: (url: string) => boolean
  /** The most octets that a body may have there. */
  readonly bodyMax: (url: string) => number
  /** Answers when the writer cannot be reached. */
  readonly fail: Listener
  readonly tooLarge: Listener
}

/**
 * Gives requests for which `isOwn` is false to the writer, each with its whole body at once: a writer that
 * refuses early and closes would otherwise break the sending, and its answer would be lost.
 */
export function handingOver(
  { socket, secret }: Handover,
  own: Listener,
  { isOwn, bodyMax, fail, tooLarge }: HandingOver,
): Listener {
  const agent = new http.Agent({
    keepAlive: true,
    maxSockets: CONNECTIONS_MAX,
    timeout: WRITER_IDLE_MS,
  })
  const send = (request: http.IncomingMessage, response: http.ServerResponse, body: Buffer) => {
    const outgoing = http.request({
      ...{ agent, socketPath: socket, method: request.method, path: request.url, setHost: false },
      headers: headersFor(request, secret, body),
      timeout: ANSWER_MAX_MS,
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error('The writer does not answer.')))
    outgoing.on('error', () => {
      if (response.headersSent) response.destroy()
      else fail(request, response)
    })
    outgoing.on('response', (answer) => {
      response.sendDate = false
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headersOf(answer))
      pipeline(answer, response, () => undefined)
    })
    response.on('close', () => {
      if (!response.writableFinished) outgoing.destroy()
    })
    outgoing.end(body)
  }
  return (request, response) => {
    const url = request.url ?? ''
    if (isOwn(url)) {
      own(request, response)
      return
    }
    void bodyOf(request, bodyMax(url)).then(
      (body) => (body === null ? tooLarge(request, response) : send(request, response, body)),
      () => response.destroy(),
    )
  }
}

/** Gives null for a body that is too large. Throws when the client goes away. */
async function bodyOf(request: http.IncomingMessage, max: number): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let length = 0
  // Leaving the loop must not end the connection, on which the answer is still to go out.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length
    if (length > max) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const addresses = new WeakMap<http.IncomingMessage, string>()

/** Takes what was handed over, and nothing else. */
export function takingOver({ secret }: Handover, next: Listener): Listener {
  const expected = hash('sha256', secret, 'buffer')
  return (request, response) => {
    const [given = ''] = headerValues(request, SECRET_HEADER)
    if (!timingSafeEqual(hash('sha256', given, 'buffer'), expected)) {
      request.socket.destroy()
      return
    }
    addresses.set(request, headerValues(request, ADDRESS_HEADER)[0] ?? '')
    next(request, response)
  }
}

/** Gives the address at the other end of the client's connection, wherever it was accepted. */
export function addressOf(request: http.IncomingMessage): string {
  return addresses.get(request) ?? request.socket.remoteAddress ?? ''
}

function headersFor(request: http.IncomingMessage, secret: string, body: Buffer): string[] {
  const kept = keptOf(request.rawHeaders)
  // By the octets that are sent, whatever the client said: otherwise some could be read as the next request.
  if (hasBody(request)) kept.push('content-length', String(body.length))
  // HTTP/1.0 has none, and is let through where it may be.
  if (request.headers.host === undefined) kept.push('host', 'localhost')
  kept.push(SECRET_HEADER, secret, ADDRESS_HEADER, addressOf(request))
  return kept
}

function headersOf(answer: http.IncomingMessage): string[] {
  const kept = keptOf(answer.rawHeaders)
  const length = answer.headers['content-length']
  if (length !== undefined) kept.push('content-length', length)
  if (answer.headers.connection === 'close') kept.push('connection', 'close')
  return kept
}

function keptOf(raw: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = raw.slice(at, at + 2)
    if (!NOT_HANDED_OVER.has(name.toLowerCase())) kept.push(name, value)
  }
  return kept
}

function hasBody({ headers }: http.IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined
}
