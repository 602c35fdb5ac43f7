import { z } from 'zod'
import { STATUS_REASONS } from '#lib/policy/status-types.ts'

/**
 * The authority's wire format: the answers of /api/me… and /api/csr/check. Routes build answers by these
 * schemas, clients parse by them, and OpenAPI is generated from them.
 */

export const time = z.iso.datetime()

const checkSchema = z.object({
  rule: z.string(),
  passed: z.boolean().nullable(),
  message: z.string(),
  remedy: z.string().nullable(),
})

export const checkResultSchema = z.object({
  allowed: z.boolean(),
  /** Subject and subject alternative name the certificate would have; null when refused. */
  subject: z.string().nullable(),
  subjectAltName: z.string().nullable(),
  notAfter: time.nullable(),
  checks: z.array(checkSchema),
})

const certificateStatusSchema = z.object({
  /** `unknown` means that the directory was not read within its budget. */
  state: z.enum(['good', 'hold', 'revoked', 'expired', 'unknown']),
  reason: z.enum(STATUS_REASONS).nullable(),
  /** Since when the certificate has this state; null for good and unknown. */
  since: time.nullable(),
  /** Who revoked it, as text for people. */
  by: z.string().nullable(),
  /** Reason of RFC 5280 section 5.3.1, as in OCSP and CRL. */
  revocationReason: z.string().nullable(),
  /** When the directory was last read for this answer. */
  asOf: time,
})

export const certificateSchema = z.object({
  serial: z.string(),
  profile: z.enum(['device', 'user', 'application']),
  displayName: z.string(),
  subject: z.string(),
  subjectAltName: z.string(),
  deviceId: z.string().nullable(),
  intuneId: z.string().nullable(),
  notBefore: time,
  notAfter: time,
  issuedAt: time,
  source: z.enum(['api', 'est', 'renewal']),
  keyThumbprint: z.string(),
  fingerprint: z.string(),
  replaces: z.string().nullable(),
  /** When somebody last signed in for the enrolment from which it was renewed. */
  signedInAt: time,
  /** What its owner calls it; only certificates made out to a person have one. */
  label: z.string().nullable(),
  status: certificateStatusSchema,
})

/** One certificate with its bytes. */
export const certificateDetailSchema = certificateSchema.extend({
  /** DER, in base64. */
  certificate: z.base64(),
})

export const certificatePageSchema = z.object({
  items: z.array(certificateSchema),
  /** `after` of the next page; null at the end. */
  next: z.string().nullable(),
})

export const deviceSchema = z.object({
  deviceId: z.string().nullable(),
  objectId: z.string().nullable(),
  intuneId: z.string().nullable(),
  displayName: z.string(),
  os: z.string(),
  osVersion: z.string().nullable(),
  model: z.string().nullable(),
  managed: z.boolean(),
  compliant: z.boolean(),
  enabled: z.boolean(),
  managementState: z.string().nullable(),
  entraOwnerOids: z.array(z.string()),
  /** Object ids of Intune's primary users; null where Intune has no record of the device. */
  primaryUserOids: z.array(z.string()).nullable(),
  /** Who enrolled the device in Intune, who need not own it. */
  enrolledByOid: z.string().nullable(),
  enrolledAt: time.nullable(),
  registeredAt: time.nullable(),
  /**
   * While a device is reported lost, nothing is issued for it. At `revokedAt` what is on hold because of it
   * is revoked for good; the report itself stands until it is withdrawn.
   */
  reportedLost: z.object({ at: time, by: z.string(), revokedAt: time }).nullable(),
  /** Serials of unrevoked certificates that others enrolled for the device. */
  othersCertificates: z.array(z.string()),
  /** Whether a certificate would be issued now, and if not, why. */
  possible: z.boolean(),
  refusal: z
    .object({
      rule: z.string(),
      code: z.string(),
      message: z.string(),
      remedy: z.string().nullable(),
    })
    .nullable(),
})

export const devicesSchema = z.object({
  items: z.array(deviceSchema),
  readAt: time,
})

const policySchema = z.object({
  deviceGate: z.enum(['compliant', 'managed', 'registered']),
  deviceDirectory: z.enum(['entra', 'intune', 'both']),
  deviceOwnership: z.enum(['primary', 'registered', 'either']),
  deviceFollowsOwner: z.boolean(),
  deviceMinAgeMinutes: z.number(),
  transferDays: z.number(),
  restoreDays: z.number(),
  renewalMaxDays: z.number(),
  renewalWindowDays: z.number().nullable(),
  guestsAllowed: z.boolean(),
  keys: z.array(z.enum(['rsa-2048', 'rsa-3072', 'rsa-4096', 'ec-p256', 'ec-p384', 'ec-p521'])),
  validityDays: z.number(),
  backdateMinutes: z.number(),
  complianceGraceMinutes: z.number(),
  holdNonCompliant: z.boolean(),
  holdRiskyUsers: z.boolean(),
  holdRenamed: z.boolean(),
})

