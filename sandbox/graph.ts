import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { denied, GraphError, graphErrorBody, type RequestIds } from './graph-error.ts'
import { badRequest } from './graph-query.ts'
import { answerCall } from './graph-routes.ts'
import { sendJson } from './http.ts'
import { logRequest } from './request-log.ts'
import type { Subscriptions } from './subscriptions.ts'
import type { Tenant } from './tenant.ts'
import type { TokenService } from './tokens.ts'

/** The part of Microsoft Graph that Latchkey reads, v1.0 and beta, in Graph's own shapes. */

const SLOW_MS = 15_000
const RETRY_AFTER_SECONDS = 10

export type GraphSite = {
  readonly tenant: Tenant
  readonly tokens: TokenService
  readonly subscriptions: Subscriptions
}

/** Answers `{url}/graph/…` for who brings a Graph token of this tenant. */
export async function answerGraph(
  site: GraphSite,
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const address = new URL(request.url ?? '/', url)
  const ids = idsOf(request)
  const asked = decoded(address.pathname + address.search).replace(/^\/graph\//, '')
  const entry = logRequest(site.tenant.requests, request.method ?? '', asked, ids.client)
  const headers = {
    'request-id': ids.request,
    'client-request-id': ids.client ?? ids.request,
    'x-ms-ags-diagnostic': AGS_DIAGNOSTIC,
  }
  const send = (status: number, body: unknown, more: Record<string, string> = {}) => {
    entry.status = status
    if (body === null) return void response.writeHead(status, headers).end()
    sendJson(response, status, body, { ...headers, ...more })
  }
  try {
    const { status, body } = await answer(site, url, address, request, response)
    send(status, body)
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    send(error.status, graphErrorBody(error, ids), error.headers)
  }
}

async function answer(
  { tenant, tokens, subscriptions }: GraphSite,
  url: string,
  { pathname, searchParams }: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const [, version = '', path = ''] = /^\/graph\/([^/]+)\/(.*)$/.exec(pathname) ?? []
  const roles = await authenticate(tokens, request.headers.authorization)
  if (version !== 'v1.0' && version !== 'beta') throw badRequest('Invalid version')
  const [segment, id = null] = path.split('/')
  if (segment !== 'subscriptions' && request.method !== 'GET') {
    throw new GraphError(405, 'Request_BadRequest', 'Specified HTTP method is not allowed.')
  }
  await suffer(tenant, response)
  if (segment === 'subscriptions') return await subscriptions.answer(request, roles, id)
  const body = answerCall({
    tenant,
    roles,
    version,
    base: `${url}/graph/${version}`,
    path: decodeURI(path),
    query: searchParams,
    prefer: request.headers.prefer?.toString() ?? '',
  })
  return { status: 200, body }
}

/** Which of Graph's servers answered, as every answer of it says. */
const AGS_DIAGNOSTIC = JSON.stringify({
  ServerInfo: {
    DataCenter: 'Sandbox',
    Slice: 'E',
    Ring: '1',
    ScaleUnit: '000',
    RoleInstance: 'SANDBOX',
  },
})

function idsOf(request: IncomingMessage): RequestIds {
  const given = request.headers['client-request-id']
  return { request: randomUUID(), client: typeof given === 'string' ? given : null }
}

/** For people to read; a malformed escape stays as it came. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

async function authenticate(
  tokens: TokenService,
  authorization: string | undefined,
): Promise<readonly string[]> {
  const [, token] = /^Bearer ([\w.-]+)$/i.exec(authorization ?? '') ?? []
  const roles = token === undefined ? null : await tokens.graphRoles(token)
  if (roles) return roles
  const message =
    token === undefined ? 'Access token is empty.' : 'Access token validation failure.'
  throw new GraphError(401, 'InvalidAuthenticationToken', message, {
    'www-authenticate': 'Bearer realm="", authorization_uri="", client_id=""',
  })
}

/** Plays the fault and the latency that were asked for by the control calls. */
async function suffer({ faults, settings }: Tenant, response: ServerResponse): Promise<void> {
  const [least, most] = settings.latencyMs
  const latency = least + Math.random() * Math.max(0, most - least)
  const waitMs = faults.graph === 'slow' ? SLOW_MS : latency
  if (waitMs > 0) await wait(waitMs, response)
  switch (faults.graph) {
    case 'down':
      throw new GraphError(503, 'ServiceUnavailable', 'Service is temporarily unavailable.')
    case 'throttled':
      throw new GraphError(429, 'TooManyRequests', 'Too many requests.', {
        'retry-after': String(RETRY_AFTER_SECONDS),
      })
    case 'denied':
      throw denied()
    case 'slow':
    case 'empty':
    case 'forgetful':
    case null:
      return
  }
}

/** Ends early when the caller hangs up. */
function wait(milliseconds: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    response.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
