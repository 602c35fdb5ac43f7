import http from 'node:http'
import https from 'node:https'
import { fastify } from 'fastify'
import {
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import type { Logger } from 'pino'
import type { StatusService } from '#authority/jobs/status-service.ts'
import { caRoutes } from '#authority/routes/ca.ts'
import { crlRoutes } from '#authority/routes/crl.ts'
import { csrRoutes } from '#authority/routes/csr.ts'
import { estRoutes } from '#authority/routes/est.ts'
import { checksOf, healthRoutes, type WorkersSeen } from '#authority/routes/health.ts'
import { manageRoutes } from '#authority/routes/manage.ts'
import { meRoutes } from '#authority/routes/me.ts'
import { type NetworkDeps, networkRoutes } from '#authority/routes/networks.ts'
import { type Notices, notificationRoutes } from '#authority/routes/notifications.ts'
import { withOcsp } from '#authority/routes/ocsp.ts'
import { type PropagationDeps, propagationRoutes } from '#authority/routes/propagation.ts'
import { type ReminderDeps, reminderRoutes } from '#authority/routes/reminders.ts'
import type { TlsMaterial } from '#authority/tls/tls.ts'
import { REQUEST_ID_HEADER } from '#lib/api/request-id.ts'
import type { VerifyToken } from '#lib/auth/entra-token.ts'
import type { StepUp } from '#lib/auth/step-up.ts'
import type { Config } from '#lib/config.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import { fewAtOnce } from './at-once.ts'
import { type GuardRules, guard } from './guard.ts'
import { type Handover, takingOver } from './handover.ts'
import { SECURITY_HEADERS, STRICT_TRANSPORT } from './headers.ts'
import type { Limits } from './limits.ts'
import { describeRoutes, openapiRoute } from './openapi.ts'
import { refuseWhenLate } from './overload.ts'
import { pathsOf } from './paths.ts'
import { IDLE_MS, KEEP_ALIVE_MS, PATIENCE, type Patience } from './patience.ts'
import {
  answerBrokenRequest,
  answerConnect,
  badPathHandler,
  notFound,
  problemHandler,
} from './problems.ts'
import { requestIdOf } from './request-id.ts'
import { SIGNED_IN } from './requester.ts'
import { type App, schemaErrorFormatter } from './schema.ts'

/** What every listener needs. */
export type ListenerDeps = GuardRules & {
  readonly limits: Limits
  readonly log: Logger
  /** Time limits for clients and the limit of the event loop's delay; tests set their own. */
  readonly patience?: Partial<Patience>
  readonly workers: WorkersSeen | null
  readonly isLeaving: () => boolean
  /** Adds what counts or traces requests, where somebody asks for it. */
  readonly instrument?: (app: App) => void
}

export type ServerDeps = ListenerDeps &
  Pick<NetworkDeps, 'networks' | 'profileSigner'> & {
    readonly config: GuardRules['config'] &
      PropagationDeps['config'] &
      ReminderDeps['config'] &
      Pick<Config, 'LATCHKEY_EST_CACERTS'>
    readonly authority: Authority
    readonly verifyToken: VerifyToken
    readonly stepUp: StepUp
    /** OCSP and CRLs, one instance for all listeners. */
    readonly status: StatusService
    /** Receives Graph's change notifications, where they are configured. */
    readonly notices?: Notices
  }

/** Options of a listener. Without `tls` it serves plain http. */
export type ServerOptions = {
  readonly tls?: TlsMaterial
  /** By which TLS sessions are resumed whichever process they began with; 48 octets. */
  readonly ticketKeys?: Buffer
  /** Takes only what another process hands over. */
  readonly takes?: Handover
}

export type AuthorityServer = {
  readonly app: App
  /** Uses a renewed certificate for new connections. */
  readonly renewTls: (tls: TlsMaterial) => void
}

/** Of a request's body, where its route does not say otherwise. */
export const BODY_MAX_OCTETS = 16 * 1024

/** Makes one listener with every route. http and https have the same routes. */
export function buildServer(
  deps: ServerDeps,
  options: ServerOptions = {},
): Promise<AuthorityServer> {
  const { takes } = options
  return buildListener(deps, options, {
    listener: (routed) => {
      const all = withOcsp(deps, routed)
      return takes ? takingOver(takes, all) : all
    },
    routes: async (app) => {
      await describeRoutes(app, deps)
      caRoutes(app, deps)
      crlRoutes(app, deps)
      csrRoutes(app, deps)
      estRoutes(app, {
        ...deps,
        renewal: deps.config.LATCHKEY_RENEWAL === 'on',
        cacerts: deps.config.LATCHKEY_EST_CACERTS,
      })
      healthRoutes(app, { ...deps, checks: checksOf(deps.authority) })
      manageRoutes(app, deps)
      meRoutes(app, deps)
      networkRoutes(app, deps)
      notificationRoutes(app, deps)
      propagationRoutes(app, deps)
      reminderRoutes(app, deps)
      openapiRoute(app)
    },
  })
}

/** What one listener does. */
export type Listening = {
  readonly listener: (routed: http.RequestListener) => http.RequestListener
  readonly routes: (app: App) => void | Promise<void>
}

/** Makes a listener with these routes and every check that comes before them. */
export async function buildListener(
  deps: ListenerDeps,
  options: ServerOptions,
  { listener, routes }: Listening,
): Promise<AuthorityServer> {
  const patience = { ...PATIENCE, ...deps.patience }
  const sockets: (http.Server | https.Server)[] = []
  const app = fastify({
    // Fastify makes one server for each address of the host name.
    serverFactory: (handler) => {
      const server = listenerOf(listener(handler), patience, options)
      sockets.push(server)
      // An https server has all functions of an http server; only its type differs.
      return server as http.Server
    },
    logger: false,
    genReqId: requestIdOf,
    bodyLimit: BODY_MAX_OCTETS,
    // While draining we answer with a problem document, in place of Fastify's own answer.
    return503OnClosing: false,
    routerOptions: { ignoreDuplicateSlashes: true, ignoreTrailingSlash: true, caseSensitive: true },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: badPathHandler(deps.log),
    schemaErrorFormatter,
  }).withTypeProvider<ZodTypeProvider>()
  const headers = {
    ...SECURITY_HEADERS,
    ...(options.tls && isPublic(deps.config.authorityUrl) && STRICT_TRANSPORT),
  }
  const paths = pathsOf(app)
  deps.instrument?.(app)

  app.decorateRequest(SIGNED_IN, null)
  takeBodies(app)
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(problemHandler(deps.log))
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header(REQUEST_ID_HEADER, request.id)
    done()
  })
  app.addHook('onRequest', guard(deps))
  app.addHook('onRequest', async (request, reply) => {
    // Refused before the body is read, since no route takes it.
    if (!request.is404) return
    await deps.limits.stranger(request)
    throw notFound(paths.methodsAt(request.url), reply)
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    // Without it a client that keeps its connection would keep the process from ending.
    if (deps.isDraining()) reply.header('connection', 'close')
    done(null, payload)
  })
  refuseWhenLate(app, patience.loopDelayMs)

  await routes(app)
  return { app, renewTls: (tls) => renew(sockets, tls, options) }
}

