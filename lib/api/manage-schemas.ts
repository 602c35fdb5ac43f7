import { z } from 'zod'
import { STATUS_REASONS } from '#lib/policy/status-types.ts'
import { PLAIN_TEXT, time } from './schemas.ts'

/** SCEPman's management API, with the same members. */
export const managedCertificateSchema = z.object({
  /** Upper-case hex, as SCEPman writes it. */
  serialNumber: z.string(),
  subject: z.string(),
  sans: z.string(),
  upn: z.string().nullable(),
  issuanceDate: time,
  expirationDate: time,
  revocationDate: time.nullable(),
  /** The reason code of RFC 5280 section 5.3.1. */
  revocationReason: z.int().nullable(),
  revokedBy: z.string().nullable(),
  /** Object id of the requester. */
  requester: z.string(),
  /** 7 is "API" in SCEPman's list; all of our certificates have it. */
  source: z.literal(7),
  certificateType: z.enum(['User', 'Device', 'Static']),
  /** Ours, and only when a search asks for it: SCEPman's clients get SCEPman's members. */
  names: z
    .object({
      /** What the directory called the person or device when the certificate was issued. */
      holder: z.string(),
      /** The requester's user principal name; null where the directory's was never stored. */
      requester: z.string().nullable(),
      /** What its owner calls the certificate. */
      label: z.string().nullable(),
    })
    .optional(),
  /** Ours, as `names` is: why it is revoked or on hold, in more detail than the reason code has. */
  cause: z.enum(STATUS_REASONS).nullable().optional(),
})

export const managedPageSchema = z.object({
  items: z.array(managedCertificateSchema),
  /** Sent back for the next page; null at the end. */
  continuationToken: z.string().nullable(),
})

export const managedRevocationSchema = z.strictObject({
  /** The reason code of RFC 5280 section 5.3.1, except those of CAs and the unused one. */
  revocationReason: z.literal([0, 1, 3, 4, 5, 6, 8, 9], {
    error: 'not one of 0, 1, 3, 4, 5, 6 and 9, or 8 to end a hold',
  }),
  /** On whose behalf the operator acts, in their own words; empty for nobody. */
  revoker: z
    .string()
    .max(256)
    .regex(PLAIN_TEXT, 'has characters that cannot be seen')
    .refine((text) => text.isWellFormed(), 'has half of a surrogate pair')
    .nullish(),
  /** Whether what was renewed from it is revoked too; for reason 1 it always is. */
  withDescendants: z.boolean().optional(),
})

/** The circuit breaker, which stops a directory sync with too many changes; null while it is not engaged. */
export const circuitBreakerSchema = z.object({
  brake: z
    .object({
      engagedAt: time,
      /** How many directory objects would have become worse, of how many that certificates depend on. */
      changes: z.number(),
      bound: z.number(),
      releasedAt: time.nullable(),
    })
    .nullable(),
})

export type ManagedCertificate = z.infer<typeof managedCertificateSchema>
export type ManagedPage = z.infer<typeof managedPageSchema>
export type CircuitBreakerView = z.infer<typeof circuitBreakerSchema>
