import { X509Certificate } from 'node:crypto'
import { decodeJwt } from 'jose'
import { z } from 'zod'
import { KNOWN_PERMISSIONS, permissionsFor } from '#cli/tenant/desired.ts'
import { callMicrosoft, MicrosoftError } from '#cli/tenant/microsoft.ts'
import { wordsFor } from '#cli/tenant/microsoft-words.ts'
import { CLOUDS } from '#lib/clouds.ts'
import { type Config, readSecret } from '#lib/config.ts'
import { describeRefusal } from '#lib/directory/transport/graph-refusal.ts'
import { graphCredential } from '#lib/graph-credential.ts'
import { type Check, type Context, type Finding, NotAsked, problem, warning } from './check.ts'

/** What Entra ID and Microsoft Graph say to what is configured: each is asked once. */

/** Asks the application for a token of this resource; the credential is never part of an error. */
export async function applicationToken(
  config: Config,
  env: Context['env'],
  scope: string,
): Promise<string> {
  const { clientSecret, assertion } = graphCredential(config, env)
  const credential = assertion
    ? {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion(config.tokenUrl, new Date()),
      }
    : { client_secret: clientSecret }
  return await tokenFor(config, { client_id: config.graphClientId, ...credential, scope })
}

async function tokenFor(config: Config, form: Record<string, string>): Promise<string> {
  const { body } = await callMicrosoft(config.tokenUrl, {
    method: 'POST',
    form: { grant_type: 'client_credentials', ...form },
  })
  return z.object({ access_token: z.string() }).parse(body).access_token
}

/** The checks of this configuration. */
export function microsoftChecks(config: Config): readonly Check[] {
  return [
    { name: 'clock', program: 'both', ask: clock },
    { name: 'sign-in service', program: 'both', ask: signInService },
    { name: 'directory: sign-in', program: 'authority', ask: directorySignIn },
    { name: 'directory: permissions', program: 'authority', ask: permissions },
    ...endpoints(config),
    { name: 'API registration', program: 'authority', ask: apiRegistration },
    { name: 'portal registration', program: 'portal', ask: portalRegistration },
  ]
}

const SKEW_WARNING_SECONDS = 30
const SKEW_PROBLEM_SECONDS = 240

async function clock({ config, now }: Context): Promise<readonly Finding[]> {
  const asked = now().getTime()
  const { date } = await callMicrosoft(config.metadataV2Url)
  if (date === null) return []
  // Their clock is that of some moment between question and answer, in whole seconds.
  const middle = (asked + now().getTime()) / 2
  const seconds = Math.abs(Math.round((middle - date.getTime() - 500) / 1000))
  if (seconds <= SKEW_WARNING_SECONDS) return []
  const says = `the clock of this machine is ${seconds} seconds from Microsoft’s`
  const fix = 'Let it follow a time server: tokens, OCSP and CRLs have times in them.'
  return [seconds > SKEW_PROBLEM_SECONDS ? problem(says, fix) : warning(says, fix)]
}

const discoverySchema = z.object({ issuer: z.string() })

async function signInService({ config }: Context): Promise<readonly Finding[]> {
  const isV1 = config.LATCHKEY_TOKEN_V1 === 'on'
  const urls = isV1 ? [config.metadataV2Url, config.metadataV1Url] : [config.metadataV2Url]
  const findings = []
  for (const url of urls) {
    const { issuer } = discoverySchema.parse((await callMicrosoft(url)).body)
    const isOurs = issuer.includes(config.tenantId)
    const isOfCloud = url !== config.metadataV1Url || isOfThisCloud(config, issuer)
    if (isOurs && isOfCloud) continue
    findings.push(
      problem(
        `${url} is of ${issuer}`,
        'Check LATCHKEY_TENANT_ID and LATCHKEY_CLOUD: the tenant must be of that cloud.',
      ),
    )
  }
  return findings
}

function isOfThisCloud({ sandbox, LATCHKEY_CLOUD, LATCHKEY_LOGIN_URL }: Config, issuer: string) {
  if (sandbox || LATCHKEY_LOGIN_URL !== undefined) return true
  return issuer.startsWith(CLOUDS[LATCHKEY_CLOUD].issuerV1)
}

async function directorySignIn({ env, graphToken, now }: Context): Promise<readonly Finding[]> {
  return [...(await refusalOf(graphToken)), ...certificateEnds(env, now())]
}

const CERTIFICATE_WARNING_DAYS = 30
const DAY_MS = 86_400_000

function certificateEnds(env: Context['env'], now: Date): readonly Finding[] {
  const pem = readSecret('LATCHKEY_GRAPH_CLIENT_CERTIFICATE', env)
  if (pem === null) return []
  const days = Math.floor((new X509Certificate(pem).validToDate.getTime() - now.getTime()) / DAY_MS)
  if (days >= CERTIFICATE_WARNING_DAYS) return []
  const says = `the certificate by which it signs in runs out in ${days} days`
  return [
    warning(says, 'Register the next one beside it, then replace the file: docs/real-tenant.md.'),
  ]
}

const rolesOf = (token: string) =>
  z.object({ roles: z.array(z.string()).default([]) }).parse(decodeJwt(token)).roles

