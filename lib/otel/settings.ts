import { ConfigError, type Env } from '#lib/config.ts'

/** What of OpenTelemetry is wished for, by its own variables. The exporters read the addresses themselves. */
export type OtelSettings = {
  readonly traces: boolean
  readonly metrics: boolean
  readonly sampler: 'always_on' | 'always_off' | 'traceidratio'
  /** Whether who sent the request decides, where it says so. */
  readonly isParentBased: boolean
  /** Share of the traces, 0 to 1, for `traceidratio`. */
  readonly ratio: number
  readonly metricsEveryMs: number
}

const SAMPLERS = ['always_on', 'always_off', 'traceidratio'] as const
const MINUTE_MS = 60_000

/**
 * Null unless somebody wishes for traces or metrics: OTEL_EXPORTER_OTLP_ENDPOINT or its like is set, or
 * OTEL_TRACES_EXPORTER or OTEL_METRICS_EXPORTER is `otlp`. Throws ConfigError for what is not offered.
 */
export function otelSettings(env: Env): OtelSettings | null {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return null
  const traces = isWished(env, 'TRACES')
  const metrics = isWished(env, 'METRICS')
  if (!traces && !metrics) return null
  const protocol = env.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/protobuf'
  if (protocol !== 'http/protobuf') {
    throw new ConfigError(
      `OTEL_EXPORTER_OTLP_PROTOCOL is ${protocol}; only http/protobuf is offered, which every collector takes ` +
        'on port 4318.',
    )
  }
  return { traces, metrics, ...samplerOf(env), metricsEveryMs: intervalOf(env) }
}

function isWished(env: Env, signal: 'TRACES' | 'METRICS'): boolean {
  const exporter = env[`OTEL_${signal}_EXPORTER`]
  // Metrics for Prometheus have a port of their own.
  if (exporter === 'none' || (signal === 'METRICS' && exporter === 'prometheus')) return false
  if (exporter && exporter !== 'otlp') {
    throw new ConfigError(`OTEL_${signal}_EXPORTER is ${exporter}; there are otlp and none.`)
  }
  const endpoint =
    env.OTEL_EXPORTER_OTLP_ENDPOINT || env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] || exporter
  return Boolean(endpoint)
}

function samplerOf(env: Env): Pick<OtelSettings, 'sampler' | 'isParentBased' | 'ratio'> {
  const named = env.OTEL_TRACES_SAMPLER || 'parentbased_always_on'
  const isParentBased = named.startsWith('parentbased_')
  const sampler = SAMPLERS.find((one) => one === named.replace('parentbased_', ''))
  const ratio = Number(env.OTEL_TRACES_SAMPLER_ARG || 1)
  if (!sampler) throw new ConfigError(`OTEL_TRACES_SAMPLER is ${named}, which is not known.`)
  if (!(ratio >= 0 && ratio <= 1)) {
    throw new ConfigError('OTEL_TRACES_SAMPLER_ARG must be a share from 0 to 1.')
  }
  return { sampler, isParentBased, ratio }
}

function intervalOf(env: Env): number {
  const given = Number(env.OTEL_METRIC_EXPORT_INTERVAL || MINUTE_MS)
  if (Number.isInteger(given) && given >= 1000) return given
  throw new ConfigError('OTEL_METRIC_EXPORT_INTERVAL must be milliseconds, 1000 or more.')
}
