import {
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { FastifyRequest } from 'fastify'
import type { App } from '#authority/http/schema.ts'
import { listenToSteps, type StepName } from '#lib/telemetry.ts'

/** Work that several requests share, or none: a trace of its own. */
const OWN_TRACE: ReadonlySet<StepName> = new Set([
  'ledger_commit',
  'directory_sync',
  'crl_publication',
])

/** Makes a span of each step; gives what ends that. */
export function traceSteps(): () => void {
  const tracer = trace.getTracer('latchkey')
  return listenToSteps((name) => {
    const span = tracer.startSpan(name, { root: OWN_TRACE.has(name) }, context.active())
    return (hasFailed) => {
      if (hasFailed) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    }
  })
}

/**
 * Makes a span of each request, below that of who sent it (W3C Trace Context). Like the log it has the pattern
 * of the route and the name of the request, and nothing of who asks.
 */
export function traceRequests(app: App): void {
  const tracer = trace.getTracer('latchkey')
  const spans = new WeakMap<FastifyRequest, Span>()
  app.addHook('onRequest', (request, _reply, done) => {
    const { method, routeOptions, is404 } = request
    const route = is404 ? null : (routeOptions.url ?? null)
    const attributes = {
      'http.request.method': method,
      ...(route !== null && { 'http.route': route }),
      'latchkey.request_id': request.id,
    }
    const from = propagation.extract(context.active(), request.headers)
    const name = route === null ? method : `${method} ${route}`
    const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, from)
    spans.set(request, span)
    context.with(trace.setSpan(from, span), done)
  })
  app.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request)
    span?.setAttribute('http.response.status_code', reply.statusCode)
    if (reply.statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR })
    span?.end()
    done()
  })
}
