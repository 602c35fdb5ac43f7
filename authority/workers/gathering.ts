import type { Worker } from 'node:cluster'
import { setTimeout as delay } from 'node:timers/promises'
import { counterOf, gaugeOf, type Metric } from '#authority/observe/metric.ts'
import { type Health, type Observable, processMetrics } from '#authority/observe/observer.ts'
import type { WorkerState } from '#lib/api/schemas.ts'
import type { FromWorker, ToWorker } from './messages.ts'

/** What an operator is to see of all workers together: gathered from each when somebody asks. */
export type Gathering = {
  readonly observed: Observable
  readonly hear: (worker: Worker, message: Observed) => void
  /** What a worker has counted stays counted when it has ended. */
  readonly ended: (worker: Worker) => void
}

type Observed = Extract<FromWorker, { kind: 'observed' }>

type Place = Pick<WorkerState, 'state' | 'replaced'> & { readonly worker: Worker | null }

/** One that is so busy is left out. */
const PATIENCE_MS = 3_000

/** `phase` is the health while the workers need not be asked; null where they are. */
export function gatherFrom(
  places: readonly Place[],
  send: (worker: Worker, message: ToWorker) => void,
  phase: () => 'starting' | 'draining' | null,
): Gathering {
  const asked = new Map<number, (answer: Observed) => void>()
  const counted = counters()
  let own: ReturnType<typeof processMetrics> | null = null
  let id = 0

  const ask = async (worker: Worker, what: Observed['what']): Promise<Observed | null> => {
    id += 1
    const ownId = id
    const answered = new Promise<Observed>((resolve) => asked.set(ownId, resolve))
    send(worker, { kind: 'observe', id: ownId, what })
    const answer = await Promise.race([answered, delay(PATIENCE_MS, null, { ref: false })])
    asked.delete(ownId)
    return answer
  }
  const askAll = async (what: Observed['what']): Promise<readonly Observed[]> => {
    const connected = places.flatMap(({ worker }) => (worker?.isConnected() ? [worker] : []))
    const answers = await Promise.all(connected.map((worker) => ask(worker, what)))
    return answers.filter((answer) => answer !== null)
  }
  const metrics = async () => {
    own ??= processMetrics('supervisor')
    const mine = [...(await (await own).read()), ...placeMetrics(places)]
    const answers = await askAll('metrics')
    return [...answers.map((answer) => answer.metrics), ...(await counted.ended()), mine]
  }
  const health = async () =>
    phase() ??
    healthOf(
      (await askAll('health')).map((answer) => answer.health),
      places.length,
    )

  return {
    observed: { metrics, health },
    hear: (worker, message) => {
      if (message.what === 'metrics') counted.add(worker, message.metrics)
      asked.get(message.id)?.(message)
    },
    ended: counted.end,
  }
}

/** One worker that is ready is enough to answer. */
function healthOf(all: readonly Health[], wanted: number): Health {
  if (all.length === wanted && all.every((one) => one === 'ready')) return 'ready'
  return all.some((one) => one === 'ready' || one === 'degraded') ? 'degraded' : 'failing'
}

/** The last counts of every worker, since the sum of those that run would fall when one ends. */
function counters() {
  const last = new Map<Worker, readonly Metric[]>()
  let ended: (readonly Metric[])[] = []
  return {
    add: (worker: Worker, metrics: readonly Metric[]) => {
      // What a process says of itself ends with it.
      const sums = metrics.filter(
        ({ type, aggregator }) => type !== 'gauge' && aggregator === 'sum',
      )
      last.set(worker, sums)
    },
    end: (worker: Worker) => {
      const sums = last.get(worker)
      last.delete(worker)
      if (sums) ended.push(sums)
    },
    ended: async () => {
      if (ended.length > 1) ended = [await sumOf(ended)]
      return ended
    },
  }
}

async function sumOf(all: readonly (readonly Metric[])[]): Promise<readonly Metric[]> {
  const { AggregatorRegistry } = await import('prom-client')
  const sum = AggregatorRegistry.aggregate(all.map((own) => [...own]))
  return (await sum.getMetricsAsJSON()) as unknown as readonly Metric[]
}

function placeMetrics(places: readonly Place[]): readonly Metric[] {
  const states = Map.groupBy(places, ({ state }) => state)
  const replaced = places.reduce((sum, place) => sum + place.replaced, 0)
  return [
    gaugeOf(
      'latchkey_workers',
      'Processes of this authority by state.',
      'sum',
      STATES.map((state) => ({ labels: { state }, value: states.get(state)?.length ?? 0 })),
    ),
    counterOf('latchkey_workers_replaced_total', 'Processes that ended and were replaced.', [
      { labels: {}, value: replaced },
    ]),
  ]
}

const STATES: readonly WorkerState['state'][] = ['starting', 'up', 'stopping', 'down']
