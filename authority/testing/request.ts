import http from 'node:http'
import https from 'node:https'
import { connect } from 'node:net'
import type { Config } from '#lib/config.ts'

/** Requests to a running service as a test words them. */

export type TestRequest = {
  readonly method?: string
  readonly path: string
  /** A list of pairs, so that a header can be sent twice. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly token?: string
  readonly body?: Uint8Array | string
  readonly tls?: boolean
  /** Client certificate and key for the TLS handshake, as PEM. */
  readonly client?: ClientPair
  /** Source address of the request; loopback by default. */
  readonly from?: string
}

export type ClientPair = { readonly certificate: string; readonly key: string }

export type Answer = {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
  /** The body parsed as JSON. */
  readonly json: Record<string, unknown>
}

export type RawOptions = {
  /** Closes our side of the connection after the bytes. */
  readonly halfClose?: boolean
  readonly timeoutMs?: number
}

/** Sends one request to the http or the https listener, over a connection of its own. */
export function send(config: Config, request: TestRequest): Promise<Answer> {
  const { method = 'GET', path: target, body, tls = false } = request
  const headers = [
    ['host', 'localhost'] as const,
    ...(request.token === undefined ? [] : [['authorization', `Bearer ${request.token}`] as const]),
    ...(request.headers ?? []),
    ...(body === undefined ||
    named(request, 'transfer-encoding') ||
    named(request, 'content-length')
      ? []
      : [['content-length', String(Buffer.byteLength(body))] as const]),
  ]
  return new Promise((resolve, reject) => {
    const outgoing = (tls ? https : http).request({
      method,
      path: target,
      host: '127.0.0.1',
      port: tls ? config.AUTHORITY_TLS_PORT : config.AUTHORITY_PORT,
      setHost: false,
      rejectUnauthorized: false,
      agent: false,
      ...(request.client && { cert: request.client.certificate, key: request.client.key }),
      ...(request.from && { localAddress: request.from }),
      headers: headers.flat(),
    })
    outgoing.once('error', reject)
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.once('error', reject)
      incoming.once('end', () => resolve(answerOf(incoming, Buffer.concat(chunks))))
    })
    outgoing.end(body)
  })
}

function named({ headers = [] }: TestRequest, name: string): boolean {
  return headers.some(([header]) => header.toLowerCase() === name)
}

function answerOf(incoming: http.IncomingMessage, body: Buffer): Answer {
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    body,
    get json() {
      return JSON.parse(body.toString()) as Record<string, unknown>
    },
  }
}

/**
 * Writes these bytes to the http listener and gives everything that comes back until it closes the
 * connection.
 */
export function sendRaw(
  port: number,
  bytes: string | Buffer,
  options: RawOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.setTimeout(options.timeoutMs ?? 10_000, () => {
      socket.destroy()
      reject(new Error(`No end after: ${Buffer.concat(chunks).toString('latin1')}`))
    })
    socket.on('data', (chunk) => chunks.push(chunk))
    // A server closes with a reset when the client keeps sending after the answer.
    socket.once('error', () => resolve(Buffer.concat(chunks).toString('latin1')))
    socket.once('end', () => {
      socket.destroy()
      resolve(Buffer.concat(chunks).toString('latin1'))
    })
    if (options.halfClose) socket.end(bytes)
    else socket.write(bytes)
  })
}
