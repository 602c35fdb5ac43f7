import { thisAccount } from '#cli/access.ts'
import { CannotStart } from '#cli/cannot-start.ts'
import { logoProblems, secretProblems, tlsFileProblems } from '#cli/given-files.ts'
import { ownFileProblems } from '#cli/own-files.ts'
import { envFileProblems, portProblems, proxyProblems } from '#cli/preflight.ts'
import type { Env, Program, ProgramName } from '#cli/programs.ts'
import {
  type Config,
  ConfigError,
  type Role,
  readConfig,
  readSecret,
  SIGNING_SECRETS,
} from '#lib/config.ts'
import { configProblems } from '#lib/config-check.ts'
import { checkSole } from '#lib/sole-authority.ts'

/** Everything that prevents a start, reported at once, so that an operator can correct it in one go. */

/** The configuration as far as it can be read, and the problems of the rest. */
export type Reading = { readonly config: Config; readonly problems: readonly string[] }

/**
 * Reads the environment. Variables that are wrong or missing are reported and left out, so that the others
 * can be checked too. A configuration with problems is for checks only.
 */
export function readAsFarAsPossible(env: Env): Reading {
  const problems: string[] = []
  const told = new Set<string>()
  let given = env
  for (;;) {
    try {
      return { config: readConfig(given), problems }
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      const fresh = error.variables.filter((name) => !told.has(name))
      if (fresh.length === 0) throw error
      problems.push(error.message)
      for (const name of fresh) told.add(name)
      given = { ...given, ...Object.fromEntries(fresh.map((name) => [name, standIn(name)])) }
    }
  }
}

/**
 * A mistyped tenant id is replaced by a valid one, so that it still counts as a tenant; any other value is
 * left out.
 */
function standIn(name: string): string | undefined {
  if (name.endsWith('_ID')) return '00000000-0000-4000-8000-000000000000'
  return name === 'LATCHKEY_TENANT_NAME' ? 'Tenant' : undefined
}

/** Throws CannotStart with a line for each problem that keeps these programs from working. */
export async function checkStart(
  reading: Reading,
  env: Env,
  programs: readonly Program[],
  role: Role = 'all',
): Promise<void> {
  const names = programs.map(({ name }) => name)
  const all = [
    ...(await settingProblems(reading, env, names, role)),
    ...(await portProblems(programs.flatMap(({ ports }) => ports))),
    ...(names.includes('authority') && role !== 'status'
      ? sentencesOf(() => checkSole(reading.config))
      : []),
  ]
  if (all.length > 0) throw new CannotStart(all.join('\n'))
}

/** The same but for ports and lock, which are in use when the programs run. */
export async function settingProblems(
  { config, problems }: Reading,
  env: Env,
  names: readonly ProgramName[],
  role: Role = 'all',
): Promise<readonly string[]> {
  const account = thisAccount()
  return [
    ...problems,
    ...configProblems(config, env, names),
    ...envFileProblems(),
    ...proxyProblems(env),
    ...secretProblems(config, env, names, account, unneededSecrets(config, role)),
    ...(names.includes('portal') ? logoProblems(config) : []),
    ...(names.includes('authority') ? await authorityProblems(config, env, role) : []),
    ...(usesDataFolder(names, env) ? ownFileProblems(config, account) : []),
  ]
}

function unneededSecrets({ LATCHKEY_SIGNER: signer }: Config, role: Role): readonly string[] {
  if (role === 'status') return SIGNING_SECRETS
  return signer?.kind === 'vault' ? ['LATCHKEY_CA_PASSPHRASE'] : []
}

/** Whether the portal needs a session secret that is made for it. */
export function needsSessionSecret(names: readonly ProgramName[], env: Env): boolean {
  return (
    names.includes('portal') && !env.LATCHKEY_SESSION_SECRET && !env.LATCHKEY_SESSION_SECRET_FILE
  )
}

/** Whether any of these programs stores files in the data folder. */
export function usesDataFolder(names: readonly ProgramName[], env: Env): boolean {
  return names.includes('authority') || needsSessionSecret(names, env)
}

/**
 * Problems that only the authority's own modules can find. They are loaded only when there is something to
 * check, since loading delays every start.
 */
async function authorityProblems(config: Config, env: Env, role: Role): Promise<readonly string[]> {
  const isGiven = (name: string) => Boolean(env[name])
  const problems: string[] = []
  if (['LATCHKEY_KEYS', 'LATCHKEY_APPLICATION_PROFILES'].some(isGiven)) {
    const { policyFrom } = await import('#lib/compose.ts')
    problems.push(...sentencesOf(() => policyFrom(config)))
  }
  if (isGiven('LATCHKEY_NETWORKS')) {
    const { readNetworks } = await import('#lib/network-settings.ts')
    problems.push(...sentencesOf(() => readNetworks(config.LATCHKEY_NETWORKS)))
  }
  // Settings may be the same for all parts, and a secret is there for the part that needs it.
  if (!config.sandbox && role !== 'status' && GRAPH_CREDENTIALS.some(isGiven)) {
    const { graphCredential } = await import('#lib/graph-credential.ts')
    const isUnread = GRAPH_SECRETS.some((name) => isThereUnread(name, env))
    if (!isUnread) problems.push(...sentencesOf(() => graphCredential(config, env)))
  }
  if ((role === 'all' || role === 'jobs') && MAIL_VARIABLES.some(isGiven)) {
    const { readMail } = await import('#lib/mail-settings.ts')
    const secret = secretOrNull('LATCHKEY_SMTP_SECRET', env)
    problems.push(...sentencesOf(() => readMail(config, secret)))
  }
  if (PROXY_VARIABLES.some(isGiven)) {
    const { readProxyRules } = await import('#authority/http/proxy.ts')
    const secret = secretOrNull('LATCHKEY_PROXY_SECRET', env)
    problems.push(...sentencesOf(() => readProxyRules(config, secret)))
  }
  return [...problems, ...tlsFileProblems(config, new Date(), thisAccount())]
}

/** Whose content is checked; that a secret is there is checked elsewhere. */
const GRAPH_CREDENTIALS = [
  'LATCHKEY_GRAPH_CLIENT_CERTIFICATE',
  'LATCHKEY_GRAPH_CLIENT_CERTIFICATE_FILE',
  'LATCHKEY_GRAPH_TOKEN_FILE',
]

const GRAPH_SECRETS = ['LATCHKEY_GRAPH_CLIENT_CERTIFICATE', 'LATCHKEY_GRAPH_CLIENT_SECRET']

const MAIL_VARIABLES = [
  'LATCHKEY_SMTP_URL',
  'LATCHKEY_MAIL_FROM',
  'LATCHKEY_SMTP_SECRET',
  'LATCHKEY_SMTP_SECRET_FILE',
]

const PROXY_VARIABLES = [
  'LATCHKEY_TRUSTED_PROXIES',
  'LATCHKEY_PROXY_CLIENT_CERT',
  'LATCHKEY_PROXY_SECRET',
  'LATCHKEY_PROXY_SECRET_FILE',
]

function sentencesOf(validate: () => unknown): readonly string[] {
  try {
    validate()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return [error.message]
    throw error
  }
}

/** A file that cannot be read has a problem of its own. */
function secretOrNull(name: string, env: Env): string | null {
  try {
    return readSecret(name, env)
  } catch {
    return null
  }
}

function isThereUnread(name: string, env: Env): boolean {
  return Boolean(env[`${name}_FILE`]) && secretOrNull(name, env) === null
}
