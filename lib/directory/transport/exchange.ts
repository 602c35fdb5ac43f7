import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/**
 * One HTTP exchange over kept connections, at half the cost of `fetch`. Redirects are not followed. Trust and
 * proxies are Node's own: certificates are verified, also with NODE_EXTRA_CA_CERTS, and HTTPS_PROXY is used
 * where NODE_USE_ENV_PROXY is set.
 */

export type Sent = {
  readonly method?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export type Received = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The caller reads it to its end or destroys it; until then the connection is in use. */
  readonly body: Readable
}

/** When all connections are in use, callers wait for one within their own time limit. */
const CONNECTIONS_MAX = 64
/** Idle connections are closed after this time; firewalls and proxies keep them for minutes. */
const IDLE_MS = 30_000

const KEPT = {
  keepAlive: true,
  timeout: IDLE_MS,
  maxSockets: CONNECTIONS_MAX,
  // Node configures its global agent by the environment; its proxy settings are used here too.
  proxyEnv: https.globalAgent.options.proxyEnv,
}
const plainAgent = new http.Agent(KEPT)
const tlsAgent = new https.Agent(KEPT)

/** Throws Node's error when there is no answer. The signal ends the reading of the body as well. */
export async function exchange(url: URL, sent: Sent, signal: AbortSignal): Promise<Received> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = { ...HEADERS, ...sent.headers }
  const { method = 'GET' } = sent
  const { hostname, port, pathname, search } = url
  // Not the URL itself, of which Node reads all parts and makes an object of its own.
  const options = {
    hostname: unbracketed(hostname),
    port,
    path: pathname + search,
    method,
    headers,
  }
  const request =
    url.protocol === 'https:'
      ? https.request({ ...options, agent: tlsAgent })
      : http.request({ ...options, agent: plainAgent })
  // Not as an option of the request: Node then watches the whole stream, for a tenth of the cost of the call.
  const abort = () => request.destroy(new Error('the call was aborted', { cause: signal.reason }))
  signal.addEventListener('abort', abort)
  request
    .on('response', resolve)
    .on('error', reject)
    .on('close', () => signal.removeEventListener('abort', abort))
  if (signal.aborted) abort()
  request.end(sent.body)
  const response = await promise
  return { status: response.statusCode ?? 0, headers: response.headers, body: decoded(response) }
}

/** An IPv6 address as the sockets take it. */
function unbracketed(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}

const HEADERS = {
  accept: 'application/json',
  'accept-encoding': 'gzip',
  'cache-control': 'no-cache',
  'user-agent': 'latchkey',
}

function decoded(response: IncomingMessage): Readable {
  const encoding = response.headers['content-encoding']?.toLowerCase() ?? 'identity'
  if (encoding === 'identity') return response
  if (encoding !== 'gzip') {
    response.destroy()
    throw new Error('an answer has an encoding that was not asked for')
  }
  // An error appears where the returned stream is read.
  return pipeline(response, createGunzip(), () => undefined)
}
