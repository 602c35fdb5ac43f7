import { randomBytes } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { trace } from '@opentelemetry/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '#authority/testing/harness.ts'
import { otelSettings } from '#lib/otel/settings.ts'
import { makeCsr } from '#lib/pki/testing/make-csr.ts'
import { PEOPLE } from '#sandbox/people.ts'

/** OpenTelemetry by its own variables, to a collector that keeps the octets of what it is sent. */

const ALICE = 'alice@contoso.example'
const VARIABLES = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_SERVICE_NAME'] as const

const received = new Map<string, Buffer[]>()
const collector = http.createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const octets = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
  const name = `${request.url} ${request.headers['content-type']}`
  received.set(name, [...(received.get(name) ?? []), octets])
  response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
})

const traceId = randomBytes(16)
const parentId = randomBytes(8)
let latchkey: Harness
let id: unknown

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  const { port } = collector.address() as AddressInfo
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${port}`
  process.env.OTEL_SERVICE_NAME = 'the name that was wished for'
  latchkey = await startHarness({ observed: { otel: otelSettings(process.env) } })
  const sent = await latchkey.send({
    ...{ method: 'POST', path: '/api/csr', token: await latchkey.token('alice') },
    headers: [['traceparent', `00-${traceId.toString('hex')}-${parentId.toString('hex')}-01`]],
    body: makeCsr({ upn: ALICE }).der,
  })
  expect(sent.status).toBe(200)
  id = sent.headers['x-request-id']
  await latchkey.send({ path: `/${ALICE}` })
  // As the portal's framework makes one.
  const attributes = { 'http.target': `/manage?q=${ALICE}` }
  trace.getTracer('next.js').startSpan('GET', { attributes }).end()
  // Sends what there is.
  await latchkey.observer?.close()
})

afterAll(async () => {
  await latchkey.close()
  collector.close()
  for (const name of VARIABLES) delete process.env[name]
})

const octetsOf = (path: string) =>
  Buffer.concat(received.get(`${path} application/x-protobuf`) ?? [])

test('a request and its steps are spans of the trace that it came with', () => {
  const octets = octetsOf('/v1/traces')
  const spans = ['POST /api/csr', 'graph_call', 'ledger_write', 'ca_signature', 'ledger_commit']
  for (const name of [...spans, 'the name that was wished for'])
    expect(octets.includes(name), name).toBe(true)
  const times = octets.toString('latin1').split(traceId.toString('latin1')).length - 1
  // The request, two calls of Graph, two writes and a signature at least; a commit is shared, and so apart.
  expect(times).toBeGreaterThanOrEqual(6)
  expect(octets.includes(parentId)).toBe(true)
  // The trace names the request where it has no other name.
  expect(id).toBe(traceId.toString('hex'))
})

test('the metrics are those of Prometheus', () => {
  const octets = octetsOf('/v1/metrics')
  const names = [
    'latchkey_certificates_issued_total',
    'latchkey_ocsp_responses_total',
    'latchkey_ca_not_after_timestamp_seconds',
    'latchkey_step_duration_seconds',
    'nodejs_eventloop_lag_p99_seconds',
  ]
  for (const name of names) expect(octets.includes(name), name).toBe(true)
})

test('nothing of it names a person', () => {
  const all = [...received.values()].flat()
  const words = PEOPLE.flatMap(({ upn, oid, displayName }) => [upn, oid, displayName])
  expect(all.length).toBeGreaterThanOrEqual(2)
  expect(words.filter((word) => all.some((octets) => octets.includes(word)))).toEqual([])
})

test('afterwards nothing is left of it', () => {
  expect(trace.getTracer('x').startSpan('y').isRecording()).toBe(false)
})
