import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { certificateIn, ensureDirectoryCertificate } from '#cli/tenant/credentials.ts'
import { CLOUDS } from '#lib/clouds.ts'
import { SANDBOX } from '#lib/config.ts'
import { type Environment, environmentSchema } from '#lib/environment.ts'
import type { Federated, Registration, RoleName, Wish } from './desired.ts'
import { applicationPrincipalId, type Graph, principalId } from './read-tenant.ts'

/** What `npm run setup-tenant` is asked for: the environment as far as it is set, and its arguments. */

export const USAGE = `npm run setup-tenant -- [options]

Makes the three app registrations that Latchkey needs in your tenant, or changes what differs from what
it needs; nothing that you added is taken away. LATCHKEY_TENANT_ID, LATCHKEY_PORTAL_URL and the rest of
the configuration are read as by the programs.

  --dry-run              prints every change, and makes none
  --az                   signs in by Azure CLI (az login); else by a code on another page
  --token-file FILE      signs in by an access token for Microsoft Graph that is in this file
  --sandbox              the made-up tenant of npm run sandbox, to try it
  --name NAME            how the registrations are called (default: Latchkey)
  --people WHO           gives CSR.SelfService: an account, or a group by name or object id. Again for more
  --managers WHO         gives Manage.All, likewise
  --applications ID      gives CSR.Request.Db to an application, by its client id. Again for more
  --secrets FOLDER       makes the directory's certificate and the portal's secret, into this folder
  --certificate FILE     the directory's certificate, PEM, made elsewhere
  --federated ISSUER,SUBJECT
                         a federated token signs in as the directory registration (workload identity)
  --bicep, --terraform   prints the registrations as code, and asks nobody
  --json                 one line of JSON`

export type Options = {
  readonly dryRun: boolean
  readonly json: boolean
  readonly as: 'bicep' | 'terraform' | null
  readonly signIn: { readonly by: 'code' | 'az' } | { readonly by: 'file'; readonly file: string }
  readonly where: Where
  readonly clientIds: Readonly<Partial<Record<Registration, string>>>
  readonly secrets: string | null
  readonly people: readonly string[]
  readonly managers: readonly string[]
  readonly applications: readonly string[]
  /** All but the assignments and the certificate, which are looked up and made. */
  readonly wish: Omit<Wish, 'assignments' | 'certificate'>
  readonly certificateFile: string | null
}

export type Where = {
  readonly tenantId: string
  readonly loginUrl: string
  readonly graphUrl: string
  readonly cloud: Environment['LATCHKEY_CLOUD']
}

/** What somebody wrote does not fit; its message is for them. */
class OptionError extends Error {
  override readonly name = 'OptionError'
}

/** Reads arguments and environment. Gives null for `--help`. Throws OptionError. */
export function readOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'dry-run': { type: 'boolean', default: false },
      az: { type: 'boolean', default: false },
      'token-file': { type: 'string' },
      sandbox: { type: 'boolean', default: false },
      name: { type: 'string', default: 'Latchkey' },
      people: { type: 'string', multiple: true, default: [] },
      managers: { type: 'string', multiple: true, default: [] },
      applications: { type: 'string', multiple: true, default: [] },
      secrets: { type: 'string' },
      certificate: { type: 'string' },
      federated: { type: 'string' },
      bicep: { type: 'boolean', default: false },
      terraform: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return null
  const settings = readSettings(env)
  const file = values['token-file']
  const as = values.bicep ? 'bicep' : values.terraform ? 'terraform' : null
  const where = whereOf(settings, values.sandbox, as !== null)
  return {
    dryRun: values['dry-run'],
    json: values.json,
    as,
    signIn: file === undefined ? { by: values.az ? 'az' : 'code' } : { by: 'file', file },
    where,
    clientIds: withoutUndefined({
      api: settings.LATCHKEY_API_CLIENT_ID,
      portal: settings.LATCHKEY_PORTAL_CLIENT_ID,
      directory: settings.LATCHKEY_GRAPH_CLIENT_ID,
    }),
    secrets: values.secrets === undefined ? null : path.resolve(values.secrets),
    people: values.people,
    managers: values.managers,
    applications: values.applications,
    certificateFile: values.certificate ?? null,
    wish: {
      name: values.name,
      settings,
      portalUrl: portalUrlOf(settings, values.sandbox),
      federated: values.federated === undefined ? null : federatedOf(values.federated, where.cloud),
    },
  }
}

