import { formProblem, isLoopback, isOfThisMachine } from '#lib/address.ts'
import { accentProblem } from '#lib/brand/accent.ts'
import { areOfOneCloud } from '#lib/clouds.ts'
import type { Config } from '#lib/config.ts'

/**
 * Checks what cannot work although each value alone is allowed: addresses that others cannot reach or may not
 * use, times that contradict each other, ports that are used twice. Pure.
 */

export type ProgramName = 'sandbox' | 'authority' | 'portal'

type Env = Readonly<Record<string, string | undefined>>

/**
 * Gives one sentence with its correction for each problem that keeps these programs from working; of an
 * address only the first problem. `config` is what readConfig() made of `env`.
 */
export function configProblems(
  config: Config,
  env: Env,
  programs: readonly ProgramName[],
): readonly string[] {
  const runs = (program: ProgramName) => programs.includes(program)
  if (!runs('authority') && !runs('portal')) return portProblems(config, programs)
  return [
    tenantProblem(config, env),
    portalUrlProblem(config),
    authorityUrlProblem(config, env),
    statusUrlProblem(config, env),
    loginUrlProblem(config),
    ...(runs('portal') ? [internalUrlProblem(config), colourProblem(config)] : []),
    ...(runs('authority')
      ? [
          graphUrlProblem(config),
          cloudProblem(config),
          riskProblem(config),
          notificationsUrlProblem(config),
          intervalProblem(config),
          tlsFilesProblem(config),
        ]
      : []),
    ...portProblems(config, programs),
  ].filter((problem) => problem !== null)
}

/** An operator who forgets the tenant would start the sandbox, where people sign in without a password. */
function tenantProblem({ sandbox }: Config, env: Env): string | null {
  if (!sandbox) return null
  const names = [
    'LATCHKEY_API_CLIENT_ID',
    'LATCHKEY_PORTAL_CLIENT_ID',
    'LATCHKEY_GRAPH_CLIENT_ID',
  ].filter((name) => env[name])
  if (names.length === 0) return null
  return (
    `${names.join(', ')} ${names.length === 1 ? 'belongs' : 'belong'} to a tenant, and LATCHKEY_TENANT_ID is not set, ` +
    'so that the sandbox would be used. Set LATCHKEY_TENANT_ID, or unset the others.'
  )
}

function portalUrlProblem({ portalUrl, sandbox }: Config): string | null {
  const problem = formProblem('LATCHKEY_PORTAL_URL', portalUrl)
  if (problem) return problem
  const url = new URL(portalUrl)
  // Entra and browsers both allow plain http for the local machine.
  if (sandbox || url.protocol === 'https:' || isLoopback(url)) return null
  return (
    'LATCHKEY_PORTAL_URL begins with http://. Entra ID sends people back to https only, and browsers ' +
    'make keys there only. Put TLS in front of the portal and write its https address.'
  )
}

function authorityUrlProblem(config: Config, env: Env): string | null {
  const name = 'LATCHKEY_AUTHORITY_URL'
  const problem = formProblem(name, config.authorityUrl)
  if (problem) return problem
  const url = new URL(config.authorityUrl)
  if (url.protocol !== 'https:') {
    return `${name} begins with http://, and scripts send access tokens there. Write its https address.`
  }
  return inCertificates(name, url, config, env)
}

/** The same check for LATCHKEY_STATUS_URL alone, which the ceremony writes into the CA's own certificate. */
export function statusUrlProblem(config: Config, env: Env): string | null {
  const name = 'LATCHKEY_STATUS_URL'
  const problem = formProblem(name, config.statusUrl)
  if (problem) return problem
  const url = new URL(config.statusUrl)
  if (url.protocol !== 'http:') {
    // RFC 5280 section 8: over https, checking a certificate could require checking another one first.
    return (
      `${name} begins with https://. Who checks a certificate asks there, and over https would first ` +
      'have to check another one. Write its http address; what is answered is signed.'
    )
  }
  return inCertificates(name, url, config, env)
}

function inCertificates(name: string, url: URL, config: Config, env: Env): string | null {
  if (isRehearsal(config) || !isOfThisMachine(url)) return null
  const what = env[name] ? `${name} is ${url.origin}` : `${name} is not set, and is ${url.origin}`
  return (
    `${what}, which no other machine reaches, and it stands in every certificate. ` +
    'Set it to the address by which devices reach the authority.'
  )
}

/** Whose sign-in service is on this machine is no real tenant: the sandbox, under ids that setup-tenant made. */
function isRehearsal({ sandbox, loginUrl }: Config): boolean {
  return sandbox || isLoopback(new URL(loginUrl))
}

