import path from 'node:path'
import { type Config, ROLE_FLAG, type Role, SIGNING_SECRETS } from '#lib/config.ts'

export type ProgramName = 'sandbox' | 'authority' | 'portal'

export type Env = Readonly<Record<string, string | undefined>>

/** A program that the supervisor runs. */
export type Program = {
  readonly name: ProgramName
  /** Arguments to this same Node executable. */
  readonly args: readonly string[]
  readonly env: Env
  readonly ports: readonly PortUse[]
  /** An address that answers, with any status, when the program is ready. */
  readonly readyUrl: string
}

export type PortUse = {
  readonly port: number
  readonly host: string
  /** The environment variable that changes the port. */
  readonly variable: string
  readonly program: ProgramName
}

export const ROOT = path.resolve(import.meta.dirname, '..')

/**
 * Flags for every Node that is started here, as in cli/run.js: Node 22 warns of experimental features that we
 * use, and a program with PARENT_PIPE in its environment stops when its parent has ended.
 */
export const NODE_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--import',
  new URL('./stop-with-parent.js', import.meta.url).href,
]

/** Environment of a program with a pipe as its fourth descriptor, after the three standard ones. */
export const PARENT_PIPE = { LATCHKEY_PARENT_PIPE: '3' }

/**
 * Gives everything needed to start the three programs, each with only the environment variables that it
 * needs; of the authority the part that `role` names.
 */
export function describePrograms(
  config: Config,
  env: Env,
  mode: 'production' | 'development',
  role: Role = 'all',
): Readonly<Record<ProgramName, Program>> {
  return {
    sandbox: {
      name: 'sandbox',
      args: ['sandbox/main.ts'],
      // As the set-up of a tenant does (cli/tenant). Entra's own default is none, by which nothing can be confirmed.
      env: { SANDBOX_OPTIONAL_CLAIMS: 'auth_time', ...pick(env, [...SYSTEM, ...SANDBOX_NEEDS]) },
      ports: [use('sandbox', config.SANDBOX_PORT, 'SANDBOX_PORT', 'localhost')],
      readyUrl: `http://localhost:${config.SANDBOX_PORT}/${config.tenantId}/v2.0/.well-known/openid-configuration`,
    },
    authority: {
      name: 'authority',
      args: ['authority/main.ts', ...(role === 'all' ? [] : [ROLE_FLAG, role])],
      env: omit(env, [
        ...PORTAL_SECRETS,
        ...CEREMONY_SECRETS,
        ...(role === 'status' ? SIGNING_SECRETS : []),
      ]),
      ports: [
        use('authority', config.AUTHORITY_PORT, 'AUTHORITY_PORT', config.host),
        ...(role === 'all' || role === 'issue'
          ? [use('authority', config.AUTHORITY_TLS_PORT, 'AUTHORITY_TLS_PORT', config.host)]
          : []),
        ...metricsPort(config),
      ],
      readyUrl: `http://localhost:${config.AUTHORITY_PORT}/probe`,
    },
    portal: {
      name: 'portal',
      args: [
        // next-auth 4 calls url.parse(), which operators cannot change.
        '--disable-warning=DEP0169',
        ...(mode === 'production' ? ['cli/portal.ts'] : nextDev(config)),
      ],
      env: portalEnv(config, env, mode),
      ports: [use('portal', config.PORTAL_PORT, 'PORTAL_PORT', config.host)],
      readyUrl: `http://localhost:${config.PORTAL_PORT}/signin`,
    },
  }
}

function metricsPort({
  LATCHKEY_METRICS_PORT: port,
  LATCHKEY_METRICS_HOST: host,
}: Config): readonly PortUse[] {
  return port === undefined ? [] : [use('authority', port, 'LATCHKEY_METRICS_PORT', host)]
}

function nextDev(config: Config): readonly string[] {
  const next = path.join('node_modules', 'next', 'dist', 'bin', 'next')
  return [next, 'dev', '--port', String(config.PORTAL_PORT), '--hostname', config.host]
}

