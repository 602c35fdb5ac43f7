import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import {
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { BoundedSampler } from './bounded-sampler.ts'
import type { OtelSettings } from './settings.ts'
import { sparing } from './spare.ts'

/** The SDK of OpenTelemetry, loaded only where its variables ask for it. */

export type OtelProgram = {
  /** Where OTEL_SERVICE_NAME says nothing else. */
  readonly service: string
  /** Tells the processes of one program apart. */
  readonly instance: string
  /** Null in a program without metrics. */
  readonly metrics: (() => Promise<MetricData[]>) | null
  readonly onError: (error: unknown) => void
}

/** Starts to send; gives what sends the rest and stops. */
export function startSdk(settings: OtelSettings, program: OtelProgram): () => Promise<void> {
  setGlobalErrorHandler((error) => program.onError(error))
  const named = { 'service.name': program.service, 'service.instance.id': program.instance }
  const resource = defaultResource()
    .merge(resourceFromAttributes(named))
    .merge(detectResources({ detectors: [envDetector] }))
  const stops = [
    ...(settings.traces ? [startTraces(settings, resource)] : []),
    ...(settings.metrics && program.metrics
      ? [startMetrics(settings, resource, program.metrics)]
      : []),
  ]
  return async () => {
    await Promise.allSettled(stops.map((stop) => stop()))
  }
}

function startTraces(settings: OtelSettings, resource: Resource): () => Promise<void> {
  const exporter = sparing(new OTLPTraceExporter())
  const provider = new TracerProvider({
    resource,
    sampler: samplerOf(settings),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(provider)
  return async () => {
    await provider.shutdown()
    for (const api of [trace, propagation, context]) api.disable()
  }
}

function samplerOf({ sampler, isParentBased, ratio }: OtelSettings): Sampler {
  const samplers = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  }
  const root = samplers[sampler]()
  if (!isParentBased) return root
  return new ParentBasedSampler({ root, remoteParentSampled: new BoundedSampler(root) })
}

/** What the program counts anyway is read at each export, so that counting costs nothing more. */
function startMetrics(
  { metricsEveryMs }: OtelSettings,
  resource: Resource,
  read: () => Promise<MetricData[]>,
): () => Promise<void> {
  const producer = {
    collect: async () => {
      const scopeMetrics = [{ scope: { name: 'latchkey' }, metrics: await read() }]
      return { resourceMetrics: { resource, scopeMetrics }, errors: [] }
    },
  }
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis: metricsEveryMs,
    exportTimeoutMillis: Math.min(metricsEveryMs, 30_000),
    metricProducers: [producer],
  })
  const provider = new MeterProvider({ resource, readers: [reader] })
  return () => provider.shutdown()
}