async function permissions({ config, graphToken }: Context): Promise<readonly Finding[]> {
  const roles = rolesOf(await orSkip(graphToken))
  const consent = `${config.loginUrl}/${config.tenantId}/adminconsent?client_id=${config.graphClientId}`
  const missing = permissionsFor(config).filter(({ value }) => !roles.includes(value))
  const more = roles.filter((role) => !KNOWN_PERMISSIONS.includes(role))
  return [
    ...missing.map(({ value }) =>
      problem(
        `consent is missing for ${value}`,
        `An administrator has to give it: npm run setup-tenant, or ${consent}`,
      ),
    ),
    ...more.map((role) =>
      warning(
        `the registration also has ${role}`,
        'Whoever gets its credential has that too, and Latchkey never needs it: take it away.',
      ),
    ),
  ]
}

/** Each endpoint that the directory is read by, with one object at most. */
function endpoints(config: Config): readonly Check[] {
  const isIntune = config.LATCHKEY_DEVICE_DIRECTORY !== 'entra'
  const isRisk = config.LATCHKEY_HOLD_RISKY_USERS === 'on'
  return [
    endpoint('directory: people', 'v1.0/users?$top=1&$select=id'),
    endpoint(
      'directory: deleted people',
      'v1.0/directory/deletedItems/microsoft.graph.user?$top=1&$select=id',
    ),
    endpoint('directory: devices', 'v1.0/devices?$top=1&$select=id'),
    ...(isIntune
      ? [endpoint('Intune: devices', 'beta/deviceManagement/managedDevices?$top=1&$select=id')]
      : []),
    ...(isRisk
      ? [
          endpoint(
            'directory: people at risk',
            'v1.0/identityProtection/riskyUsers?$top=1&$select=id',
          ),
        ]
      : []),
  ]
}

function endpoint(name: string, path: string): Check {
  return {
    name,
    program: 'authority',
    ask: async ({ config, graphToken }) => {
      const token = await orSkip(graphToken)
      return await refusalOf(() => callMicrosoft(`${config.graphUrl}/${path}`, { token }))
    },
  }
}

const claimsSchema = z.object({ aud: z.string(), ver: z.string() })

/** The audience and version that tokens for the API have, by a token of the directory registration for it. */
async function apiRegistration({ config, env, graphToken }: Context): Promise<readonly Finding[]> {
  await orSkip(graphToken)
  if (config.sandbox) throw new NotAsked('that application of the sandbox is for Graph alone')
  let token: string
  try {
    token = await applicationToken(config, env, `${config.apiUri}/.default`)
  } catch (error) {
    if (isUnassigned(error)) return []
    return findingsOf(error)
  }
  const { aud, ver } = claimsSchema.parse(decodeJwt(token))
  const audiences = [config.apiClientId, config.apiUri, `${config.apiUri}/`]
  if (!audiences.includes(aud)) {
    return [
      problem(
        `tokens for ${config.apiUri} are for ${aud}, not for LATCHKEY_API_CLIENT_ID`,
        'LATCHKEY_API_CLIENT_ID must be the client id of the registration with that URI.',
      ),
    ]
  }
  if (ver === '2.0') return []
  const says = 'the API’s registration asks for version 1 access tokens'
  const fix = 'Set requestedAccessTokenVersion to 2: npm run setup-tenant.'
  return [config.LATCHKEY_TOKEN_V1 === 'on' ? warning(says, fix) : problem(says, fix)]
}

async function portalRegistration({ config, env }: Context): Promise<readonly Finding[]> {
  if (config.sandbox) throw new NotAsked('the portal of the sandbox signs in people alone')
  const secret = readSecret('LATCHKEY_PORTAL_CLIENT_SECRET', env)
  if (secret === null) throw new NotAsked('there is no LATCHKEY_PORTAL_CLIENT_SECRET')
  const form = {
    client_id: config.portalClientId,
    client_secret: secret,
    scope: `${config.apiUri}/.default`,
  }
  try {
    await tokenFor(config, form)
    return []
  } catch (error) {
    return isUnassigned(error) ? [] : findingsOf(error)
  }
}

/** The API may demand an assignment, which applications of ours do not have: the credential was right. */
const isUnassigned = (error: unknown) =>
  error instanceof MicrosoftError && error.refusal.aadsts === 'AADSTS501051'

/** A check that needs the token has nothing to say where there is none; that is a finding of its own check. */
async function orSkip(graphToken: Context['graphToken']): Promise<string> {
  try {
    return await graphToken()
  } catch {
    throw new NotAsked('the directory registration cannot sign in')
  }
}

async function refusalOf(act: () => Promise<unknown>): Promise<readonly Finding[]> {
  try {
    await act()
    return []
  } catch (error) {
    return findingsOf(error)
  }
}

function findingsOf(error: unknown): readonly Finding[] {
  if (!(error instanceof MicrosoftError)) throw error
  const codes = describeRefusal(error.refusal)
  // A missing licence differs from a missing permission in words alone.
  if (/not applicable to target tenant/i.test(error.message)) {
    return [
      problem(
        `the tenant has no Intune, or no licence for it${codes}`,
        'Get it, or set LATCHKEY_DEVICE_DIRECTORY=entra.',
      ),
    ]
  }
  if (/not licensed for this feature/i.test(error.message)) {
    return [
      problem(
        `the tenant has no licence for this${codes}`,
        'Risky users need Entra ID P2: get it, or set LATCHKEY_HOLD_RISKY_USERS=off.',
      ),
    ]
  }
  const words = wordsFor(error)
  return words === null
    ? [
        problem(
          `Microsoft says: ${error.message}${codes}`,
          'Their support finds the call by these ids.',
        ),
      ]
    : [problem(`${words.says}${codes}`, words.fix)]
}
