import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

/**
 * The one file that reads the environment. Each program asks for its own part, gets a checked
 * value or throws ConfigError with one sentence per bad field; nothing is defaulted to something
 * insecure. Without LATCHKEY_TENANT_ID Latchkey runs with the sandbox tenant.
 */

/** The made-up tenant. Ids are fixed so that certificates of an earlier start still name the same people. */
export const SANDBOX = {
  tenantId: '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500001',
  tenantName: 'Contoso',
  apiClientId: '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500002',
  portalClientId: '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500003',
  portalClientSecret: 'sandbox-portal-secret',
  graphClientId: '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500004',
  graphClientSecret: 'sandbox-graph-secret',
  scope: 'Cert.Enroll',
} as const

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** The variables that are wrong or missing; without them the others can still be looked at. */
  readonly variables: readonly string[]

  constructor(message: string, options: ErrorOptions & { variables?: readonly string[] } = {}) {
    super(message, options)
    this.variables = options.variables ?? []
  }
}

const guid = z.guid().transform((text) => text.toLowerCase())
const port = z.coerce.number().int().min(1).max(65_535)
const flag = z.enum(['on', 'off'])
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

/** The longest that an OCSP answer is believed where the configuration says nothing of it. */
const OCSP_SECONDS_MAX = { good: 600, hold: 300 } as const

const ocspSeconds = z.coerce.number().int().min(10).max(86_400).optional()

const variablesSchema = z.object({
  PORTAL_PORT: port.default(3000),
  AUTHORITY_PORT: port.default(8080),
  AUTHORITY_TLS_PORT: port.default(8443),
  SANDBOX_PORT: port.default(4000),
  LATCHKEY_DATA: z.string().min(1).default('./data'),
  /** Where the servers listen; the sandbox never listens elsewhere than on loopback. */
  LATCHKEY_HOST: z.string().min(1).optional(),
  LATCHKEY_LIMITS: z.enum(['strict', 'generous']).optional(),
  LATCHKEY_LOG: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),

  LATCHKEY_TENANT_ID: guid.optional(),
  LATCHKEY_TENANT_NAME: z.string().min(1).optional(),
  LATCHKEY_LOGIN_URL: z.url().default('https://login.microsoftonline.com'),
  LATCHKEY_GRAPH_URL: z.url().default('https://graph.microsoft.com'),
  /** App registration of the API: tokens are made out to it, roles stand on it. */
  LATCHKEY_API_CLIENT_ID: guid.optional(),
  LATCHKEY_API_SCOPE: z.string().min(1).default('Cert.Enroll'),
  /** App registration that signs people in to the portal. */
  LATCHKEY_PORTAL_CLIENT_ID: guid.optional(),
  /** App registration with the read-only directory permissions. */
  LATCHKEY_GRAPH_CLIENT_ID: guid.optional(),
  LATCHKEY_TOKEN_V1: flag.default('on'),

  LATCHKEY_PORTAL_URL: z.url().optional(),
  /** What stands in certificates as the first caIssuers, and what scripts call; must be https. */
  LATCHKEY_AUTHORITY_URL: z.url().optional(),
  /** What stands in certificates for OCSP and CRL, and as the second caIssuers; plain http. */
  LATCHKEY_STATUS_URL: z.url().optional(),
  /** How the portal reaches the authority. */
  LATCHKEY_AUTHORITY_INTERNAL_URL: z.url().optional(),

  /** PEM files of the authority's https listener. Without them it makes a certificate of its own. */
  LATCHKEY_TLS_CERT: z.string().min(1).optional(),
  LATCHKEY_TLS_KEY: z.string().min(1).optional(),

  /** Addresses and CIDR blocks of proxies that speak for clients, if they know LATCHKEY_PROXY_SECRET. */
  LATCHKEY_TRUSTED_PROXIES: list.default([]),
  /** In whose header such a proxy hands on the client certificate. */
  LATCHKEY_PROXY_CLIENT_CERT: z.enum(['arr', 'nginx', 'envoy']).optional(),
  /** EST simplereenroll, for whoever shows a certificate that is good. */
  LATCHKEY_RENEWAL: flag.default('on'),
  /** What EST cacerts gives. The vendor's clients take exactly one certificate. */
  LATCHKEY_EST_CACERTS: z.enum(['issuing', 'chain']).default('issuing'),

  /** `sqlite:FILE` or `postgres://…`. */
  LATCHKEY_DATABASE: z.string().min(1).optional(),

  LATCHKEY_DEVICE_GATE: z.enum(['compliant', 'managed', 'registered']).default('compliant'),
  LATCHKEY_DEVICE_DIRECTORY: z.enum(['entra', 'intune', 'both']).default('both'),
  /** So old the record of a device must be to get a certificate. */
  LATCHKEY_DEVICE_MIN_AGE_MINUTES: z.coerce.number().int().min(0).max(43_200).default(0),
  LATCHKEY_GUESTS: flag.default('off'),
  LATCHKEY_KEYS: list.default([
    'rsa-2048',
    'rsa-3072',
    'rsa-4096',
    'ec-p256',
    'ec-p384',
    'ec-p521',
  ]),
  LATCHKEY_VALIDITY_DAYS: z.coerce.number().int().min(1).max(3650).default(365),
  LATCHKEY_BACKDATE_MINUTES: z.coerce.number().int().min(0).max(1440).default(60),
  LATCHKEY_COMPLIANCE_GRACE_MINUTES: z.coerce.number().int().min(0).max(43_200).default(0),
  LATCHKEY_HOLD_NON_COMPLIANT: flag.optional(),
  LATCHKEY_HOLD_RISKY_USERS: flag.default('off'),
  /** Which levels of user risk count as "at risk". */
  LATCHKEY_RISK_LEVELS: list
    .pipe(z.array(z.enum(['low', 'medium', 'high'])).min(1))
    .default(['high']),
  /** How old the stored directory snapshot may be before the directory is asked for each status. */
  LATCHKEY_DIRECTORY_BUDGET_SECONDS: z.coerce.number().int().min(1).max(86_400).default(300),
  /** Where Graph can reach `/graph/notifications`; without it nothing is asked of Graph. */
  LATCHKEY_NOTIFICATIONS_URL: z.url().optional(),
  /** How often the directory is read for changes. */
  LATCHKEY_SWEEP_SECONDS: z.coerce.number().int().min(1).max(3600).optional(),
  /** Largest share of the objects that certificates are bound to that may become worse at once. */
  LATCHKEY_BRAKE_SHARE: z.coerce.number().min(0).max(1).default(0.2),
  /** So many may become worse at once at any rate. */
  LATCHKEY_BRAKE_MIN: z.coerce.number().int().min(0).default(10),
  /** How long an OCSP answer "good" and "on hold" may be believed; not beyond the directory's budget. */
  LATCHKEY_OCSP_GOOD_SECONDS: ocspSeconds,
  LATCHKEY_OCSP_HOLD_SECONDS: ocspSeconds,
  /** Whether certificates name the CRL as well as OCSP. */
  LATCHKEY_CRL_CDP: flag.default('on'),
  /** How long a CRL may be believed. */
  LATCHKEY_CRL_HOURS: z.coerce.number().int().min(1).max(720).default(24),
  /** After a change CRLs are published at most so often. */
  LATCHKEY_CRL_REFRESH_SECONDS: z.coerce.number().int().min(1).max(3600).optional(),
  /** With more entries than this there is a CRL for each month of issuance beside the full one. */
  LATCHKEY_CRL_PARTITION_ABOVE: z.coerce.number().int().min(0).default(20_000),
  LATCHKEY_CERTIFICATES_PER_HOUR: z.coerce.number().int().min(1).default(10),
  /** JSON list of application profiles; see the README. */
  LATCHKEY_APPLICATION_PROFILES: z.string().optional(),
  /** What was intended and not finished for this long is taken for dead and becomes revoked. */
  LATCHKEY_PENDING_LIMIT_SECONDS: z.coerce.number().int().min(0).max(3600).default(120),
  LATCHKEY_FAILPOINT: z.string().optional(),
})

