import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Config } from '#lib/config.ts'
import { ConfigError } from '#lib/config.ts'
import { answerControl, type Control } from './control.ts'
import { answerGraph } from './graph.ts'
import { HttpError, isLoopbackAddress, isLoopbackHost, readBody, sendJson } from './http.ts'
import { createTenant } from './tenant.ts'
import { answerClientCredentials } from './token-endpoint.ts'
import { createTokenService } from './tokens.ts'

export type Sandbox = {
  /** `http://localhost:{port}`, as the configuration has it. */
  readonly url: string
  readonly close: () => Promise<void>
}

export type SandboxConfig = Pick<
  Config,
  | 'sandbox'
  | 'SANDBOX_PORT'
  | 'LATCHKEY_API_SCOPE'
  | 'tenantId'
  | 'tenantName'
  | 'issuerV2'
  | 'apiClientId'
  | 'portalClientId'
  | 'graphClientId'
  | 'portalUrl'
>

/**
 * Starts the imitation of Entra ID and Microsoft Graph on this machine's own addresses and nowhere
 * else. Throws ConfigError beside a real tenant: its sign-in page asks for no password.
 */
export async function startSandbox(config: SandboxConfig): Promise<Sandbox> {
  if (!config.sandbox) {
    throw new ConfigError(
      'The sandbox does not start beside a real tenant; unset LATCHKEY_TENANT_ID to use it.',
    )
  }
  const url = `http://localhost:${config.SANDBOX_PORT}`
  const control: Control = {
    config,
    tenant: createTenant(),
    tokens: await createTokenService(config),
  }
  const servers: Server[] = []
  try {
    for (const address of ['127.0.0.1', '::1']) {
      const server = createServer(
        (request, response) => void answer(control, url, request, response),
      )
      if (await listen(server, config.SANDBOX_PORT, address)) servers.push(server)
    }
  } catch (error) {
    await Promise.all(servers.map(close))
    throw error
  }
  return {
    url,
    close: async () => {
      await Promise.all(servers.map(close))
    },
  }
}

async function answer(
  control: Control,
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    guard(request)
    const { pathname } = new URL(request.url ?? '/', url)
    const segments = pathname.split('/').slice(1).map(decodeURIComponent)
    const [first, second, third] = segments
    if (first === 'sandbox' && segments.length <= 3) {
      guardOrigin(request)
      return await answerControl(control, request, response, second ?? '', third ?? null)
    }
    if (first === 'graph')
      return await answerGraph(control.tenant, control.tokens, url, request, response)
    if (pathname === `/${control.config.tenantId}/oauth2/v2.0/token` && request.method === 'POST') {
      const form = new URLSearchParams(await readBody(request))
      return await answerClientCredentials(control, url, request, response, form)
    }
    if (pathname === `/${control.config.tenantId}/discovery/v2.0/keys`) {
      return sendJson(response, 200, control.tokens.jwks, { 'access-control-allow-origin': '*' })
    }
    throw new HttpError(404, 'The sandbox has no such page.')
  } catch (error) {
    if (response.headersSent) return void response.destroy()
    const known = error instanceof HttpError || error instanceof URIError
    const status = error instanceof HttpError ? error.status : known ? 400 : 500
    sendJson(response, status, { error: known ? error.message : 'The sandbox failed.' })
  }
}

/** The listener is on loopback; this also stops other sites' pages that name themselves so (DNS rebinding). */
function guard(request: IncomingMessage): void {
  if (!isLoopbackAddress(request.socket.remoteAddress)) {
    throw new HttpError(403, 'The sandbox answers this machine only.')
  }
  if (!isLoopbackHost(request.headers.host)) {
    throw new HttpError(421, 'The sandbox answers to localhost, 127.0.0.1 and [::1] only.')
  }
}

/** Browsers say where a request comes from; a page of another site shall not change the tenant. */
function guardOrigin(request: IncomingMessage): void {
  const { origin, host } = request.headers
  const foreign = origin !== undefined && origin !== `http://${host}`
  if (foreign || request.headers['sec-fetch-site'] === 'cross-site') {
    throw new HttpError(
      403,
      'The sandbox takes control calls from its own page and from tools only.',
    )
  }
}

/** False where the machine does not have the address, as ::1 without IPv6. */
function listen(server: Server, port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const absent = error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT'
      if (absent && host === '::1') resolve(false)
      else reject(error)
    })
    server.listen({ port, host }, () => resolve(true))
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
