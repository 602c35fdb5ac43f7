import type { IncomingMessage, ServerResponse } from 'node:http'
import { denied, GraphError, graphErrorBody } from './graph-error.ts'
import { badRequest } from './graph-query.ts'
import { answerCall } from './graph-routes.ts'
import { sendJson } from './http.ts'
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
  { tenant, tokens, subscriptions }: GraphSite,
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', url)
    const [, version = '', path = ''] = /^\/graph\/([^/]+)\/(.*)$/.exec(pathname) ?? []
    const roles = await authenticate(tokens, request.headers.authorization)
    if (version !== 'v1.0' && version !== 'beta') throw badRequest('Invalid version')
    const [segment, id = null] = path.split('/')
    if (segment !== 'subscriptions' && request.method !== 'GET') {
      throw new GraphError(405, 'Request_BadRequest', 'Specified HTTP method is not allowed.')
    }
    await suffer(tenant, response)
    if (segment === 'subscriptions') {
      const { status, body } = await subscriptions.answer(request, roles, id)
      return body === null
        ? void response.writeHead(status).end()
        : sendJson(response, status, body)
    }
    const base = `${url}/graph/${version}`
    const call = {
      tenant,
      roles,
      version,
      base,
      path: decodeURI(path),
      query: searchParams,
    } as const
    sendJson(response, 200, answerCall(call))
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    sendJson(response, error.status, graphErrorBody(error), error.headers)
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

/** Plays the fault that was asked for by POST /sandbox/faults. */
async function suffer(tenant: Tenant, response: ServerResponse): Promise<void> {
  switch (tenant.graphFault) {
    case 'down':
      throw new GraphError(503, 'ServiceUnavailable', 'Service is temporarily unavailable.')
    case 'throttled':
      throw new GraphError(429, 'TooManyRequests', 'Too many requests.', {
        'retry-after': String(RETRY_AFTER_SECONDS),
      })
    case 'denied':
      throw denied()
    case 'slow':
      return await new Promise((resolve) => {
        const timer = setTimeout(resolve, SLOW_MS)
        response.once('close', () => {
          clearTimeout(timer)
          resolve()
        })
      })
    case 'empty':
    case 'forgetful':
    case null:
      return
  }
}
