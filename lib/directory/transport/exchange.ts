import https from 'node:https'
import { nextTick } from 'node:process'
import { pipeline, Readable } from 'node:stream'
import { createGunzip, gunzipSync } from 'node:zlib'
import { Agent, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici'

/**
 * One HTTP exchange over kept connections, by the dispatcher that lies below `fetch`. Redirects are not followed.
 * Certificates are verified, also with NODE_EXTRA_CA_CERTS, and HTTPS_PROXY is used where NODE_USE_ENV_PROXY is
 * set.
 */

/** The parts of an address that are used of it. */
export type Address = Pick<URL, 'href' | 'origin' | 'protocol' | 'pathname' | 'search'>

/**
 * Gives an address below `base`, whose path ends with a slash. Joined, since URL would read the whole anew for each
 * question; so `path` is of our own making and encoded as URL would.
 */
export function addressBelow(base: Address, path: string): Address {
  const { href, origin, protocol, pathname } = base
  const [own = ''] = path.split('?', 1)
  const search = path.slice(own.length)
  return { href: `${href}${path}`, origin, protocol, pathname: `${pathname}${own}`, search }
}

export type Sent = {
  readonly method?: Dispatcher.HttpMethod
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export type Received = {
  readonly status: number
  readonly headers: Headers
  /** The caller reads it to its end or destroys it; until then the connection is in use. */
  readonly body: Readable
}

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** When all connections are in use, callers wait for one within their own time limit. */
const CONNECTIONS_MAX = 64
/** Idle connections are closed after this time; firewalls and proxies keep them for minutes. */
const IDLE_MS = 30_000

/** No call's signal ends a tunnel that a proxy does not open: undici waits five minutes, with a connection each. */
const CONNECT_MS = 5_000

const KEPT = {
  connections: CONNECTIONS_MAX,
  keepAliveTimeout: IDLE_MS,
  keepAliveMaxTimeout: IDLE_MS,
  allowH2: false,
  // The signal of each call is the only limit of its time.
  headersTimeout: 0,
  bodyTimeout: 0,
}
// Node reads the environment for its global agents, so that one setting counts for all that this process calls.
const { proxyEnv } = https.globalAgent.options
const dispatchers: Readonly<Record<string, Dispatcher>> = {
  'http:': dispatcherBy(proxyEnv?.http_proxy ?? proxyEnv?.HTTP_PROXY),
  'https:': dispatcherBy(proxyEnv?.https_proxy ?? proxyEnv?.HTTPS_PROXY),
}

/** Throws the transport's error when there is no answer. The signal ends the reading of the body as well. */
export async function exchange(url: Address, sent: Sent, signal: AbortSignal): Promise<Received> {
  const { origin, protocol, pathname, search } = url
  const dispatcher = dispatchers[protocol]
  if (dispatcher === undefined) throw new Error(`nothing is called by ${protocol}`)
  const { promise, resolve, reject } = Promise.withResolvers<Received>()
  let call: Dispatcher.DispatchController | null = null
  let answer: Answer | null = null
  const abort = () => {
    const error = new Error('the call was aborted', { cause: signal.reason })
    // A call without a connection cannot be ended, so it is left, and ended when it gets one.
    if (call === null) reject(error)
    else call.abort(error)
  }
  signal.addEventListener('abort', abort)
  const { method = 'GET', headers, body = null } = sent
  const request = { origin, path: pathname + search, method, body }
  dispatcher.dispatch(
    { ...request, headers: { ...HEADERS, ...headers } },
    {
      onRequestStart: (controller) => {
        call = controller
        if (signal.aborted) abort()
      },
      onResponseStart: (controller, status, received) => {
        // 103 and its like come before the answer (RFC 9110 section 15.2).
        if (status < 200) return
        const give = (body: Readable) => resolve({ status, headers: received, body })
        answer = isGzip(received) ? packedAnswer(controller, give) : plainAnswer(controller, give)
      },
      onResponseData: (_call, chunk) => answer?.take(chunk),
      onResponseEnd: () => {
        signal.removeEventListener('abort', abort)
        answer?.end()
      },
      onResponseError: (_call, error) => {
        signal.removeEventListener('abort', abort)
        const cut = answer === null ? error : new Error(cutBy(signal), { cause: error })
        reject(cut)
        answer?.fail(cut)
      },
    },
  )
  if (signal.aborted) abort()
  return promise
}

function cutBy({ aborted }: AbortSignal): string {
  return aborted ? 'the call was aborted' : 'an answer ends prematurely'
}

function dispatcherBy(proxy: string | undefined): Dispatcher {
  return proxy
    ? new EnvHttpProxyAgent({
        ...KEPT,
        httpProxy: proxy,
        httpsProxy: proxy,
        proxyTunnel: false,
        clientFactory: (origin, options) =>
          new Pool(origin, { ...options, headersTimeout: CONNECT_MS }),
      })
    : new Agent(KEPT)
}

const HEADERS = {
  accept: 'application/json',
  'accept-encoding': 'gzip',
  'cache-control': 'no-cache',
  'user-agent': 'latchkey',
}

type Answer = {
  readonly take: (chunk: Buffer) => void
  readonly end: () => void
  readonly fail: (error: Error) => void
}

type Give = (body: Readable) => void

/** Octets that nobody has read yet: as many as the longest answer may have once it is unpacked. */
const UNREAD_MAX = 16 * 1024 * 1024

/**
 * A call is never paused: where the server closes its connection meanwhile, undici 7.30 throws in the socket's event,
 * which nobody can catch.
 */
function plainAnswer(call: Dispatcher.DispatchController, give: Give): Answer {
  let hasEnded = false
  const body = new Readable({
    read: () => undefined,
    destroy: (error, done) => {
      if (!hasEnded) call.abort(error ?? new Error('an answer is not read to its end'))
      // Who waits for the answer listens only after this turn, and would miss the error.
      setImmediate(done, error)
    },
  })
  give(body)
  const end = () => {
    hasEnded = true
    onceFree(() => body.push(null))
  }
  const take = (chunk: Buffer) => {
    body.push(chunk)
    if (body.readableLength > UNREAD_MAX) body.destroy(new Error('an answer is not read'))
  }
  return { take, end, fail: (error) => body.destroy(error) }
}

/** Octets of a packed answer, and of what is in it, that are unpacked at once: a stream costs fifteen times as much. */
const PACKED_MAX = 16 * 1024
const UNPACKED_MAX = 256 * 1024

/** An error appears where the body is read. */
function packedAnswer(call: Dispatcher.DispatchController, give: Give): Answer {
  let held: Buffer = Buffer.alloc(0)
  let streamed: Answer | null = null
  const stream = () => {
    streamed = plainAnswer(call, (body) => give(pipeline(body, createGunzip(), () => undefined)))
    streamed.take(held)
  }
  return {
    take: (chunk) => {
      if (streamed !== null) return streamed.take(chunk)
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      if (held.length > PACKED_MAX) stream()
    },
    end: () => {
      const whole = streamed === null ? unpackedAtOnce(held) : null
      if (whole !== null) onceFree(() => give(Readable.from(whole)))
      else if (streamed === null) stream()
      streamed?.end()
    },
    fail: (error) => streamed?.fail(error),
  }
}

/** Null for what is too large, or not packed as it says. */
function unpackedAtOnce(packed: Buffer): Buffer | null {
  try {
    return gunzipSync(packed, { maxOutputLength: UNPACKED_MAX })
  } catch {
    return null
  }
}

/** A connection is free a turn after its answer. Who asks again before that would be given another. */
function onceFree(go: () => void): void {
  nextTick(() => setImmediate(go))
}

/** Throws for any encoding that was not asked for. */
function isGzip(headers: Headers): boolean {
  const encoding = headers['content-encoding']?.toString().toLowerCase() ?? 'identity'
  if (encoding === 'identity' || encoding === 'gzip') return encoding === 'gzip'
  throw new Error('an answer has an encoding that was not asked for')
}