/** Takes CSRs as octets, and JSON where a route has a schema for it. */
function takeBodies(app: App): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, takeBytes)
  app.addContentTypeParser('application/json', { parseAs: 'string' }, takeJson)
  app.addContentTypeParser('*', { parseAs: 'buffer' }, takeNothing)
}

function takeJson(
  _request: unknown,
  body: string,
  done: (error: Error | null, json?: unknown) => void,
) {
  try {
    // undefined for an empty body: some clients send the type without a body.
    done(null, body === '' ? undefined : JSON.parse(body))
  } catch (cause) {
    done(new LatchkeyError('malformed_request', 'The body is not JSON.', { cause }))
  }
}

/** A body without octets counts as no body, whatever its type says. */
function takeNothing(_request: unknown, body: Buffer, done: (error: Error | null) => void) {
  if (body.length === 0) return done(null)
  const message = 'A body of this type is not taken here.'
  const remedy = 'Leave the body out, or see the API description for what is taken.'
  done(new LatchkeyError('unsupported_media_type', message, { remedy }))
}

function takeBytes(_request: unknown, body: Buffer, done: (error: null, body: Buffer) => void) {
  done(null, body)
}

function listenerOf(
  handler: (request: http.IncomingMessage, response: http.ServerResponse) => void,
  patience: Patience,
  { tls, ticketKeys }: ServerOptions,
): http.Server | https.Server {
  const limits = {
    headersTimeout: patience.headersMs,
    requestTimeout: patience.requestMs,
    connectionsCheckingInterval: Math.min(1000, patience.headersMs),
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: BODY_MAX_OCTETS,
  }
  const listener = fewAtOnce((request, response) => {
    // Upgrades are not offered and so ignored (RFC 9110 section 7.8), but Node reads no further request after
    // one.
    if (request.headers.upgrade !== undefined) response.shouldKeepAlive = false
    handler(request, response)
  })
  const server = tls
    ? https.createServer(
        { ...limits, ...TLS_RULES, ...tls, ...(ticketKeys && { ticketKeys }) },
        listener,
      )
    : http.createServer(limits, listener)
  return server.setTimeout(IDLE_MS).on('connect', answerConnect)
}

/**
 * A client certificate is requested but not required in the handshake: enrolment works without, and renewal
 * checks it. Certificates of other CAs pass the handshake and are refused by the route.
 */
const TLS_RULES: https.ServerOptions = {
  minVersion: 'TLSv1.2',
  requestCert: true,
  rejectUnauthorized: false,
  handshakeTimeout: 10_000,
  // A client that offers only other protocols is refused in the handshake (RFC 7301 section 3.2).
  ALPNProtocols: ['http/1.1', 'http/1.0'],
}

function renew(
  servers: readonly (http.Server | https.Server)[],
  tls: TlsMaterial,
  { ticketKeys }: ServerOptions,
): void {
  for (const server of servers) {
    if (!(server instanceof https.Server)) continue
    server.setSecureContext({
      ...{ ...tls, minVersion: 'TLSv1.2' },
      ...(ticketKeys && { ticketKeys }),
    })
  }
}

function isPublic(url: string): boolean {
  return !/^(?:localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname)
}
