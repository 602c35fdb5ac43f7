import { randomBytes } from 'node:crypto'
import path from 'node:path'
import type { Logger } from 'pino'
import { z } from 'zod'
import { openTokens } from '#lib/auth/entra-token.ts'
import { openStepUp } from '#lib/auth/step-up.ts'
import { remindingFrom } from '#lib/compose-reminders.ts'
import { type Config, ConfigError } from '#lib/config.ts'
import { openChangeFeed } from '#lib/directory/change-feed.ts'
import { openGraph } from '#lib/directory/graph.ts'
import { type Notifications, openNotifications } from '#lib/directory/notifications.ts'
import type { GraphClientOptions } from '#lib/directory/transport/graph-token.ts'
import { graphCredential } from '#lib/graph-credential.ts'
import type { Authority, Failpoint, StatusAuthority } from '#lib/issuance/authority.ts'
import { makeBackfill } from '#lib/issuance/directory-sync/backfill.ts'
import { openReader } from '#lib/ledger/open.ts'
import type { DirectoryKey } from '#lib/model.ts'
import { readNetworks } from '#lib/network-settings.ts'
import type { IssuerUrls } from '#lib/pki/certificate/profile.ts'
import { KEY_TYPES, type KeyType } from '#lib/pki/keys/keys.ts'
import type { ReadRoot } from '#lib/pki/ocsp/root-status.ts'
import type { ApplicationProfile, Policy } from '#lib/policy/policy.ts'
import { openGuardedLedger } from '#lib/reconcile/ledger-guard.ts'
import { watchLedger } from '#lib/reconcile/ledger-watch.ts'
import { loadPublicIssuer } from '#lib/signer/issuer-files.ts'
import { openSigner } from '#lib/signer/open-signer.ts'
import { openRootStatus } from '#lib/signer/root-status-file.ts'
import { logSignatures, SIGNATURE_LOG } from '#lib/signer/signature-log.ts'
import { signerPlace } from '#lib/signer-place.ts'

/**
 * The only place that chooses adapters. It opens what the configuration names, checks that it works, and
 * gives the parts of the authority. Throws ConfigError, or the error of the part that failed, also for a
 * ledger that is not the same as before, unless `acceptLostLedger` goes on without it. Logs what Microsoft
 * refuses where work can go on without it.
 */
export async function compose(config: Config, log: Logger, { acceptLostLedger = false } = {}) {
  const policy = policyFrom(config)
  const networks = readNetworks(config.LATCHKEY_NETWORKS)
  const issuer = loadPublicIssuer(config.dataDir, urlsOf(config))
  const report = (sentence: string, error: unknown) => log.error({ error }, sentence)
  const key = await openSigner(signerPlace(config, report), issuer.spki)
  const now = () => new Date()
  const { ledger, check: checkLedger } = await openGuardedLedger(
    { ...{ dataDir: config.dataDir, database: config.database, issuer }, ...poolOf(config) },
    { accept: acceptLostLedger, now },
  )
  const graph = {
    graphUrl: config.graphUrl,
    tokenUrl: config.tokenUrl,
    clientId: config.graphClientId,
    ...graphCredential(config),
    deviceDirectory: config.LATCHKEY_DEVICE_DIRECTORY,
    report: (sentence: string, error: unknown) => log.warn({ error }, sentence),
  }
  const signatureLog = path.join(config.dataDir, SIGNATURE_LOG)
  const { signer, close: closeLog } = logSignatures(key, signatureLog, now)
  const needs: Omit<Authority, 'backfill'> = {
    issuer,
    signer,
    ledger,
    directory: openGraph({ ...graph, apiClientId: config.apiClientId }),
    changeFeed: openChangeFeed({
      ...graph,
      riskLevels: policy.holdRiskyUsers ? config.LATCHKEY_RISK_LEVELS : null,
    }),
    policy,
    renewalRoleCheck: config.LATCHKEY_RENEWAL_ROLE_CHECK === 'on',
    lostDays: config.LATCHKEY_LOST_DAYS,
    directoryBudgetMs: config.LATCHKEY_DIRECTORY_BUDGET_SECONDS * 1000,
    riskEveryMs: config.riskSeconds * 1000,
    // Graph does not report changes of owners, so owners are read again at this interval.
    ownersMaxAgeMs: config.directorySyncSeconds * 1000,
    circuitBreaker: {
      shareMax: config.LATCHKEY_BRAKE_SHARE,
      changesMin: config.LATCHKEY_BRAKE_MIN,
    },
    quota:
      config.limits === 'strict'
        ? { certificatesPerHourMax: config.LATCHKEY_CERTIFICATES_PER_HOUR }
        : null,
    now,
    randomBytes: (length) => randomBytes(length),
    failpoint: failpointFrom(config.LATCHKEY_FAILPOINT),
  }
  const backfill = makeBackfill(needs, (error) =>
    log.warn({ error }, 'an object could not be refreshed'),
  )
  const authority: Authority = { ...needs, backfill: backfill.want }
  const { verifyToken, stepUp } = tokensFrom(config, now)
  const notifications = notificationsFrom(config, { ...graph, now })
  const close = async () => {
    await backfill.stop()
    await ledger.close()
    closeLog()
  }
  const readRoot = openRootStatus(config.dataDir, issuer.chain)
  /** For who has the jobs, and so the secret of the mail server. */
  const reminding = () => remindingFrom(config, graph)
  const found = { authority, networks, verifyToken, stepUp, notifications, reminding }
  return { ...found, checkLedger, readRoot, close, backfillLength: backfill.length }
}

