import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { LatchkeyError } from '#lib/errors.ts'

/**
 * A Graph server whose answers a test defines, on a local port, with a token endpoint of its own. Requests
 * within a batch go to the same handler, one by one, unless the test answers batches itself.
 */

export type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void

const servers: Server[] = []

export type ServeOptions = { readonly token?: Handler | undefined; readonly batch?: Handler }

export async function serveGraph(handler: Handler, { token, batch }: ServeOptions = {}) {
  const requests: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const calls: string[] = []
  let tokens = 0
  const server = createServer((request, response) => {
    const url = asWritten(`http://${request.headers.host}${request.url}`)
    if (url === null) return response.destroy()
    if (url.pathname === '/token') {
      tokens += 1
      const usual = json({ access_token: `token-${tokens}`, expires_in: 3600 })
      return (token ?? usual)(request, response, url)
    }
    if (request.headers[WITHIN] === undefined) calls.push(`${request.method} ${url.pathname}`)
    if (url.pathname.endsWith('/$batch')) return (batch ?? oneByOne)(request, response, url)
    requests.push(`${url.pathname}${url.search}`)
    headers.push(request.headers)
    return handler(request, response, url)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const options = {
    graphUrl: `http://127.0.0.1:${port}/graph`,
    tokenUrl: `http://127.0.0.1:${port}/token`,
    clientId: 'a11ce001-7d3f-4b52-9c68-1f0e5a2b8c01',
    clientSecret: 'secret',
    apiClientId: 'a9100001-2f64-4a8d-b5c9-e17d30a6f801',
  }
  return {
    options,
    /** Questions; each request within a batch is one. */
    requests,
    /** The headers of each question. */
    headers,
    /** HTTP calls; a batch is one. */
    calls,
    tokens: () => tokens,
  }
}

/** Null for an address that URL would write otherwise: what is asked is encoded to the last sign. */
function asWritten(address: string): URL | null {
  const url = new URL(address)
  return url.href === address ? url : null
}

/** Header that marks requests within a batch. */
const WITHIN = 'x-test-within-batch'

type BatchRequest = {
  readonly id: string
  readonly url: string
  readonly headers: Record<string, string>
}

/**
 * Answers the requests of a batch in reverse order. One request whose connection is cut cuts that of the
 * batch.
 */
function oneByOne(request: IncomingMessage, response: ServerResponse, url: URL): void {
  const ask = async ({ id, url: relative, headers }: BatchRequest) => {
    const address = asWritten(url.href.replace('/$batch', relative))
    if (address === null) throw new Error('a question that URL would write otherwise')
    const { authorization = '' } = request.headers
    const sent = { ...headers, authorization, [WITHIN]: 'yes' }
    const answer = await fetch(address, { headers: sent, redirect: 'manual' })
    const body = await answer.text()
    return {
      id,
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: read(body),
    }
  }
  const answer = async () => {
    const { requests } = JSON.parse(await text(request)) as { requests: BatchRequest[] }
    const responses = await Promise.all(requests.map(ask))
    json({ responses: responses.toReversed() })(request, response, url)
  }
  answer().catch(() => response.destroy())
}

/** A body that is no JSON is base64 within a batch. */
function read(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return Buffer.from(body).toString('base64')
  }
}

/** Closes all servers; for `afterEach`. */
export async function closeGraphServers(): Promise<void> {
  await Promise.all(
    servers.splice(0).map(
      (server) =>
        new Promise((resolve) => {
          server.close(resolve)
          server.closeAllConnections()
        }),
    ),
  )
}

export function json(body: unknown): Handler {
  return status(200, JSON.stringify(body), { 'content-type': 'application/json' })
}

export function status(code: number, body: string | Buffer = '', headers = {}): Handler {
  return (_request, response) => {
    response.writeHead(code, headers)
    response.end(code === 204 ? undefined : body)
  }
}

export function redirect(location: string): Handler {
  return status(302, '', { location })
}

export function flood(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200)
  const block = Buffer.alloc(1024 * 1024, ' ')
  const pour = () => {
    while (!response.destroyed && response.write(block));
  }
  response.on('drain', pour)
  pour()
}

export function graphError(code: string, message = code): string {
  return JSON.stringify({ error: { code, message } })
}

export async function failure(asked: Promise<unknown>): Promise<LatchkeyError> {
  return (await asked.then(
    (value) => {
      throw new Error(`answered ${JSON.stringify(value)}`)
    },
    (error: unknown) => error,
  )) as LatchkeyError
}
