import { expect, test } from 'vitest'
import { otelSettings } from './settings.ts'

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }

test.each([
  ['nothing', {}],
  ['a name alone', { OTEL_SERVICE_NAME: 'latchkey' }],
  ['the switch', { ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }],
  ['none of both', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }],
  ['metrics for Prometheus alone', { OTEL_METRICS_EXPORTER: 'prometheus' }],
])('%s starts nothing', (_, env) => {
  expect(otelSettings(env)).toBeNull()
})

test.each([
  ['an address', ENDPOINT, [true, true]],
  ['an exporter', { OTEL_TRACES_EXPORTER: 'otlp' }, [true, false]],
  ['an address for metrics', { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://c/m' }, [false, true]],
  ['traces without metrics', { ...ENDPOINT, OTEL_METRICS_EXPORTER: 'none' }, [true, false]],
])('%s starts traces and metrics: %o', (_, env, expected) => {
  const settings = otelSettings(env)
  expect([settings?.traces, settings?.metrics]).toEqual(expected)
})

test('samplers are those of the specification', () => {
  const of = (sampler: string, arg = '') =>
    otelSettings({ ...ENDPOINT, OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: arg })
  expect(of('')).toMatchObject({ sampler: 'always_on', isParentBased: true })
  expect(of('always_off')).toMatchObject({ sampler: 'always_off', isParentBased: false })
  expect(of('parentbased_traceidratio', '0.1')).toMatchObject({
    ...{ sampler: 'traceidratio', isParentBased: true, ratio: 0.1 },
  })
})

test.each([
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /only http\/protobuf is offered/],
  [{ OTEL_TRACES_EXPORTER: 'zipkin' }, /^OTEL_TRACES_EXPORTER is zipkin/],
  [{ OTEL_TRACES_SAMPLER: 'jaeger_remote' }, /jaeger_remote, which is not known/],
  [{ OTEL_TRACES_SAMPLER_ARG: '20%' }, /a share from 0 to 1/],
  [{ OTEL_METRIC_EXPORT_INTERVAL: '10' }, /1000 or more/],
])('%o is refused with a sentence', (env, sentence) => {
  expect(() => otelSettings({ ...ENDPOINT, ...env })).toThrow(sentence)
})
