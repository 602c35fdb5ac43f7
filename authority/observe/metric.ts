/**
 * One metric with its values: what prom-client gives as JSON and takes for the metrics of several processes,
 * and what a worker hands to its supervisor.
 */
export type Metric = {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary'
  /** How the values of several workers become one. */
  readonly aggregator: 'sum' | 'min' | 'max' | 'first' | 'average' | 'omit'
  readonly values: readonly Value[]
}

type Labels = Readonly<Record<string, string | number>>
type Value = {
  readonly labels: Labels
  readonly value: number
  /** Of a histogram: the name with `_bucket`, `_sum` or `_count`. */
  readonly metricName?: string
}

export function counterOf(name: string, help: string, values: readonly Value[]): Metric {
  return { name, help, type: 'counter', aggregator: 'sum', values }
}

/** A gauge without values is one of which nothing is known. */
export function gaugeOf(
  name: string,
  help: string,
  aggregator: 'sum' | 'min' | 'max',
  values: readonly Value[],
): Metric {
  return { name, help, type: 'gauge', aggregator, values }
}

/** `counts` has a number for each bound, not added up, and one for what is above the last. */
export function histogramOf(
  name: string,
  help: string,
  given: {
    readonly bounds: readonly number[]
    readonly counts: readonly number[]
    readonly sum: number
  },
): Metric {
  let total = 0
  const buckets = given.counts.map((count, at) => {
    total += count
    const le = given.bounds[at] ?? '+Inf'
    return { metricName: `${name}_bucket`, labels: { le }, value: total }
  })
  const values = [
    ...buckets,
    { metricName: `${name}_sum`, labels: {}, value: given.sum },
    { metricName: `${name}_count`, labels: {}, value: total },
  ]
  return { name, help, type: 'histogram', aggregator: 'sum', values }
}
