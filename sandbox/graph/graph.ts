import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody, sendJson } from '#sandbox/http.ts'
import { denied, GraphError, graphErrorBody, type RequestIds } from '#sandbox/odata/graph-error.ts'
import { badRequest } from '#sandbox/odata/graph-query.ts'
import {
  answerRegistrations,
  isOfRegistrations,
} from '#sandbox/registrations/graph-registrations.ts'
import { countHttpCall, logRequest } from '#sandbox/tenant/request-log.ts'
import type { Tenant } from '#sandbox/tenant/tenant.ts'
import type { TokenService } from '#sandbox/tokens/tokens.ts'
import { answerBatch, type BatchedAnswer } from './graph-batch.ts'
import { answerCall } from './graph-routes.ts'
import type { Subscriptions } from './subscriptions.ts'

/** The part of Microsoft Graph that Latchkey reads, v1.0 and beta, in Graph's own form. */

const SLOW_MS = 15_000
const RETRY_AFTER_SECONDS = 10

export type GraphSite = {
  readonly config: { readonly tenantId: string; readonly tenantName: string }
  readonly tenant: Tenant
  readonly tokens: TokenService
  readonly subscriptions: Subscriptions
}

/** Answers `{url}/graph/…` for a caller with a Graph token of this tenant. */
export async function answerGraph(
  site: GraphSite,
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const ids = idsOf(request)
  countHttpCall(site.tenant.requests)
  const { status, headers, body } = await answer({ site, url, request, response, ids })
  const all = {
    'request-id': ids.request,
    'client-request-id': ids.client ?? ids.request,
    'x-ms-ags-diagnostic': AGS_DIAGNOSTIC,
    ...headers,
  }
  if (body === null) response.writeHead(status, all).end()
  else sendJson(response, status, body, all)
}

/** One HTTP call of Graph. */
type Visit = {
  readonly site: GraphSite
  readonly url: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly ids: RequestIds
}

type Answered = BatchedAnswer

async function answer(visit: Visit): Promise<Answered> {
  const { request, url, site } = visit
  const address = new URL(request.url ?? '/', url)
  const [, version = '', path = ''] = /^\/graph\/([^/]+)\/(.*)$/.exec(address.pathname) ?? []
  if (path === '$batch' && request.method === 'POST') {
    // Each request of a batch adds a listener for the end of the response while it waits.
    visit.response.setMaxListeners(0)
    return graphAnswer(visit.ids, async () => {
      const roles = await authenticate(site.tokens, request.headers.authorization)
      const root = `${url}/graph/${version}/`
      const body = await answerBatch(request, root, ({ method, address, headers }) => {
        const prefer = headers.prefer ?? ''
        return answerOne(visit, { method, version, address, prefer, roles, isBatched: true })
      })
      return { status: 200, body }
    })
  }
  const method = request.method ?? ''
  const prefer = request.headers.prefer?.toString() ?? ''
  return answerOne(visit, { method, version, address, prefer, roles: null, isBatched: false })
}

/** One question, alone or in a batch. */
type Asked = {
  readonly method: string
  readonly version: string
  readonly address: URL
  readonly prefer: string
  /** Application permissions of the token; null before they were checked. */
  readonly roles: readonly string[] | null
  readonly isBatched: boolean
}

/** Answers one question and counts it. */
async function answerOne(visit: Visit, asked: Asked): Promise<Answered> {
  const { site, ids } = visit
  const { pathname, search } = asked.address
  const text = decoded(pathname + search).replace(/^\/graph\//, '')
  const entry = logRequest(site.tenant.requests, asked.method, text, ids.client)
  const answered = await graphAnswer(ids, () => findAnswer(visit, asked))
  entry.status = answered.status
  return answered
}

async function findAnswer({ site, url, request, response }: Visit, asked: Asked) {
  const { tenant, tokens, subscriptions } = site
  const { method, version, address, prefer, isBatched } = asked
  const roles = asked.roles ?? (await authenticate(tokens, request.headers.authorization))
  if (version !== 'v1.0' && version !== 'beta') throw badRequest('Invalid version')
  const path = address.pathname.slice(`/graph/${version}/`.length)
  const [segment, id = null] = path.split('/')
  const isSubscription = segment === 'subscriptions' && !isBatched
  const isRegistrations = isOfRegistrations(path) && !isBatched
  if (!isSubscription && !isRegistrations && method !== 'GET') {
    throw new GraphError(405, 'Request_BadRequest', 'Specified HTTP method is not allowed.')
  }
  await suffer(tenant, response)
  if (isSubscription) return await subscriptions.answer(request, roles, id)
  if (isRegistrations) {
    return answerRegistrations(method, decodeURI(path), {
      tenant,
      registrations: tenant.registrations,
      ...site.config,
      permissions: roles,
      query: address.searchParams,
      body: method === 'GET' ? null : parseBody(await readBody(request)),
    })
  }
  const body = answerCall({
    tenant,
    roles,
    version,
    base: `${url}/graph/${version}`,
    path: decodeURI(path),
    query: address.searchParams,
    prefer,
  })
  return { status: 200, body }
}

/** Gives the answer, or the error in Graph's own form. */
async function graphAnswer(
  ids: RequestIds,
  find: () => Promise<{ readonly status: number; readonly body: unknown }>,
): Promise<Answered> {
  try {
    return { ...(await find()), headers: {} }
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    return { status: error.status, headers: error.headers, body: graphErrorBody(error, ids) }
  }
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest('Unable to read JSON request payload.')
  }
}

/** Names the server that answered, which every answer of Graph does. */
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

/** Decodes for display; a malformed escape is left unchanged. */
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

/** Applies the fault and the latency that control calls have set. */
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

/** Ends early when the caller closes the connection. */
function wait(milliseconds: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    response.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
