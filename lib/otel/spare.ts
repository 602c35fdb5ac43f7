import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'

/**
 * Sends of each span only what says nothing of who asked for what. The spans of Next have the whole address,
 * whose path and query hold secrets of mails and calendars, codes of sign-ins and names that were searched for,
 * and the texts of errors.
 */
export function sparing(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => exporter.export(spans.map(spared), done),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  }
}

const SENT: ReadonlySet<string> = new Set([
  ...['http.method', 'http.request.method', 'http.route', 'http.status_code'],
  ...['http.response.status_code', 'error.type', 'net.peer.name', 'net.peer.port'],
  ...['latchkey.request_id', 'next.route', 'next.page', 'next.rsc', 'next.span_type'],
])

function spared(span: ReadableSpan): ReadableSpan {
  const attributes = Object.entries(span.attributes).filter(([name]) => SENT.has(name))
  // Everything else is as it was, also what the class computes.
  return Object.create(span, {
    name: { value: span.name.replace(ADDRESS, '$1') },
    attributes: { value: Object.fromEntries(attributes) },
    events: { value: [] },
    status: { value: { code: span.status.code } },
  }) as ReadableSpan
}

const ADDRESS = /(https?:\/\/[^\s/?#]+)\S*/g