export const meSchema = z.object({
  tid: z.string(),
  oid: z.string(),
  roles: z.array(z.string()),
  /** The directory's record of the requester now; null when it has none. */
  user: z
    .object({
      oid: z.string(),
      upn: z.string(),
      displayName: z.string(),
      enabled: z.boolean(),
      guest: z.boolean(),
    })
    .nullable(),
  /** Whether a user certificate would be issued now, and if not, why. */
  possible: z.boolean(),
  refusal: deviceSchema.shape.refusal,
  policy: policySchema,
  issuer: z.object({
    name: z.string(),
    notAfter: time,
    fingerprint: z.string(),
    /**
     * DER in base64: issuing CA first, root last. The portal writes it into a key file beside the
     * certificate.
     */
    chain: z.array(z.base64()).min(1),
  }),
  /** Whether this sign-in has to be confirmed before it issues or revokes; `goodUntil` is when it has to. */
  stepUp: z.object({
    kind: z.enum(['off', 'fresh', 'context']),
    goodUntil: time.nullable(),
  }),
  directoryReadAt: time,
})

/** How soon a change of status reaches everyone, in seconds. */
export const propagationSchema = z.object({
  /** Seconds between two readings of the directory. */
  directory: z.number(),
  /** Seconds until nextUpdate of an OCSP response "good", and of one for a hold. */
  good: z.number(),
  hold: z.number(),
  /** Seconds between a change and the next published CRL. */
  list: z.number(),
  /** Days after which what was reported lost is revoked for good; until then the report can be undone. */
  lostDays: z.number(),
})

/** Serials whose status changed. */
export const changedSchema = z.object({ serials: z.array(z.string()) })

/** Reasons of RFC 5280 section 5.3.1 that people may give for their own certificates. */
export const revokeRequestSchema = z.strictObject({
  reason: z.enum(['cessationOfOperation', 'superseded', 'keyCompromise']),
  /** Whether what was renewed from it is revoked too; for keyCompromise it always is. */
  withDescendants: z.boolean().default(false),
})

/**
 * Characters that control a terminal, change the direction of text or are invisible. Written as code points:
 * the meaning of \p{C} depends on the Unicode version of the regular expression's engine, and OpenAPI tools
 * may not support it.
 */
const UNSEEN = String.raw`\u0000-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB`
export const PLAIN_TEXT = new RegExp(`^[^${UNSEEN}]*$`, 'u')

/** What owners call a certificate, in their own words; null takes the label away. */
export const labelSchema = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .regex(PLAIN_TEXT, 'has characters that cannot be seen')
  .refine((text) => text.isWellFormed(), 'has half of a surrogate pair')

export const changeCertificateSchema = z.strictObject({ label: labelSchema.nullable() })

const partSchema = z.enum(['up', 'down', 'unknown'])

const workerSchema = z.object({
  number: z.number(),
  /** `status` reads the ledger and answers OCSP and CRL; it hands on all else. */
  role: z.enum(['all', 'issue', 'status', 'jobs']),
  state: z.enum(['starting', 'up', 'stopping', 'down']),
  /** How often another process took its place. */
  replaced: z.number(),
})

export const probeSchema = z.object({
  status: z.enum(['ready', 'degraded', 'failing', 'draining']),
  checks: z.object({
    ledger: partSchema,
    signer: partSchema,
    /** Down when this machine's clock and the database's differ by more than a minute. */
    clock: partSchema,
    directory: partSchema,
    /** Present only with an own root above the CA; `ending` means that its CRL has to be renewed soon. */
    rootCrl: z.enum(['up', 'ending', 'down']).optional(),
  }),
  /** The processes of this authority, where they are several. */
  workers: z.array(workerSchema).optional(),
})

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
  rule: z.string().optional(),
  remedy: z.string().nullable().optional(),
  retryAfterSeconds: z.number().optional(),
  errorMessage: z.string(),
  errorCode: z.number(),
})

/** What a mail with a reminder is about, as the link in it shows. */
export const reminderSchema = z.object({
  items: z.array(
    z.object({
      profile: z.enum(['device', 'user']),
      /** Of the device, or what the person calls their own certificate; null where they do not. */
      name: z.string().nullable(),
      notAfter: time,
    }),
  ),
  /** Whether there are no more reminders of these. */
  stopped: z.boolean(),
})

/** Whether a person's calendar has a secret address, and since when; null without. */
export const calendarSchema = z.object({ since: time.nullable() })

/** The secret of a new address: `{portal}/calendar/{secret}.ics`. It is not stored. */
export const calendarSecretSchema = z.object({ secret: z.string() })

export type CheckResult = z.infer<typeof checkResultSchema>
export type CertificateView = z.infer<typeof certificateSchema>
export type CertificateDetail = z.infer<typeof certificateDetailSchema>
export type CertificatePage = z.infer<typeof certificatePageSchema>
export type DeviceView = z.infer<typeof deviceSchema>
export type DevicesView = z.infer<typeof devicesSchema>
export type Probe = z.infer<typeof probeSchema>
export type WorkerState = z.infer<typeof workerSchema>
export type MeView = z.infer<typeof meSchema>
export type ReminderView = z.infer<typeof reminderSchema>
export type CalendarView = z.infer<typeof calendarSchema>
export type PropagationView = z.infer<typeof propagationSchema>
