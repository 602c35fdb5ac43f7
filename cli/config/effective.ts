import type { Config } from '#lib/config.ts'
import { SECRETS, SETTINGS } from '#lib/settings/settings.ts'

type Env = Readonly<Record<string, string | undefined>>

/** A setting as the programs see it: `value` is null where there is none, `source` where it comes from. */
export type EffectiveSetting = {
  readonly name: string
  readonly value: string | null
  readonly source: string
}

const MASK = '********'

/** Every setting, in the order of docs/reference/configuration.md. `config` is what readConfig() made of `env`. */
export function effectiveSettings(config: Config, env: Env): readonly EffectiveSetting[] {
  return SETTINGS.flatMap(({ settings }) => settings.flatMap(({ names }) => names)).map((name) =>
    isSecret(name) ? secret(name, env) : { name, ...plain(name, config, env) },
  )
}

function plain(name: string, config: Config, env: Env) {
  const value = worked(config)[name] ?? (config as Readonly<Record<string, unknown>>)[name]
  const cloud = OF_CLOUD.includes(name) && !config.sandbox && env.LATCHKEY_CLOUD
  const fallback = cloud ? 'LATCHKEY_CLOUD' : 'default'
  return {
    value: value === undefined ? null : withoutPassword(inWords(value)),
    source: env[name] ? 'environment' : fallback,
  }
}

const OF_CLOUD: readonly string[] = ['LATCHKEY_LOGIN_URL', 'LATCHKEY_GRAPH_URL']

/** What readConfig() works out where nothing is set, and what it reads into another shape. */
const worked = (config: Config): Readonly<Record<string, unknown>> => ({
  LATCHKEY_HOST: config.host,
  LATCHKEY_DATA: config.dataDir,
  LATCHKEY_DATABASE: config.database,
  LATCHKEY_WORKERS: config.workers,
  LATCHKEY_RESPONDERS: config.respondersDir,
  LATCHKEY_LIMITS: config.limits,
  LATCHKEY_TENANT_ID: config.tenantId,
  LATCHKEY_TENANT_NAME: config.tenantName,
  LATCHKEY_API_CLIENT_ID: config.apiClientId,
  LATCHKEY_API_URI: config.apiUri,
  LATCHKEY_PORTAL_CLIENT_ID: config.portalClientId,
  LATCHKEY_SPA_CLIENT_ID: config.spaClientId,
  LATCHKEY_GRAPH_CLIENT_ID: config.graphClientId,
  LATCHKEY_LOGIN_URL: config.loginUrl,
  LATCHKEY_GRAPH_URL: config.graphUrl,
  LATCHKEY_PORTAL_URL: config.portalUrl,
  LATCHKEY_AUTHORITY_URL: config.authorityUrl,
  LATCHKEY_STATUS_URL: config.statusUrl,
  LATCHKEY_AUTHORITY_INTERNAL_URL: config.authorityInternalUrl,
  LATCHKEY_HOLD_NON_COMPLIANT:
    config.LATCHKEY_HOLD_NON_COMPLIANT ??
    (config.LATCHKEY_DEVICE_GATE === 'compliant' ? 'on' : 'off'),
  LATCHKEY_DEVICE_OWNERSHIP: config.deviceOwnership,
  LATCHKEY_RISK_SECONDS: config.riskSeconds,
  LATCHKEY_SWEEP_SECONDS: config.directorySyncSeconds,
  LATCHKEY_OCSP_GOOD_SECONDS: config.ocspGoodSeconds,
  LATCHKEY_OCSP_HOLD_SECONDS: config.ocspHoldSeconds,
  LATCHKEY_CRL_REFRESH_SECONDS: config.crlRefreshSeconds,
})

function secret(name: string, env: Env): EffectiveSetting {
  const file = env[`${name}_FILE`]
  if (file) return { name, value: MASK, source: `file ${file}` }
  return env[name]
    ? { name, value: MASK, source: 'environment' }
    : { name, value: null, source: 'default' }
}

const isSecret = (name: string) => SECRETS.some((each) => each === name)

function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.join(',')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Masks the password in the address of a database, wherever it stands in it. */
function withoutPassword(text: string): string {
  return text
    .replace(/^([a-z]+:\/\/[^:@]*):.*@/i, `$1:${MASK}@`)
    .replace(/([?&]\w*password=)[^&]*/gi, `$1${MASK}`)
}
