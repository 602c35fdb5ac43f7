import { z } from 'zod'
import { CLOUD_NAMES } from '#lib/clouds.ts'
import { LANGUAGES, type Language } from '#lib/i18n/languages.ts'
import { signerSetting } from '#lib/signer-setting.ts'

/** The environment variables that config.ts reads: each with its type, bounds and default. */

const guid = z.guid().transform((text) => text.toLowerCase())
const port = z.coerce.number().int().min(1).max(65_535)
const flag = z.enum(['on', 'off'])
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

const HEX = '#[0-9A-Fa-f]{6}'
/** `#rrggbb`, or two of them: for the light theme and for the dark one. */
const accent = z
  .string()
  .regex(
    new RegExp(String.raw`^${HEX}(?:\s*,\s*${HEX})?$`),
    'must be a colour as #0b5468, or two of them, for light and for dark',
  )
  .transform((text) => {
    const [light = '', dark = null] = text.toLowerCase().split(/\s*,\s*/)
    return { light, dark }
  })

const webPage = z.url({ protocol: /^https?$/, error: 'must be an address of the web, https://…' })
/** `Name <address>`, or the address alone. */
const sender = z
  .string()
  .regex(
    /^(?:[^<>"\p{Cc}]{1,80} <[^\s<>@,;]+@[^\s<>@,;]+>|[^\s<>@,;]+@[^\s<>@,;]+)$/u,
    'must be a mail address, alone or as Name <address>',
  )
const phone = z
  .string()
  .regex(/^\+?[0-9][0-9 ()/.-]{1,30}$/, 'must be a telephone number, as +49 30 1234-567')

/** Seconds until nextUpdate of OCSP responses by default. */
export const OCSP_SECONDS_MAX = { good: 600, hold: 300 } as const

const ocspSeconds = z.coerce.number().int().min(10).max(86_400).optional()

const variablesSchema = z.object({
  PORTAL_PORT: port.default(3000),
  AUTHORITY_PORT: port.default(8080),
  AUTHORITY_TLS_PORT: port.default(8443),
  SANDBOX_PORT: port.default(4000),
  LATCHKEY_DATA: z.string().min(1).default('./data'),
  /** The address on which the servers listen; the sandbox listens on loopback only. */
  LATCHKEY_HOST: z.string().min(1).optional(),
  LATCHKEY_LIMITS: z.enum(['strict', 'generous']).optional(),
  LATCHKEY_LOG: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Lines for people or for what collects them; by default as `isReadable` of lib/log.ts says. */
  LATCHKEY_LOG_FORMAT: z.enum(['json', 'text']).optional(),
  /** Metrics and probes of the authority, for operators; without a port there are none. */
  LATCHKEY_METRICS_PORT: port.optional(),
  /** The address on which that port listens. */
  LATCHKEY_METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  /** How many seconds /probe and /ready say so before authority and portal stop. */
  LATCHKEY_DRAIN_SECONDS: z.coerce.number().int().min(0).max(120).default(0),

  LATCHKEY_TENANT_ID: guid.optional(),
  LATCHKEY_TENANT_NAME: z.string().min(1).optional(),
  /** What people call the portal, in place of Latchkey. */
  LATCHKEY_BRAND_NAME: z.string().trim().min(1).max(40).optional(),
  /** A PNG or SVG in place of the key. */
  LATCHKEY_BRAND_LOGO_FILE: z.string().min(1).optional(),
  LATCHKEY_BRAND_ACCENT: accent.optional(),
  /** Where people find help, and what the portal says of their data. */
  LATCHKEY_HELP_EMAIL: z.email().optional(),
  LATCHKEY_HELP_PHONE: phone.optional(),
  LATCHKEY_HELP_URL: webPage.optional(),
  LATCHKEY_PRIVACY_URL: webPage.optional(),
  /** Whom to tell of a weakness: a mail address or an https page, for RFC 9116. */
  LATCHKEY_SECURITY_CONTACT: z
    .union([z.email(), z.url({ protocol: /^https$/ })], {
      error: 'must be a mail address or an https page',
    })
    .optional(),
  /** Which of Microsoft's clouds has the tenant; the two addresses below are in place of the cloud's. */
  LATCHKEY_CLOUD: z.enum(CLOUD_NAMES).default('public'),
  LATCHKEY_LOGIN_URL: z.url().optional(),
  LATCHKEY_GRAPH_URL: z.url().optional(),
  /** Client id of the API's app registration: the audience of tokens, which defines the app roles. */
  LATCHKEY_API_CLIENT_ID: guid.optional(),
  LATCHKEY_API_SCOPE: z.string().min(1).default('Cert.Enroll'),
  /** The API's application ID URI, where it is not `api://{client id}`. */
  LATCHKEY_API_URI: z
    .string()
    .regex(
      /^(?:api|https):\/\/[^\s/][^\s]*$/,
      'must be an application ID URI, api://… or https://…',
    )
    .transform((text) => text.replace(/\/$/, ''))
    .optional(),
  /** Client id of the app registration by which people sign in to the portal. */
  LATCHKEY_PORTAL_CLIENT_ID: guid.optional(),
  /** Client id of the registration with the single-page redirect address, where it is not the portal's. */
  LATCHKEY_SPA_CLIENT_ID: guid.optional(),
  /** Client id of the app registration with the read-only directory permissions. */
  LATCHKEY_GRAPH_CLIENT_ID: guid.optional(),
  /** File with a federated token by which the directory registration signs in, read for each token. */
  LATCHKEY_GRAPH_TOKEN_FILE: z.string().min(1).optional(),
  LATCHKEY_TOKEN_V1: flag.default('on'),

  /** What a person has to confirm by a new sign-in before something is issued or revoked. */
  LATCHKEY_STEP_UP: z
    .union([
      z.enum(['off', 'fresh']),
      z.templateLiteral(['context:', z.string().regex(/^c[1-9][0-9]?$/)]),
    ])
    .default('fresh'),
  /** Minutes for which a sign-in needs no confirmation. */
  LATCHKEY_STEP_UP_MINUTES: z.coerce.number().int().min(1).max(1440).default(10),
  /** Client ids of applications that are let off; `none` for none. By default those of the enrolment scripts. */
  LATCHKEY_SCRIPT_CLIENTS: list
    .transform((items) => (items.length === 1 && items[0] === 'none' ? [] : items))
    .pipe(z.array(guid))
    .default([
      // Azure CLI and Azure PowerShell.
      '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
      '1950a258-227b-4e31-a9cf-717495945fc2',
    ]),

  LATCHKEY_PORTAL_URL: z.url().optional(),
  /** The first caIssuers address in certificates, and the address that scripts use; must be https. */
  LATCHKEY_AUTHORITY_URL: z.url().optional(),
  /** The address of OCSP and CRL in certificates, and of the second caIssuers; plain http. */
  LATCHKEY_STATUS_URL: z.url().optional(),
  /** The address at which the portal reaches the authority. */
  LATCHKEY_AUTHORITY_INTERNAL_URL: z.url().optional(),

  /** PEM files of the authority's https listener. Without them the authority makes a certificate itself. */
  LATCHKEY_TLS_CERT: z.string().min(1).optional(),
  LATCHKEY_TLS_KEY: z.string().min(1).optional(),

  /** Addresses and CIDR blocks of trusted proxies, which also have to send LATCHKEY_PROXY_SECRET. */
  LATCHKEY_TRUSTED_PROXIES: list.default([]),
  /** Which proxy's header contains the client certificate. */
  LATCHKEY_PROXY_CLIENT_CERT: z.enum(['arr', 'nginx', 'envoy']).optional(),
  /** EST simplereenroll, for clients that present a good certificate. */
  LATCHKEY_RENEWAL: flag.default('on'),
  /**
   * Days after a person's sign-in during which an enrolment is renewed without another one; 0 is no limit.
   */
  LATCHKEY_RENEWAL_MAX_DAYS: z.coerce.number().int().min(0).max(36_500).default(730),
  /** Days before notAfter from which a certificate may be renewed; without it at any time. */
  LATCHKEY_RENEWAL_WINDOW_DAYS: z.coerce.number().int().min(1).max(3650).optional(),
  /** Whether renewal checks the role with Graph, which needs a further permission; see docs/real-tenant.md. */
  LATCHKEY_RENEWAL_ROLE_CHECK: flag.default('off'),
  /** Days after which what was reported lost is revoked for good; until then the report can be undone. */
  LATCHKEY_LOST_DAYS: z.coerce.number().int().min(1).max(365).default(7),
  /** What EST cacerts gives. SCEPman's clients accept exactly one certificate. */
  LATCHKEY_EST_CACERTS: z.enum(['issuing', 'chain']).default('issuing'),

  /** Where the CA key is: `file:PATH` or `keyvault:https://VAULT/keys/NAME/VERSION`. */
  LATCHKEY_SIGNER: signerSetting.optional(),

  /** How many processes the authority runs as, on one port. */
  LATCHKEY_WORKERS: z.coerce.number().int().min(1).max(256).optional(),
  /** The folder by which processes without the CA key get their OCSP responders. */
  LATCHKEY_RESPONDERS: z.string().min(1).optional(),

  /** `sqlite:FILE` or `postgres://…`; LATCHKEY_DATABASE_FILE names a file with it. */
  LATCHKEY_DATABASE: z.string().min(1).optional(),
  /** Whether a PostgreSQL on another machine may be reached without TLS that proves who answers. */
  LATCHKEY_DATABASE_PLAIN: flag.default('off'),

  LATCHKEY_DEVICE_GATE: z.enum(['compliant', 'managed', 'registered']).default('compliant'),
  LATCHKEY_DEVICE_DIRECTORY: z.enum(['entra', 'intune', 'both']).default('both'),
  /** Who owns a device: see deviceOwnership in lib/policy/status-types.ts. */
  LATCHKEY_DEVICE_OWNERSHIP: z.enum(['primary', 'registered', 'either']).optional(),
  /** Whether a device's certificate also goes on hold or ends with its owner's account. */
  LATCHKEY_DEVICE_FOLLOWS_OWNER: flag.default('on'),
  /** Days from a change of owner until the device's certificate is revoked; until then it is on hold. */
  LATCHKEY_TRANSFER_DAYS: z.coerce.number().int().min(0).max(365).default(1),
  /** Days after which a person or device that disappeared counts as deleted for good. */
  LATCHKEY_RESTORE_DAYS: z.coerce.number().int().min(0).max(365).default(30),
  /** Minutes that the directory must have known a device before it gets a certificate. */
  LATCHKEY_DEVICE_MIN_AGE_MINUTES: z.coerce.number().int().min(0).max(43_200).default(0),
  /** Whether a certificate is on hold while its holder has another user principal name. */
  LATCHKEY_HOLD_RENAMED: flag.default('off'),
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
  /**
   * Seconds for which stored knowledge of the directory is valid; when it is older, no status depends on it.
   */
  LATCHKEY_DIRECTORY_BUDGET_SECONDS: z.coerce.number().int().min(1).max(86_400).default(300),
  /** Public address of `/graph/notifications`; without it no notifications are requested from Graph. */
  LATCHKEY_NOTIFICATIONS_URL: z.url().optional(),
  /** Seconds between two readings of the people at risk. */
  LATCHKEY_RISK_SECONDS: z.coerce.number().int().min(1).max(86_400).optional(),
  /** Seconds between two directory syncs. */
  LATCHKEY_SWEEP_SECONDS: z.coerce.number().int().min(1).max(3600).optional(),
  /** Circuit breaker: largest share of the objects with certificates that may become worse at once. */
  LATCHKEY_BRAKE_SHARE: z.coerce.number().min(0).max(1).default(0.2),
  /** Circuit breaker: as many objects may always become worse at once. */
  LATCHKEY_BRAKE_MIN: z.coerce.number().int().min(0).default(10),
  /** Seconds until nextUpdate of OCSP responses "good" and "on hold", within the directory's budget. */
  LATCHKEY_OCSP_GOOD_SECONDS: ocspSeconds,
  LATCHKEY_OCSP_HOLD_SECONDS: ocspSeconds,
  /** Whether certificates name a CRL besides OCSP. */
  LATCHKEY_CRL_CDP: flag.default('on'),
  /** Hours until nextUpdate of a CRL. */
  LATCHKEY_CRL_HOURS: z.coerce.number().int().min(1).max(720).default(24),
  /** Shortest time between two publications of CRLs after changes, in seconds. */
  LATCHKEY_CRL_REFRESH_SECONDS: z.coerce.number().int().min(1).max(3600).optional(),
  /** With more entries than this, each month of issuance has a CRL of its own beside the full one. */
  LATCHKEY_CRL_PARTITION_ABOVE: z.coerce.number().int().min(0).default(20_000),
  LATCHKEY_CERTIFICATES_PER_HOUR: z.coerce.number().int().min(1).default(10),
  /** JSON list of application profiles; see docs/reference/configuration.md. */
  LATCHKEY_APPLICATION_PROFILES: z.string().optional(),
  /** JSON list of networks, or the path of a file with it; see docs/reference/configuration.md. */
  LATCHKEY_NETWORKS: z.string().min(1).optional(),
  /** `smtp://account@host:587` (STARTTLS) or `smtps://…`; without it no reminders are sent by mail. */
  LATCHKEY_SMTP_URL: z
    .url({
      protocol: /^smtps?$/,
      error: 'must be the address of a mail server, smtp://… or smtps://…',
    })
    .optional(),
  LATCHKEY_MAIL_FROM: sender.optional(),
  LATCHKEY_MAIL_REPLY_TO: z.email().optional(),
  /** Days before the end of a certificate at which its owner is told; `none` for none. */
  LATCHKEY_REMINDER_DAYS: list
    .transform((items) => (items.length === 1 && items[0] === 'none' ? [] : items))
    .pipe(z.array(z.coerce.number<string>().int().min(1).max(365)).max(10))
    .optional(),
  /** The language of mails to people who have none of ours in the directory. */
  LATCHKEY_LANGUAGE: z.enum(Object.keys(LANGUAGES) as Language[]).default('en'),
  /** Seconds after which an issuance that was not finished becomes void. */
  LATCHKEY_PENDING_LIMIT_SECONDS: z.coerce.number().int().min(0).max(3600).default(120),
  LATCHKEY_FAILPOINT: z.string().optional(),
})

/** The checked variables. */
export type Environment = z.infer<typeof variablesSchema>

/** Every variable with its default, and rules about combinations of variables. */
export const environmentSchema = variablesSchema.superRefine((values, context) => {
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
