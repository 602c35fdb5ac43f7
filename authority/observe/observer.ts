import type { Probe } from '#lib/api/schemas.ts'
import type { Answered } from './answers.ts'
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
  readonly answered: (answer: Answered) => void
  /** Begins to read the state of a process that answers. */
  readonly watch: (parts: Watched) => void
  readonly close: () => void
}

export type Watched = StateParts & { readonly probe: () => Promise<Pick<Probe, 'status'>> }

/** Starts to count. prom-client is loaded here, for those alone who have a port for the metrics. */
export async function openObserver(worker: string): Promise<Observer> {
  const prom = await import('prom-client')
  const registry = new prom.Registry()
  const work = countWork(prom, registry)
  const own = await processMetrics(worker)
  let watched: Watched | null = null
  return {
    answered: work.answered,
    watch: (parts) => {
      watched = parts
    },
    metrics: async () => {
      const counted = (await registry.getMetricsAsJSON()) as unknown as readonly Metric[]
      const metrics = [...counted, ...(await own.read())]
      if (watched === null) return [metrics]
      const state = await stateMetrics(watched)
      return [[...metrics, ...watched.status.ocsp.tally.metrics(), ...state]]
    },
    health: async () => (watched ? (await watched.probe()).status : 'starting'),
    close: work.close,
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