function internalUrlProblem({ authorityInternalUrl }: Config): string | null {
  const name = 'LATCHKEY_AUTHORITY_INTERNAL_URL'
  const problem = formProblem(name, authorityInternalUrl)
  if (problem) return problem
  const url = new URL(authorityInternalUrl)
  if (url.protocol === 'https:' || isLoopback(url)) return null
  return (
    `${name} begins with http:// and leads to another machine, and the authority takes no access token ` +
    'that others can read on the way. Write its https address.'
  )
}

function colourProblem({ LATCHKEY_BRAND_ACCENT: accent }: Config): string | null {
  return accent === undefined ? null : accentProblem('LATCHKEY_BRAND_ACCENT', accent)
}

function loginUrlProblem({ loginUrl, sandbox }: Config): string | null {
  return sandbox ? null : microsoftProblem('LATCHKEY_LOGIN_URL', loginUrl)
}

function graphUrlProblem({ graphUrl, sandbox }: Config): string | null {
  return sandbox ? null : microsoftProblem('LATCHKEY_GRAPH_URL', graphUrl)
}

/** Entra of one cloud makes no token that Graph of another takes. */
function cloudProblem({ loginUrl, graphUrl, sandbox }: Config): string | null {
  if (sandbox || areOfOneCloud(loginUrl, graphUrl)) return null
  return (
    `${loginUrl} and ${graphUrl} are of two clouds, and Graph takes no token of another cloud. ` +
    'Set LATCHKEY_CLOUD alone, and leave LATCHKEY_LOGIN_URL and LATCHKEY_GRAPH_URL out.'
  )
}

function riskProblem({ LATCHKEY_CLOUD: cloud, LATCHKEY_HOLD_RISKY_USERS: hold }: Config) {
  if (cloud !== 'china' || hold === 'off') return null
  return (
    'LATCHKEY_HOLD_RISKY_USERS is on, and the cloud china has no Identity Protection that could say who is ' +
    'at risk. Turn it off.'
  )
}

function microsoftProblem(name: string, text: string): string | null {
  // Graph of the sandbox has a path.
  const problem = isLoopback(new URL(text)) ? null : formProblem(name, text)
  if (problem) return problem
  const url = new URL(text)
  if (url.protocol === 'https:' || isLoopback(url)) return null
  const what = 'who is on the way could say who somebody is'
  return `${name} begins with http://, and ${what}. Write its https address.`
}

const NOTIFICATIONS_PATH = '/graph/notifications'

function notificationsUrlProblem(config: Config): string | null {
  const name = 'LATCHKEY_NOTIFICATIONS_URL'
  const text = config.LATCHKEY_NOTIFICATIONS_URL
  if (text === undefined) return null
  if (config.LATCHKEY_GRAPH_TOKEN_FILE !== undefined) {
    return (
      `${name} needs a secret that all replicas know, and LATCHKEY_GRAPH_TOKEN_FILE gives none. ` +
      'Leave it out, or sign in by a certificate.'
    )
  }
  const problem = formProblem(name, text, NOTIFICATIONS_PATH)
  if (problem) return problem
  const url = new URL(text)
  if (config.sandbox) return null
  if (url.protocol !== 'https:') {
    return `${name} begins with http://, and Graph calls https addresses only. Write its https address.`
  }
  if (!isOfThisMachine(url)) return null
  return `${name} is ${url.origin}, which Graph cannot reach. Write its public address.`
}

function intervalProblem(config: Config): string | null {
  const { directorySyncSeconds, LATCHKEY_DIRECTORY_BUDGET_SECONDS: budget } = config
  if (directorySyncSeconds < budget) return null
  return (
    `LATCHKEY_SWEEP_SECONDS is ${directorySyncSeconds} and LATCHKEY_DIRECTORY_BUDGET_SECONDS is ${budget}, ` +
    'so that what is known of the directory would be too old before it is read again. ' +
    'Make the first smaller than the second, best less than half of it.'
  )
}

function tlsFilesProblem(config: Config): string | null {
  const { LATCHKEY_TLS_CERT: certificate, LATCHKEY_TLS_KEY: key } = config
  if ((certificate === undefined) === (key === undefined)) return null
  return 'LATCHKEY_TLS_CERT and LATCHKEY_TLS_KEY belong together; set both.'
}

const PORTS = [
  ['sandbox', 'SANDBOX_PORT'],
  ['authority', 'AUTHORITY_PORT'],
  ['authority', 'AUTHORITY_TLS_PORT'],
  ['portal', 'PORTAL_PORT'],
] as const

function portProblems(config: Config, programs: readonly ProgramName[]): readonly string[] {
  const used = PORTS.filter(([program]) => programs.includes(program)).map(([, name]) => name)
  return used.flatMap((name, index) => {
    const twin = used.slice(0, index).find((other) => config[other] === config[name])
    return twin ? [`${twin} and ${name} are both ${config[name]}. Give each its own port.`] : []
  })
}
