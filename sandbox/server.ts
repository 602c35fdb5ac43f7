import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type SandboxConfig, SandboxConfigError } from './config.ts'
import { answerControl, type Control } from './control/control.ts'
import { createOidc, type Oidc, type OidcSite } from './entra/oidc.ts'
import { answerGraph } from './graph/graph.ts'
import { openSubscriptions } from './graph/subscriptions.ts'
import { HttpError, isLoopbackAddress, isLoopbackHost, sendHtml, sendJson } from './http.ts'
import { homePage } from './pages/home.ts'
import { sendMail } from './pages/mails.ts'
import { answerPlay } from './pages/play.ts'
import { createTenant } from './tenant/tenant.ts'
import { createTokenService } from './tokens/tokens.ts'

export type Sandbox = {
  /** `http://localhost:{port}`, as the configuration has it. */
  readonly url: string
  readonly close: () => Promise<void>
}

/**
 * Starts the imitation of Entra ID and Microsoft Graph, on loopback addresses unless another is configured.
 * Throws SandboxConfigError with a real tenant, since its sign-in page asks for no password.
 */
export async function startSandbox(config: SandboxConfig): Promise<Sandbox> {
  if (!config.sandbox) {
    throw new SandboxConfigError(
      'The sandbox does not start beside a real tenant; unset LATCHKEY_TENANT_ID to use it.',
    )
  }
  const url = `http://localhost:${config.SANDBOX_PORT}`
  const tenant = createTenant(config)
  const control: Control = {
    config,
    tenant,
    tokens: await createTokenService(config),
    subscriptions: openSubscriptions(tenant, config.tenantId),
  }
  const { tenantName, portalUrl } = config
  const onLoopback = config.listenOn === undefined
  const site = { control, url, tenantName, portalUrl, onLoopback }
  const answer = answerer(site, createOidc(site))
  const servers: Server[] = []
  try {
    for (const address of config.listenOn ? [config.listenOn] : ['127.0.0.1', '::1']) {
      const server = createServer(answer)
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

type Site = OidcSite & { readonly onLoopback: boolean }

function answerer(site: Site, oidc: Oidc) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    answer(site, oidc, request, response).catch((error: unknown) => fail(response, error))
  }
}

async function answer(
  site: Site,
  oidc: Oidc,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  guard(request, site.onLoopback)
  const { control, url, tenantName, portalUrl } = site
  const { pathname, searchParams } = new URL(request.url ?? '/', url)
  const [first = '', second = '', third = null, fourth = null, ...more] = pathname
    .split('/')
    .slice(1)
    .map(decodeURIComponent)
  if (first === control.config.tenantId) return await oidc.answer(request, response)
  if (first === 'graph') {
    return await answerGraph(control, url, request, response)
  }
  const file = FILES[pathname]
  if (file) return sendFile(response, file)
  if (pathname === '/') {
    return sendHtml(response, 200, homePage(tenantName, portalUrl, control.tenant), ["'self'"])
  }
  if (first === 'mails' && third === null) return sendMail(response, control.tenant, second)
  if (more.length > 0) throw new HttpError(404, 'The sandbox has no such page.')
  if (first === 'sandbox') {
    guardOrigin(request)
    const called = { name: second, id: third, action: fourth, query: searchParams }
    return await answerControl(control, request, response, called)
  }
  if (first === 'play' && fourth === null) {
    guardOrigin(request)
    return await answerPlay(control.tenant, request, response, second, third)
  }
  throw new HttpError(404, 'The sandbox has no such page.')
}

/** Only the text of the sandbox's own errors is sent: any other could contain something secret. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const [status, text] =
    error instanceof HttpError
      ? [error.status, error.message]
      : error instanceof URIError
        ? [400, 'The address is malformed.']
        : [500, 'The sandbox failed.']
  sendJson(response, status, { error: text })
}

const FILES: Readonly<Record<string, { readonly from: string; readonly type: string }>> = {
  '/sandbox.css': { from: './sandbox.css', type: 'text/css; charset=utf-8' },
  '/sandbox.svg': { from: './sandbox.svg', type: 'image/svg+xml' },
}

function sendFile(response: ServerResponse, file: { from: string; type: string }): void {
  const content = readFileSync(new URL(file.from, import.meta.url))
  response.writeHead(200, {
    'content-type': file.type,
    'content-length': content.length,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  })
  response.end(content)
}

/**
 * Besides the address, which counts where the listener is on loopback, the Host header is checked, against
 * pages of other sites that resolve to this address (DNS rebinding).
 */
function guard(request: IncomingMessage, onLoopback: boolean): void {
  if (onLoopback && !isLoopbackAddress(request.socket.remoteAddress)) {
    throw new HttpError(403, 'The sandbox answers this machine only.')
  }
  if (!isLoopbackHost(request.headers.host)) {
    throw new HttpError(421, 'The sandbox answers to localhost, 127.0.0.1 and [::1] only.')
  }
}

/** Browsers send Origin; a page of another site must not change the tenant. */
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

/** Gives false when the machine does not have the address, as ::1 without IPv6. */
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
