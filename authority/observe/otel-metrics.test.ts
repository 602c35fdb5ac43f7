import { DataPointType } from '@opentelemetry/sdk-metrics'
import { expect, test } from 'vitest'
import { counterOf, gaugeOf, histogramOf } from './metric.ts'
import { otelMetrics } from './otel-metrics.ts'

const START = 1_700_000_000_250
const NOW = START + 60_000
const TIMES = { startTime: [1_700_000_000, 250_000_000], endTime: [1_700_000_060, 250_000_000] }

test('a counter is a sum that only grows, a gauge is what it is now', () => {
  const counter = counterOf('c_total', 'A counter.', [{ labels: { said: 'good' }, value: 3 }])
  const gauge = gaugeOf('g', 'A gauge.', 'max', [{ labels: {}, value: 7 }])
  expect(otelMetrics([counter, gauge], START, NOW)).toMatchObject([
    {
      descriptor: { name: 'c_total', description: 'A counter.' },
      ...{ dataPointType: DataPointType.SUM, isMonotonic: true },
      dataPoints: [{ ...TIMES, attributes: { said: 'good' }, value: 3 }],
    },
    { dataPointType: DataPointType.GAUGE, dataPoints: [{ ...TIMES, attributes: {}, value: 7 }] },
  ])
})

test('a histogram counts each bucket by itself, as Prometheus does not', () => {
  const given = { bounds: [0.1, 1], counts: [5, 2, 1], sum: 4.5 }
  const [found] = otelMetrics([histogramOf('h', 'A histogram.', given)], START, NOW)
  expect(found?.dataPoints).toMatchObject([
    {
      attributes: {},
      value: { count: 8, sum: 4.5, buckets: { boundaries: [0.1, 1], counts: [5, 2, 1] } },
    },
  ])
})

test('of which nothing is known is left out', () => {
  expect(otelMetrics([gaugeOf('g', 'A gauge.', 'max', [])], START, NOW)).toEqual([])
})
