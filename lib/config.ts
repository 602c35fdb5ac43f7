import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { CLOUDS, loginUrls } from '#lib/clouds.ts'
import { databaseProblem } from '#lib/database-address.ts'
import { type Environment, environmentSchema, OCSP_SECONDS_MAX } from '#lib/environment.ts'
import type { VaultIdentity } from '#lib/signer/azure-credential.ts'

/**
 * The one file that reads the environment. Each program reads its own part and gets checked values, or
 * ConfigError with one sentence for each wrong variable; no default is insecure. Without LATCHKEY_TENANT_ID
 * Latchkey runs with the sandbox tenant.
 */

/**
 * The sandbox's invented tenant. Its ids are fixed, so that certificates of an earlier start still name the
 * same people.
 */
export const SANDBOX = {
  tenantId: '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500001',
  tenantName: 'Contoso',
  apiClientId: '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500002',
  portalClientId: '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500003',
  portalClientSecret: 'sandbox-portal-secret',
  graphClientId: '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500004',
  graphClientSecret: 'sandbox-graph-secret',
  spaClientId: '5a4d0b0c-1a7c-4c1e-9a4e-7a7c4e500005',
  scope: 'Cert.Enroll',
} as const

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  // A private field, so that comparing errors by their properties ignores it.
  readonly #variables: readonly string[]

  constructor(message: string, options: ErrorOptions & { variables?: readonly string[] } = {}) {
    super(message, options)
    this.#variables = options.variables ?? []
  }

  /** The variables that are wrong or missing. The other variables can still be checked without them. */
  get variables(): readonly string[] {
    return this.#variables
  }
}

export type Config = Environment & {
  readonly sandbox: boolean
  readonly dataDir: string
  readonly limits: 'strict' | 'generous'
  readonly directorySyncSeconds: number
  readonly riskSeconds: number
  readonly deviceOwnership: 'primary' | 'registered' | 'either'
  readonly crlRefreshSeconds: number
  /** Seconds until nextUpdate of "good": never longer than the directory's budget. */
  readonly ocspGoodSeconds: number
  readonly ocspHoldSeconds: number
  readonly tenantId: string
  readonly tenantName: string
  /** Entra's sign-in service, without the tenant. */
  readonly loginUrl: string
  readonly issuerV2: string
  /** Addresses of the discovery documents for tokens of versions 1 and 2. */
  readonly metadataV1Url: string
  readonly metadataV2Url: string
  readonly jwksUrl: string
  readonly tokenUrl: string
  readonly authorizationUrl: string
  readonly graphUrl: string
  readonly apiClientId: string
  /** Application ID URI of the API, without a slash at the end. */
  readonly apiUri: string
  readonly portalClientId: string
  /** Client id by which the browser signs in to confirm a request. */
  readonly spaClientId: string
  readonly stepUp: StepUpSetting
  /** Client ids of applications that have nothing to confirm by. */
  readonly scriptClients: readonly string[]
  readonly graphClientId: string
  readonly portalUrl: string
  readonly authorityUrl: string
  readonly statusUrl: string
  readonly authorityInternalUrl: string
  readonly host: string
  readonly database: string
  readonly workers: number
  readonly respondersDir: string
}

/** What a person has to confirm; `context` is an authentication context of Conditional Access. */
export type StepUpSetting =
  | { readonly kind: 'off' | 'fresh'; readonly context: null }
  | { readonly kind: 'context'; readonly context: string }

/** An argument of the authority: go on without what its ledger lost. */
export const ACCEPT_FLAG = '--accept-empty-ledger'

/** An argument of the authority, followed by the part of it that this process is. */
export const ROLE_FLAG = '--role'
export const ROLES = ['all', 'issue', 'status', 'jobs'] as const

export type Role = (typeof ROLES)[number]

/** What a process never gets that only answers relying parties. */
export const SIGNING_SECRETS = [
  ...[
    'LATCHKEY_CA_PASSPHRASE',
    'LATCHKEY_GRAPH_CLIENT_SECRET',
    'LATCHKEY_GRAPH_CLIENT_CERTIFICATE',
    'LATCHKEY_SMTP_SECRET',
  ].flatMap((name) => [name, `${name}_FILE`]),
  'LATCHKEY_GRAPH_TOKEN_FILE',
  // Of Azure's own client libraries, for a key in a vault.
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PATH',
  'AZURE_CLIENT_CERTIFICATE_PASSWORD',
  'AZURE_FEDERATED_TOKEN_FILE',
  'IDENTITY_HEADER',
]

export type Env = Readonly<Record<string, string | undefined>>

/** Variables whose names are not ours; their readers check them. */
export function environment(): Env {
  return process.env
}