/** Looks up who gets which role. */
export async function lookUpPeople(
  { people, managers, applications }: Options,
  graph: Graph,
): Promise<Wish['assignments']> {
  const wanted = [
    ...people.map((who) => ({ who, role: 'CSR.SelfService' as RoleName })),
    ...managers.map((who) => ({ who, role: 'Manage.All' as RoleName })),
  ]
  const assignments = []
  for (const { who, role } of wanted) {
    assignments.push({ principalId: await principalId(graph, who), role })
  }
  for (const clientId of applications) {
    const principal = await applicationPrincipalId(graph, clientId)
    assignments.push({ principalId: principal, role: 'CSR.Request.Db' as RoleName })
  }
  return assignments
}

/** Reads or makes the directory's certificate; null where it signs in otherwise, and makes none for a dry run. */
export async function directoryCertificate(
  { certificateFile, secrets, wish, dryRun }: Options,
  now: Date,
): Promise<Wish['certificate']> {
  if (certificateFile !== null) return certificateIn(readFileSync(certificateFile, 'utf8'))
  if (secrets === null || wish.federated !== null || dryRun) return null
  return await ensureDirectoryCertificate(secrets, wish.name, now)
}

function readSettings(env: Readonly<Record<string, string | undefined>>): Environment {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environmentSchema.safeParse(given)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new OptionError(`The configuration does not fit. ${fields.join('; ')}`)
}

function whereOf(settings: Environment, isSandbox: boolean, isCode: boolean): Where {
  const { LATCHKEY_CLOUD: cloud, LATCHKEY_TENANT_ID: tenantId } = settings
  if (isSandbox) {
    if (tenantId !== undefined && tenantId !== SANDBOX.tenantId) {
      throw new OptionError(
        'LATCHKEY_TENANT_ID names a real tenant, and --sandbox the made-up one.',
      )
    }
    const base = `http://localhost:${settings.SANDBOX_PORT}`
    return { tenantId: SANDBOX.tenantId, loginUrl: base, graphUrl: `${base}/graph`, cloud }
  }
  if (tenantId === undefined && !isCode) {
    throw new OptionError(
      'LATCHKEY_TENANT_ID is missing: set it to the tenant’s id, or add --sandbox to try it.',
    )
  }
  return {
    tenantId: tenantId ?? '',
    loginUrl: settings.LATCHKEY_LOGIN_URL ?? CLOUDS[cloud].login,
    graphUrl: settings.LATCHKEY_GRAPH_URL ?? CLOUDS[cloud].graph,
    cloud,
  }
}

function portalUrlOf({ LATCHKEY_PORTAL_URL: url, PORTAL_PORT }: Environment, isSandbox: boolean) {
  if (url !== undefined) return url.replace(/\/$/, '')
  if (isSandbox) return `http://localhost:${PORTAL_PORT}`
  throw new OptionError(
    'LATCHKEY_PORTAL_URL is missing: the address where people will find the portal, https://…',
  )
}

/** What a token that is exchanged must name as its audience; it differs from cloud to cloud. */
const EXCHANGE_AUDIENCES = {
  public: 'api://AzureADTokenExchange',
  usgov: 'api://AzureADTokenExchangeUSGov',
  'usgov-dod': 'api://AzureADTokenExchangeUSGov',
  china: 'api://AzureADTokenExchangeChina',
} as const satisfies Record<Where['cloud'], string>

function federatedOf(text: string, cloud: Where['cloud']): Federated {
  const [issuer = '', ...rest] = text.split(',')
  const subject = rest.join(',').trim()
  if (!URL.canParse(issuer.trim()) || subject === '') {
    throw new OptionError(
      '--federated takes issuer and subject with a comma between them, as https://…,system:serviceaccount:latchkey:authority',
    )
  }
  const audiences = [EXCHANGE_AUDIENCES[cloud]] as const
  return { name: 'latchkey-authority', issuer: issuer.trim(), subject, audiences }
}

function withoutUndefined<T extends object>(value: T) {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]?: string
  }
}