function portalEnv(config: Config, env: Env, mode: 'production' | 'development'): Env {
  const otel = Object.keys(env).filter((name) => name.startsWith('OTEL_'))
  const given = pick(env, [...SYSTEM, ...PORTAL_NEEDS, ...PORTAL_SECRETS, ...otel])
  const hasSecret = given.LATCHKEY_SESSION_SECRET || given.LATCHKEY_SESSION_SECRET_FILE
  return {
    ...given,
    ...(!hasSecret && { LATCHKEY_SESSION_SECRET_FILE: sessionSecretFile(config) }),
    NODE_ENV: mode,
    NEXTAUTH_URL: config.portalUrl,
    NEXT_TELEMETRY_DISABLED: '1',
  }
}

/** The file with the key of the session cookie, when the operator gives none. */
export function sessionSecretFile(config: Config): string {
  return path.join(config.dataDir, 'session.secret')
}

/** Variables that any process needs on Linux, macOS and Windows. */
export const SYSTEM = [
  'PATH',
  'HOME',
  'USER',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'USERPROFILE',
  'CI',
  'NODE_EXTRA_CA_CERTS',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'NODE_USE_ENV_PROXY',
]

const PORTAL_SECRETS = [
  'LATCHKEY_PORTAL_CLIENT_SECRET',
  'LATCHKEY_PORTAL_CLIENT_SECRET_FILE',
  'LATCHKEY_SESSION_SECRET',
  'LATCHKEY_SESSION_SECRET_FILE',
]

/** The root key is for the ceremony only; no server opens it. */
const CEREMONY_SECRETS = ['LATCHKEY_ROOT_PASSPHRASE', 'LATCHKEY_ROOT_PASSPHRASE_FILE']

/**
 * An allow-list: the portal is the part most exposed to attacks, so it gets no passphrase, no data folder, no
 * database and no directory secret.
 */
const PORTAL_NEEDS = [
  'PORTAL_PORT',
  'AUTHORITY_PORT',
  'AUTHORITY_TLS_PORT',
  'SANDBOX_PORT',
  'LATCHKEY_HOST',
  'LATCHKEY_LIMITS',
  'LATCHKEY_LOG',
  'LATCHKEY_LOG_FORMAT',
  'LATCHKEY_DRAIN_SECONDS',
  'LATCHKEY_TENANT_ID',
  'LATCHKEY_TENANT_NAME',
  'LATCHKEY_BRAND_NAME',
  'LATCHKEY_BRAND_LOGO_FILE',
  'LATCHKEY_BRAND_ACCENT',
  'LATCHKEY_HELP_EMAIL',
  'LATCHKEY_HELP_PHONE',
  'LATCHKEY_HELP_URL',
  'LATCHKEY_PRIVACY_URL',
  'LATCHKEY_SECURITY_CONTACT',
  'LATCHKEY_CLOUD',
  'LATCHKEY_LOGIN_URL',
  'LATCHKEY_API_CLIENT_ID',
  'LATCHKEY_API_SCOPE',
  'LATCHKEY_API_URI',
  'LATCHKEY_PORTAL_CLIENT_ID',
  'LATCHKEY_SPA_CLIENT_ID',
  'LATCHKEY_STEP_UP',
  'LATCHKEY_STEP_UP_MINUTES',
  'LATCHKEY_SCRIPT_CLIENTS',
  'LATCHKEY_GRAPH_CLIENT_ID',
  'LATCHKEY_PORTAL_URL',
  'LATCHKEY_AUTHORITY_URL',
  'LATCHKEY_STATUS_URL',
  'LATCHKEY_AUTHORITY_INTERNAL_URL',
  'NEXT_SERVER_ACTIONS_ENCRYPTION_KEY',
]

const SANDBOX_NEEDS = [
  'SANDBOX_OPTIONAL_CLAIMS',
  'SANDBOX_HOST',
  'PORTAL_PORT',
  'SANDBOX_PORT',
  'LATCHKEY_TENANT_ID',
  'LATCHKEY_TENANT_NAME',
  'LATCHKEY_API_SCOPE',
  'LATCHKEY_PORTAL_URL',
]

function use(program: ProgramName, port: number, variable: string, host: string): PortUse {
  return { program, port, variable, host }
}

function pick(env: Env, names: readonly string[]): Env {
  return Object.fromEntries(
    names.filter((name) => env[name] !== undefined).map((name) => [name, env[name]]),
  )
}

function omit(env: Env, names: readonly string[]): Env {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)))
}