/** Reads and checks the environment. Throws ConfigError naming every bad field. */
export function readConfig(env: Env = process.env): Config {
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
  if (sandbox) refuseVault(values)
  const dataDir = path.resolve(values.LATCHKEY_DATA)
  const database = databaseFrom(env, values) ?? `sqlite:${path.join(dataDir, 'ledger.sqlite')}`
  return {
    ...values,
    ...named,
    sandbox,
    dataDir,
    stepUp: stepUpOf(values.LATCHKEY_STEP_UP),
    scriptClients: scriptClientsOf(values, named),
    limits: values.LATCHKEY_LIMITS ?? (sandbox ? 'generous' : 'strict'),
    // In the sandbox a change in the directory shows at once.
    directorySyncSeconds: values.LATCHKEY_SWEEP_SECONDS ?? (sandbox ? 2 : 60),
    riskSeconds: values.LATCHKEY_RISK_SECONDS ?? (sandbox ? 5 : 300),
    deviceOwnership: ownershipOf(values),
    crlRefreshSeconds: values.LATCHKEY_CRL_REFRESH_SECONDS ?? (sandbox ? 2 : 60),
    ocspGoodSeconds: values.LATCHKEY_OCSP_GOOD_SECONDS ?? ocspDefault(values, 'good'),
    ocspHoldSeconds: values.LATCHKEY_OCSP_HOLD_SECONDS ?? ocspDefault(values, 'hold'),
    portalUrl: values.LATCHKEY_PORTAL_URL ?? `http://localhost:${values.PORTAL_PORT}`,
    authorityUrl: values.LATCHKEY_AUTHORITY_URL ?? `https://localhost:${values.AUTHORITY_TLS_PORT}`,
    statusUrl: values.LATCHKEY_STATUS_URL ?? `http://localhost:${values.AUTHORITY_PORT}`,
    authorityInternalUrl:
      values.LATCHKEY_AUTHORITY_INTERNAL_URL ?? `http://localhost:${values.AUTHORITY_PORT}`,
    host: values.LATCHKEY_HOST ?? (sandbox ? 'localhost' : '::'),
    database,
    // On SQLite one process alone can issue, and more only add a step in between; see bench/README.md.
    workers:
      values.LATCHKEY_WORKERS ?? (database.startsWith('sqlite:') ? 1 : availableParallelism()),
    respondersDir: path.resolve(values.LATCHKEY_RESPONDERS ?? path.join(dataDir, 'responders')),
  }
}

/** The address may contain a password, so it may be in a file as secrets are. */
function databaseFrom(env: Env, { LATCHKEY_DATABASE_PLAIN: plain }: Environment): string | null {
  let address: string | null
  try {
    address = readSecret('LATCHKEY_DATABASE', env)
  } catch (cause) {
    const variables = ['LATCHKEY_DATABASE_FILE']
    const sentence = 'The file that LATCHKEY_DATABASE_FILE names cannot be read.'
    throw new ConfigError(sentence, { cause, variables })
  }
  const problem = address === null ? null : databaseProblem(address, plain === 'on', env)
  if (problem === null) return address
  throw new ConfigError(problem, { variables: ['LATCHKEY_DATABASE'] })
}

/** By default Intune's primary user decides where Intune is read; without Intune there is none. */
function ownershipOf(values: Environment): Config['deviceOwnership'] {
  const isIntuneAsked = values.LATCHKEY_DEVICE_DIRECTORY !== 'entra'
  const wanted = values.LATCHKEY_DEVICE_OWNERSHIP ?? (isIntuneAsked ? 'primary' : 'registered')
  if (wanted === 'primary' && !isIntuneAsked) {
    throw new ConfigError(
      'LATCHKEY_DEVICE_OWNERSHIP=primary needs Intune, and LATCHKEY_DEVICE_DIRECTORY=entra does not ask it.',
    )
  }
  if (wanted === 'registered' && values.LATCHKEY_DEVICE_DIRECTORY === 'intune') {
    throw new ConfigError(
      'LATCHKEY_DEVICE_OWNERSHIP=registered needs Entra, and LATCHKEY_DEVICE_DIRECTORY=intune does not ask it.',
    )
  }
  return wanted
}

/** What the sandbox issues, to whoever asks, would be good wherever the key's own CA is trusted. */
function refuseVault({ LATCHKEY_SIGNER: signer }: Environment): void {
  if (signer?.kind !== 'vault') return
  const { hostname } = new URL(signer.key.vaultUrl)
  if (hostname === 'localhost' || hostname === '127.0.0.1') return
  throw new ConfigError(
    `LATCHKEY_SIGNER names a key in ${hostname}, and without LATCHKEY_TENANT_ID this is the sandbox, in which ` +
      'everybody gets certificates without a password. Set the tenant, or leave LATCHKEY_SIGNER out.',
    { variables: ['LATCHKEY_SIGNER'] },
  )
}

