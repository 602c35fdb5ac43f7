import { readFileSync } from 'node:fs'
import { type Account, accessProblem, isContainerSecret } from '#cli/access.ts'
import type { ProgramName } from '#cli/programs.ts'
import { readLogo } from '#lib/brand/logo.ts'
import type { Config } from '#lib/config.ts'
import { secretLines } from '#lib/secret-lines.ts'
import { serverHosts, serverPairProblems } from '#lib/server-certificate.ts'

/** Checks of files that the operator provides: secrets, the https listener's certificate, the logo. */

type Env = Readonly<Record<string, string | undefined>>

type Secret = {
  readonly name: string
  readonly program: ProgramName
  readonly charactersMin?: number
  /** The sentence when a tenant is configured and the secret is missing; null for an optional secret. */
  readonly missing: string | null
  /** With one of these it is not needed. */
  readonly instead?: readonly string[]
}

const SECRETS: readonly Secret[] = [
  {
    name: 'LATCHKEY_CA_PASSPHRASE',
    program: 'authority',
    missing:
      'The CA key needs a passphrase. Set LATCHKEY_CA_PASSPHRASE_FILE to a file that holds one, ' +
      'for instance from: openssl rand -base64 32',
  },
  {
    name: 'LATCHKEY_GRAPH_CLIENT_SECRET',
    program: 'authority',
    missing:
      'LATCHKEY_GRAPH_CLIENT_SECRET(_FILE) is missing; docs/real-tenant.md says where to find it.',
    instead: [
      'LATCHKEY_GRAPH_CLIENT_CERTIFICATE',
      'LATCHKEY_GRAPH_CLIENT_CERTIFICATE_FILE',
      'LATCHKEY_GRAPH_TOKEN_FILE',
    ],
  },
  { name: 'LATCHKEY_GRAPH_CLIENT_CERTIFICATE', program: 'authority', missing: null },
  { name: 'LATCHKEY_PROXY_SECRET', program: 'authority', missing: null },
  { name: 'LATCHKEY_SMTP_SECRET', program: 'authority', missing: null },
  { name: 'LATCHKEY_DATABASE', program: 'authority', missing: null },
  {
    name: 'LATCHKEY_PORTAL_CLIENT_SECRET',
    program: 'portal',
    missing:
      'LATCHKEY_PORTAL_CLIENT_SECRET(_FILE) is missing; docs/real-tenant.md says where to find it.',
  },
  { name: 'LATCHKEY_SESSION_SECRET', program: 'portal', charactersMin: 32, missing: null },
]

/**
 * Gives sentences with their correction for secrets of these programs that are missing, empty or readable by
 * others; those in `unneeded` are not looked at.
 */
export function secretProblems(
  { sandbox }: Pick<Config, 'sandbox'>,
  env: Env,
  programs: readonly ProgramName[],
  account: Account,
  unneeded: readonly string[] = [],
): readonly string[] {
  const needed = SECRETS.filter(
    ({ name, program }) => programs.includes(program) && !unneeded.includes(name),
  )
  return needed.flatMap((secret) => {
    const { name, charactersMin = 1, instead = [] } = secret
    const file = env[`${name}_FILE`]
    const access = file ? secretFileProblem(`${name}_FILE`, file, account) : null
    if (access !== null) return [access]
    const value = file ? read(file)?.trimEnd() : env[name]
    if (!value) {
      const isOptional = sandbox || secret.missing === null || instead.some((other) => env[other])
      return file || isOptional || secret.missing === null ? [] : [secret.missing]
    }
    return secretLines(value).some(({ length }) => length < charactersMin)
      ? [`${name} is too short: it must have at least ${charactersMin} characters.`]
      : []
  })
}

function secretFileProblem(variable: string, file: string, account: Account): string | null {
  const wanted = { is: 'file', called: `${variable}: the file`, link: true } as const
  const access = isContainerSecret(file)
    ? accessProblem(file, { ...wanted, public: true }, account)
    : accessProblem(file, { ...wanted, groupOfRoot: true }, account)
  if (access !== null) return access
  const content = read(file)
  if (content === null) return `The file that ${variable} names cannot be read.`
  return content.trim() === '' ? `The file that ${variable} names is empty.` : null
}

/**
 * Gives sentences with their correction for what is wrong with LATCHKEY_TLS_CERT and LATCHKEY_TLS_KEY; none
 * when they are not set.
 */
export function tlsFileProblems(config: Config, now: Date, account: Account): readonly string[] {
  const { LATCHKEY_TLS_CERT: certificateFile, LATCHKEY_TLS_KEY: keyFile } = config
  if (certificateFile === undefined || keyFile === undefined) return []
  const [certificate, key] = [read(certificateFile), read(keyFile)]
  const unread = [
    ...(certificate === null ? [`LATCHKEY_TLS_CERT: ${certificateFile} cannot be read.`] : []),
    ...(key === null ? [`LATCHKEY_TLS_KEY: ${keyFile} cannot be read.`] : []),
  ]
  const file = { is: 'file', link: true } as const
  const access = [
    accessProblem(
      certificateFile,
      { ...file, called: 'LATCHKEY_TLS_CERT: the file', public: true },
      account,
    ),
    accessProblem(
      keyFile,
      { ...file, called: 'LATCHKEY_TLS_KEY: the file', groupOfRoot: true },
      account,
    ),
  ].filter((problem) => problem !== null)
  if (certificate === null || key === null) return [...unread, ...access]
  return [...access, ...serverPairProblems({ certificate, key }, serverHosts(config), now)]
}

/** Gives a sentence with its correction for a logo that cannot be shown. */
export function logoProblems({ LATCHKEY_BRAND_LOGO_FILE: file }: Config): readonly string[] {
  if (file === undefined) return []
  const logo = readLogo('LATCHKEY_BRAND_LOGO_FILE', file)
  return 'problem' in logo ? [logo.problem] : []
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
