import http from 'node:http'
import type { Config } from '#lib/config.ts'
import type { Metric } from './metric.ts'
import type { Health, Observable } from './observer.ts'

/**
 * The port for operators: /metrics in Prometheus' text format, and probes that answer 200 or 503. /live says
 * that the process can answer at all, /started that it has begun to serve, /ready that it should get
 * requests. Nothing here names a person, a device or a certificate.
 */
export type Endpoint = { readonly close: () => Promise<void> }

export type EndpointConfig = Pick<Config, 'LATCHKEY_METRICS_HOST'> & {
  readonly LATCHKEY_METRICS_PORT: number
}

/** Throws Node's error when it cannot listen. */
export async function openEndpoint(
  { LATCHKEY_METRICS_PORT: port, LATCHKEY_METRICS_HOST: host }: EndpointConfig,
  observed: Observable,
): Promise<Endpoint> {
  const server = http.createServer(LIMITS, (request, response) => {
    answer(observed, request).then(
      ({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' })
        response.end(body)
      },
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, exclusive: true }, resolve)
  })
  return {
    close: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

const LIMITS = { headersTimeout: 5000, requestTimeout: 5000, maxHeaderSize: 8192 }

type Answer = { readonly status: number; readonly type: string; readonly body: string }

async function answer(observed: Observable, request: http.IncomingMessage): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'GET or HEAD')
  switch (request.url?.split('?', 1)[0]) {
    case '/metrics':
      return { status: 200, ...(await exposition(await observed.metrics())) }
    case '/live':
      return text(200, 'live')
    case '/started':
      return probed(await observed.health(), (health) => health !== 'starting')
    case '/ready':
      return probed(await observed.health(), (health) => READY.has(health))
    default:
      return text(404, '/metrics, /live, /ready, /started')
  }
}

const READY: ReadonlySet<Health> = new Set(['ready', 'degraded'])

function probed(health: Health, isGood: (health: Health) => boolean): Answer {
  return text(isGood(health) ? 200 : 503, health)
}

function text(status: number, line: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${line}\n` }
}

/** One value for each name and labels, added up or as the metric says, whichever process it comes from. */
async function exposition(metrics: readonly (readonly Metric[])[]) {
  const { AggregatorRegistry } = await import('prom-client')
  const all = AggregatorRegistry.aggregate(metrics.map((own) => [...own]))
  return { type: all.contentType, body: await all.metrics() }
}