/** What verifies access tokens, and what confirms a request by a sign-in of the last minutes. */
function tokensFrom(config: Config, now: () => Date) {
  const { verifyToken, verifyIdToken } = openTokens({
    tenantId: config.tenantId,
    metadataUrls: {
      v1: config.LATCHKEY_TOKEN_V1 === 'on' ? config.metadataV1Url : null,
      v2: config.metadataV2Url,
    },
    jwksUrl: config.jwksUrl,
    apiClientId: config.apiClientId,
    apiUri: config.apiUri,
    spaClientId: config.spaClientId,
    now,
  })
  const stepUp = openStepUp(
    {
      ...config.stepUp,
      maxAgeMs: config.LATCHKEY_STEP_UP_MINUTES * 60_000,
      scriptClients: config.scriptClients,
      authorizationUrl: config.authorizationUrl,
      now,
    },
    verifyIdToken,
  )
  return { verifyToken, stepUp }
}

/** What a process gets that only answers relying parties: no CA key, no directory, nothing that writes. */
export type ComposedStatus = {
  readonly authority: StatusAuthority
  /** Gives null, or one sentence on why the ledger is not the one that was opened. */
  readonly checkLedger: () => Promise<string | null>
  readonly readRoot: ReadRoot
  readonly close: () => Promise<void>
}

/**
 * The adapters for that. `backfill` is told of objects whose status is not known any more; somebody else has
 * to ask the directory for them. Throws as compose does.
 */
export async function composeStatus(
  config: Config,
  backfill: (keys: readonly DirectoryKey[]) => void,
): Promise<ComposedStatus> {
  const issuer = loadPublicIssuer(config.dataDir, urlsOf(config))
  const ledger = await openReader(config.database, poolOf(config))
  const authority: StatusAuthority = {
    ...{ issuer, ledger, backfill },
    policy: policyFrom(config),
    directoryBudgetMs: config.LATCHKEY_DIRECTORY_BUDGET_SECONDS * 1000,
    now: () => new Date(),
  }
  const checkLedger = await watchLedger(ledger)
  const readRoot = openRootStatus(config.dataDir, issuer.chain)
  return { authority, checkLedger, readRoot, close: ledger.close }
}

function urlsOf(config: Config): IssuerUrls {
  return {
    caIssuers: `${config.authorityUrl}/ca`,
    caIssuersHttp: `${config.statusUrl}/ca`,
    ocsp: `${config.statusUrl}/ocsp`,
    // The full CRL. Each certificate names its own partition beside it; see issuerAt.
    crl: config.LATCHKEY_CRL_CDP === 'on' ? `${config.statusUrl}/crl/full.crl` : null,
  }
}

const CONNECTIONS_MIN = 2
const CONNECTIONS_MAX = 8
/** Of all workers of one machine. */
const CONNECTIONS_TOTAL = 32

function poolOf({ workers }: Config) {
  const share = Math.floor(CONNECTIONS_TOTAL / workers)
  return { connections: Math.max(CONNECTIONS_MIN, Math.min(CONNECTIONS_MAX, share)) }
}

