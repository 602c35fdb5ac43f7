import { SpanStatusCode } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import { sparing } from './spare.ts'

const SECRET = 'q8l2mXw0c1sJ5nR7tV9yB3dF6hK4pZ_a'

test('a span says by which route and how it went, and has no address and no text', async () => {
  const sent = new InMemorySpanExporter()
  const provider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter: sparing(sent) })],
  })
  const tracer = provider.getTracer('next.js')
  // As Next makes them.
  const request = tracer.startSpan('GET', {
    attributes: { 'http.method': 'GET', 'http.target': `/calendar/${SECRET}.ics?code=${SECRET}` },
  })
  request.updateName('GET /calendar/[file]')
  request.setAttributes({ 'http.route': '/calendar/[file]', 'http.status_code': 503 })
  request.recordException(new Error(`alice@contoso.example and ${SECRET}`))
  request.setStatus({ code: SpanStatusCode.ERROR, message: `no ${SECRET}` })
  request.end()
  const url = `http://authority:8080/api/calendar/${SECRET}`
  tracer
    .startSpan(`fetch GET ${url}`, {
      attributes: { 'http.url': url, 'net.peer.name': 'authority' },
    })
    .end()
  await provider.forceFlush()

  const [page, call] = sent.getFinishedSpans()
  expect(page).toMatchObject({
    name: 'GET /calendar/[file]',
    attributes: { 'http.method': 'GET', 'http.route': '/calendar/[file]', 'http.status_code': 503 },
    events: [],
    status: { code: SpanStatusCode.ERROR },
  })
  expect(call).toMatchObject({
    name: 'fetch GET http://authority:8080',
    attributes: { 'net.peer.name': 'authority' },
  })
  expect(page?.spanContext()).toEqual(request.spanContext())
  for (const span of [page, call]) {
    const { name, attributes, events, status } = span ?? {}
    expect(JSON.stringify({ name, attributes, events, status })).not.toMatch(`${SECRET}|alice`)
  }
  await provider.shutdown()
})
