import { ValueType } from '@opentelemetry/api'
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics'
import type { Metric } from './metric.ts'

type Times = Pick<MetricData['dataPoints'][number], 'startTime' | 'endTime'>

/** Gives what /metrics shows in the form of OpenTelemetry. `startedAt` and `now` are epoch milliseconds. */
export function otelMetrics(
  metrics: readonly Metric[],
  startedAt: number,
  now: number,
): MetricData[] {
  const times = { startTime: hrTime(startedAt), endTime: hrTime(now) }
  return metrics.flatMap((metric) => (metric.values.length > 0 ? dataOf(metric, times) : []))
}

function dataOf(metric: Metric, times: Times): MetricData[] {
  const { name, help, type } = metric
  const base = {
    descriptor: { name, description: help, unit: '', valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  }
  const numbers = () =>
    metric.values.map(({ labels, value }) => ({ ...times, attributes: { ...labels }, value }))
  switch (type) {
    case 'counter':
      return [
        { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: numbers() },
      ]
    case 'gauge':
      return [{ ...base, dataPointType: DataPointType.GAUGE, dataPoints: numbers() }]
    case 'histogram':
      return [
        { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints: histograms(metric, times) },
      ]
    default:
      return []
  }
}

/** Puts the lines of Prometheus for each set of labels together again; their counts are added up. */
function histograms({ name, values }: Metric, times: Times) {
  const series = Map.groupBy(values, ({ labels: { le: _, ...labels } }) => JSON.stringify(labels))
  return [...series].map(([labels, lines]) => {
    const numberOf = (suffix: string) =>
      lines.find(({ metricName }) => metricName === `${name}${suffix}`)?.value ?? 0
    const buckets = lines.filter(({ metricName }) => metricName === `${name}_bucket`)
    const finite = buckets.filter(({ labels: { le } }) => le !== '+Inf')
    return {
      ...times,
      attributes: JSON.parse(labels) as Record<string, string>,
      value: {
        count: numberOf('_count'),
        sum: numberOf('_sum'),
        buckets: {
          boundaries: finite.map(({ labels: { le } }) => Number(le)),
          counts: buckets.map(({ value }, at) => value - (buckets[at - 1]?.value ?? 0)),
        },
      },
    }
  })
}

function hrTime(ms: number): [number, number] {
  return [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)]
}
