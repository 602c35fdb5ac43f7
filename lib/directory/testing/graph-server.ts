import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LatchkeyError } from '#lib/errors.ts'

/** A Graph that does what a test tells it, on a port of this machine, with a token endpoint of its own. */

export type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void

const servers: Server[] = []

export async function serveGraph(handler: Handler, tokenHandler?: Handler) {
  const requests: string[] = []
  const headers: IncomingMessage['headers'][] = []
  let tokens = 0
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    if (url.pathname === '/token') {
      tokens += 1
      const token = json({ access_token: `token-${tokens}`, expires_in: 3600 })
      return (tokenHandler ?? token)(request, response, url)
    }
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
  return { options, requests, headers, tokens: () => tokens }
}

/** For `afterEach`. */
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