function stepUpOf(value: Environment['LATCHKEY_STEP_UP']): StepUpSetting {
  if (value === 'off' || value === 'fresh') return { kind: value, context: null }
  return { kind: 'context', context: value.slice('context:'.length) }
}

/** The portal cannot be let off: whoever took its session over would have nothing to confirm. */
function scriptClientsOf(
  { LATCHKEY_SCRIPT_CLIENTS: clients }: Environment,
  { portalClientId, spaClientId }: { portalClientId: string; spaClientId: string },
): readonly string[] {
  const own = clients.find((client) => client === portalClientId || client === spaClientId)
  if (own === undefined) return clients
  throw new ConfigError(
    `LATCHKEY_SCRIPT_CLIENTS names ${own}, which is the portal: nothing would have to be confirmed ` +
      'there. Take it out, or set LATCHKEY_STEP_UP=off.',
  )
}

function ocspDefault(values: Environment, status: keyof typeof OCSP_SECONDS_MAX): number {
  return Math.min(OCSP_SECONDS_MAX[status], values.LATCHKEY_DIRECTORY_BUDGET_SECONDS)
}

function sandboxNames(values: Environment) {
  const base = `http://localhost:${values.SANDBOX_PORT}`
  return {
    tenantId: SANDBOX.tenantId,
    tenantName: values.LATCHKEY_TENANT_NAME ?? SANDBOX.tenantName,
    loginUrl: base,
    ...loginUrls(base, SANDBOX.tenantId),
    graphUrl: `${base}/graph`,
    apiClientId: SANDBOX.apiClientId,
    apiUri: `api://${SANDBOX.apiClientId}`,
    portalClientId: SANDBOX.portalClientId,
    spaClientId: SANDBOX.spaClientId,
    graphClientId: SANDBOX.graphClientId,
  }
}

function tenantNames(values: Environment) {
  const tenantId = required(values, 'LATCHKEY_TENANT_ID')
  const apiClientId = required(values, 'LATCHKEY_API_CLIENT_ID')
  const cloud = CLOUDS[values.LATCHKEY_CLOUD]
  const loginUrl = values.LATCHKEY_LOGIN_URL ?? cloud.login
  return {
    tenantId,
    tenantName: required(values, 'LATCHKEY_TENANT_NAME'),
    loginUrl,
    ...loginUrls(loginUrl, tenantId),
    graphUrl: values.LATCHKEY_GRAPH_URL ?? cloud.graph,
    apiClientId,
    apiUri: values.LATCHKEY_API_URI ?? `api://${apiClientId}`,
    portalClientId: required(values, 'LATCHKEY_PORTAL_CLIENT_ID'),
    spaClientId: values.LATCHKEY_SPA_CLIENT_ID ?? required(values, 'LATCHKEY_PORTAL_CLIENT_ID'),
    graphClientId: required(values, 'LATCHKEY_GRAPH_CLIENT_ID'),
  }
}

function required(values: Environment, field: keyof Environment): string {
  const value = values[field]
  if (typeof value !== 'string')
    throw new ConfigError(`${field} is missing; docs/real-tenant.md says where to find it.`, {
      variables: [field],
    })
  return value
}

/**
 * Gives a secret by name: from the file that NAME_FILE names, else from NAME. Null when neither is set.
 * Secrets are read when they are needed and are not part of Config, so that they cannot be logged with it.
 */
export function readSecret(name: string, env: Env = process.env): string | null {
  const file = env[`${name}_FILE`]
  if (file) return readFileSync(file, 'utf8').trimEnd()
  return env[name] || null
}

/** The part of Azure's own variables that decides which credential is used for a vault. */
export function vaultIdentity(
  env: Record<string, string | undefined> = process.env,
): VaultIdentity {
  return {
    isChosen: Boolean(env.AZURE_TOKEN_CREDENTIALS),
    isWorkload: Boolean(env.AZURE_FEDERATED_TOKEN_FILE),
    isManaged: Boolean(env.IDENTITY_ENDPOINT),
    clientId: env.AZURE_CLIENT_ID || null,
  }
}

/** next-auth reads its own address only from the environment; without it, it would trust a header. */
export function tellNextAuth(config: Pick<Config, 'portalUrl'>): void {
  process.env.NEXTAUTH_URL = config.portalUrl
}

/** True for `next dev`, whose tools need eval and inline styles; the built portal needs neither. */
export const isDevelopment = process.env.NODE_ENV === 'development'