type Environment = z.infer<typeof variablesSchema>

const environmentSchema = variablesSchema.superRefine((values, context) => {
  const budget = values.LATCHKEY_DIRECTORY_BUDGET_SECONDS
  for (const name of ['LATCHKEY_OCSP_GOOD_SECONDS', 'LATCHKEY_OCSP_HOLD_SECONDS'] as const) {
    const given = values[name]
    if (given === undefined || given <= budget) continue
    context.addIssue({
      code: 'custom',
      path: [name],
      message:
        `${given} is more than LATCHKEY_DIRECTORY_BUDGET_SECONDS, which is ${budget}: no answer is ` +
        'good for longer than what the directory said. Lower the one or raise the other',
    })
  }
})

export type Config = Environment & {
  readonly sandbox: boolean
  readonly dataDir: string
  readonly limits: 'strict' | 'generous'
  readonly sweepSeconds: number
  readonly crlRefreshSeconds: number
  /** How long an OCSP answer may be believed: never longer than the directory's budget. */
  readonly ocspGoodSeconds: number
  readonly ocspHoldSeconds: number
  readonly tenantId: string
  readonly tenantName: string
  readonly issuerV2: string
  readonly jwksUrl: string
  readonly tokenUrl: string
  readonly graphUrl: string
  readonly apiClientId: string
  readonly portalClientId: string
  readonly graphClientId: string
  readonly portalUrl: string
  readonly authorityUrl: string
  readonly statusUrl: string
  readonly authorityInternalUrl: string
  readonly host: string
  readonly database: string
}

/** The one argument of the authority: it goes on without what its ledger lost. */
export const ACCEPT_FLAG = '--accept-empty-ledger'

