import type { RevocationReason } from '#lib/model.ts'

export const STATUS_REASONS = [
  'device_not_compliant',
  'device_left_intune',
  'device_disabled',
  'device_deleted',
  'device_retired',
  'account_disabled',
  'account_deleted',
  'account_at_risk',
  'lost_device',
  'by_owner',
  'superseded',
  'by_operator',
  'key_compromise',
  'not_delivered',
  'directory_unknown',
] as const

export type StatusReason = (typeof STATUS_REASONS)[number]

/** Who revoked what the directory ended; nobody that a person could ask. */
export const BY_DIRECTORY = 'directory'

export type CertificateStatus = {
  readonly state: 'good' | 'hold' | 'revoked' | 'expired' | 'unknown'
  readonly reason: StatusReason | null
  readonly since: Date | null
  /** Who did it, for people; null when the directory did. */
  readonly by: string | null
  /** RFC 5280 section 5.3.1, as OCSP and CRL carry it. */
  readonly code: RevocationReason | null
  /** When the directory was read for this answer. */
  readonly asOf: Date
}

/** What a status depends on in the ledger. */
export type StatusSubject = {
  readonly notAfter: Date
  readonly revocation: {
    readonly at: Date
    readonly reason: RevocationReason
    readonly by: string
    /** Why, in Latchkey's own words, where the reason alone does not say it. */
    readonly cause: StatusReason | null
  } | null
}

/** What a status depends on in the directory: the holder as last read, with the times of change. */
export type HolderState =
  | {
      readonly kind: 'user'
      readonly asOf: Date
      readonly deletedAt: Date | null
      readonly disabledSince: Date | null
      readonly riskySince: Date | null
    }
  | {
      readonly kind: 'device'
      readonly asOf: Date
      readonly deletedAt: Date | null
      /** Being wiped or retired in Intune. */
      readonly retiredAt: Date | null
      readonly disabledSince: Date | null
      /** Intune has not got the record any more that the certificate names. */
      readonly leftIntuneSince: Date | null
      readonly nonCompliantSince: Date | null
      readonly enrolledAt: Date | null
    }
  /** Applications have no directory object of their own here: only the ledger counts. */
  | { readonly kind: 'none'; readonly asOf: Date }
  /** The directory could not be asked within its budget. */
  | { readonly kind: 'unknown'; readonly asOf: Date }

export type StatusPolicy = {
  readonly holdNonCompliant: boolean
  readonly holdRiskyUsers: boolean
  readonly complianceGraceMinutes: number
}