const applicationProfilesSchema = z.array(
  z.strictObject({
    name: z.string().min(1),
    applications: z.array(z.guid().transform((id) => id.toLowerCase())).min(1),
    extendedKeyUsages: z.array(z.enum(['clientAuth', 'serverAuth'])).min(1),
    dnsSuffixes: z.array(z.string().min(1)),
    validityDays: z.number().int().min(1).max(3650),
  }),
)

/** An empty allow-list is a mistake and does not mean "everything": it is refused at start. */
export function policyFrom(config: Config): Policy {
  const keys = config.LATCHKEY_KEYS.map((key) => {
    if (isKeyType(key)) return key
    const known = Object.keys(KEY_TYPES).join(', ')
    throw new ConfigError(`LATCHKEY_KEYS: ${key} is not one of ${known}.`)
  })
  if (keys.length === 0)
    throw new ConfigError('LATCHKEY_KEYS is empty, so no key would be accepted.')
  const gate = config.LATCHKEY_DEVICE_GATE
  const hold = config.LATCHKEY_HOLD_NON_COMPLIANT
  return {
    deviceGate: gate,
    deviceDirectory: config.LATCHKEY_DEVICE_DIRECTORY,
    deviceOwnership: config.deviceOwnership,
    deviceFollowsOwner: config.LATCHKEY_DEVICE_FOLLOWS_OWNER === 'on',
    deviceMinAgeMinutes: config.LATCHKEY_DEVICE_MIN_AGE_MINUTES,
    transferDays: config.LATCHKEY_TRANSFER_DAYS,
    restoreDays: config.LATCHKEY_RESTORE_DAYS,
    renewalMaxDays: config.LATCHKEY_RENEWAL_MAX_DAYS,
    renewalWindowDays: config.LATCHKEY_RENEWAL_WINDOW_DAYS ?? null,
    guestsAllowed: config.LATCHKEY_GUESTS === 'on',
    keys,
    validityDays: config.LATCHKEY_VALIDITY_DAYS,
    backdateMinutes: config.LATCHKEY_BACKDATE_MINUTES,
    complianceGraceMinutes: config.LATCHKEY_COMPLIANCE_GRACE_MINUTES,
    holdNonCompliant: hold === undefined ? gate === 'compliant' : hold === 'on',
    holdRiskyUsers: config.LATCHKEY_HOLD_RISKY_USERS === 'on',
    holdRenamed: config.LATCHKEY_HOLD_RENAMED === 'on',
    applicationProfiles: applicationProfilesFrom(config.LATCHKEY_APPLICATION_PROFILES),
  }
}

function isKeyType(text: string): text is KeyType {
  return Object.hasOwn(KEY_TYPES, text)
}

function applicationProfilesFrom(json: string | undefined): readonly ApplicationProfile[] {
  if (json === undefined) return []
  const parsed = applicationProfilesSchema.safeParse(parseJson(json))
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new ConfigError(`LATCHKEY_APPLICATION_PROFILES: ${fields.join('; ')}`)
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new ConfigError('LATCHKEY_APPLICATION_PROFILES is not JSON.', { cause })
  }
}

/** Null unless notifications are configured. The address must be one that our own guard accepts. */
function notificationsFrom(config: Config, graph: GraphClientOptions): Notifications | null {
  const notificationsUrl = config.LATCHKEY_NOTIFICATIONS_URL
  if (notificationsUrl === undefined) return null
  const { protocol, hostname, pathname, search } = new URL(notificationsUrl)
  const ours = [config.authorityUrl, config.statusUrl].map((url) => new URL(url).hostname)
  const safe = protocol === 'https:' || config.sandbox
  if (!safe || search !== '' || pathname !== '/graph/notifications' || !ours.includes(hostname)) {
    throw new ConfigError(
      'LATCHKEY_NOTIFICATIONS_URL must be the https address of this service, ' +
        'with the path /graph/notifications.',
    )
  }
  return openNotifications({ ...graph, notificationsUrl })
}

/** Kills the process at the named point, as a loss of power would; set by tests only. */
function failpointFrom(wanted: string | undefined): (name: Failpoint) => void {
  if (wanted === undefined) return () => undefined
  return (name) => {
    if (name === wanted) process.kill(process.pid, 'SIGKILL')
  }
}