/** Reads and checks the environment. Throws ConfigError naming every bad field. */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environmentSchema.safeParse(given)
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    const variables = parsed.error.issues.map((issue) => String(issue.path[0]))
    throw new ConfigError(`The configuration is not complete. ${fields.join('; ')}`, { variables })
  }
  const values = parsed.data
  const sandbox = values.LATCHKEY_TENANT_ID === undefined
  const named = sandbox ? sandboxNames(values) : tenantNames(values)
  const dataDir = path.resolve(values.LATCHKEY_DATA)
  return {
    ...values,
    ...named,
    sandbox,
    dataDir,
    limits: values.LATCHKEY_LIMITS ?? (sandbox ? 'generous' : 'strict'),
    // The sandbox is for watching: what happens in the directory shows at once.
    sweepSeconds: values.LATCHKEY_SWEEP_SECONDS ?? (sandbox ? 2 : 60),
    crlRefreshSeconds: values.LATCHKEY_CRL_REFRESH_SECONDS ?? (sandbox ? 2 : 60),
    ocspGoodSeconds: values.LATCHKEY_OCSP_GOOD_SECONDS ?? ocspDefault(values, 'good'),
    ocspHoldSeconds: values.LATCHKEY_OCSP_HOLD_SECONDS ?? ocspDefault(values, 'hold'),
    portalUrl: values.LATCHKEY_PORTAL_URL ?? `http://localhost:${values.PORTAL_PORT}`,
    authorityUrl: values.LATCHKEY_AUTHORITY_URL ?? `https://localhost:${values.AUTHORITY_TLS_PORT}`,
    statusUrl: values.LATCHKEY_STATUS_URL ?? `http://localhost:${values.AUTHORITY_PORT}`,
    authorityInternalUrl:
      values.LATCHKEY_AUTHORITY_INTERNAL_URL ?? `http://localhost:${values.AUTHORITY_PORT}`,
    host: values.LATCHKEY_HOST ?? (sandbox ? 'localhost' : '::'),
    database: values.LATCHKEY_DATABASE ?? `sqlite:${path.join(dataDir, 'ledger.sqlite')}`,
  }
}

function ocspDefault(values: Environment, status: keyof typeof OCSP_SECONDS_MAX): number {
  return Math.min(OCSP_SECONDS_MAX[status], values.LATCHKEY_DIRECTORY_BUDGET_SECONDS)
}

function sandboxNames(values: Environment) {
  const base = `http://localhost:${values.SANDBOX_PORT}`
  return {
    tenantId: SANDBOX.tenantId,
    tenantName: values.LATCHKEY_TENANT_NAME ?? SANDBOX.tenantName,
    issuerV2: `${base}/${SANDBOX.tenantId}/v2.0`,
    jwksUrl: `${base}/${SANDBOX.tenantId}/discovery/v2.0/keys`,
    tokenUrl: `${base}/${SANDBOX.tenantId}/oauth2/v2.0/token`,
    graphUrl: `${base}/graph`,
    apiClientId: SANDBOX.apiClientId,
    portalClientId: SANDBOX.portalClientId,
    graphClientId: SANDBOX.graphClientId,
  }
}

function tenantNames(values: Environment) {
  const tenantId = required(values, 'LATCHKEY_TENANT_ID')
  return {
    tenantId,
    tenantName: required(values, 'LATCHKEY_TENANT_NAME'),
    issuerV2: `${values.LATCHKEY_LOGIN_URL}/${tenantId}/v2.0`,
    jwksUrl: `${values.LATCHKEY_LOGIN_URL}/${tenantId}/discovery/v2.0/keys`,
    tokenUrl: `${values.LATCHKEY_LOGIN_URL}/${tenantId}/oauth2/v2.0/token`,
    graphUrl: values.LATCHKEY_GRAPH_URL,
    apiClientId: required(values, 'LATCHKEY_API_CLIENT_ID'),
    portalClientId: required(values, 'LATCHKEY_PORTAL_CLIENT_ID'),
    graphClientId: required(values, 'LATCHKEY_GRAPH_CLIENT_ID'),
  }
}

function required(values: Environment, field: keyof Environment): string {
  const value = values[field]
  if (typeof value !== 'string')
    throw new ConfigError(`${field} is missing; the README says where to find it.`, {
      variables: [field],
    })
  return value
}

/**
 * A secret by name: from the file that NAME_FILE points to, else from NAME. Null when neither is
 * set. Secrets are read when needed and never become part of Config, so that they are not logged.
 */
export function readSecret(
  name: string,
  env: Record<string, string | undefined> = process.env,
): string | null {
  const file = env[`${name}_FILE`]
  if (file) return readFileSync(file, 'utf8').trimEnd()
  return env[name] || null
}

/** next-auth takes its own address from the environment only; otherwise it would believe a header. */
export function tellNextAuth(config: Pick<Config, 'portalUrl'>): void {
  process.env.NEXTAUTH_URL = config.portalUrl
}

/** `next dev`: its tools need eval and inline styles, which the built portal never does. */
export const isDevelopment = process.env.NODE_ENV === 'development'
