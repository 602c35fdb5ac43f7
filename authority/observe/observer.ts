import type { App } from '#authority/http/schema.ts'
import type { Probe } from '#lib/api/schemas.ts'
import type { OtelSettings } from '#lib/otel/settings.ts'
import { countAnswers } from './answers.ts'
import type { Metric } from './metric.ts'
import { type StateParts, stateMetrics } from './state.ts'
import { countWork } from './work.ts'

/** A process or several as seen from the outside: by Prometheus, and by what sends requests or restarts. */
export type Observable = {
  /** Of each process. */
  readonly metrics: () => Promise<readonly (readonly Metric[])[]>
  readonly health: () => Promise<Health>
}

/** As /probe says it; `starting` before it answers. */
export type Health = Probe['status'] | 'starting'

export type Observer = Observable & {
  /** Counts and, where it is wished for, traces the requests of a listener; before all other hooks. */
  readonly instrument: (app: App) => void
  /** Begins to read the state of a process that answers. */
  readonly watch: (parts: Watched) => void
  /** Sends what OpenTelemetry still has. */
  readonly close: () => Promise<void>
}

export type Watched = StateParts & { readonly probe: () => Promise<Pick<Probe, 'status'>> }

export type ObserverOptions = {
  /** What this process is called beside others of the same authority. */
  readonly worker: string
  readonly otel: OtelSettings | null
  readonly onError: (error: unknown) => void
}

/** Starts to count. What that needs is loaded here, for those alone who ask for metrics or traces. */
export async function openObserver({ worker, otel, onError }: ObserverOptions): Promise<Observer> {
  const prom = await import('prom-client')
  const registry = new prom.Registry()
  const work = countWork(prom, registry)
  const own = await processMetrics(worker)
  let watched: Watched | null = null
  const read = async (): Promise<readonly Metric[]> => {
    const counted = (await registry.getMetricsAsJSON()) as unknown as readonly Metric[]
    const metrics = [...counted, ...(await own.read())]
    if (watched === null) return metrics
    const state = await stateMetrics(watched)
    return [...metrics, ...watched.status.ocsp.tally.metrics(), ...state]
  }
  const sending = otel ? await sendByOtel(otel, { worker, read, onError }) : null
  return {
    instrument: (app) => {
      sending?.trace(app)
      countAnswers(app, work.answered)
    },
    watch: (parts) => {
      watched = parts
    },
    metrics: async () => [await read()],
    health: async () => (watched ? (await watched.probe()).status : 'starting'),
    close: async () => {
      work.close()
      await sending?.stop()
    },
  }
}

async function sendByOtel(
  settings: OtelSettings,
  {
    worker,
    read,
    onError,
  }: Pick<ObserverOptions, 'worker' | 'onError'> & {
    readonly read: () => Promise<readonly Metric[]>
  },
) {
  const [{ startSdk }, { otelMetrics }, { traceRequests, traceSteps }] = await Promise.all([
    import('#lib/otel/sdk.ts'),
    import('./otel-metrics.ts'),
    import('./traces.ts'),
  ])
  const startedAt = performance.timeOrigin
  const now = () => performance.timeOrigin + performance.now()
  const stopSdk = startSdk(settings, {
    ...{ service: 'latchkey-authority', instance: `${process.pid}-${worker}`, onError },
    metrics: async () => otelMetrics(await read(), startedAt, now()),
  })
  const stopSteps = traceSteps()
  return {
    trace: traceRequests,
    stop: async () => {
      stopSteps()
      await stopSdk()
    },
  }
}

export type ProcessMetrics = { readonly read: () => Promise<readonly Metric[]> }

/** CPU, memory, garbage collection and event loop of this process, which is called `worker`. */
export async function processMetrics(worker: string): Promise<ProcessMetrics> {
  const { collectDefaultMetrics, Registry } = await import('prom-client')
  const register = new Registry()
  register.setDefaultLabels({ worker })
  collectDefaultMetrics({ register })
  return {
    read: async () => {
      const metrics = (await register.getMetricsAsJSON()) as unknown as readonly Metric[]
      // Those of several workers stay apart by their label.
      return metrics.map((metric) => ({ ...metric, aggregator: 'first' as const }))
    },
  }
}
