import type { Holder, RevocationReason } from '#lib/model.ts'

export const STATUS_REASONS = [
  'device_not_compliant',
  'device_left_intune',
  'device_disabled',
  'device_absent',
  'device_deleted',
  'device_retiring',
  'device_retired',
  'owner_changed',
  'owner_disabled',
  'owner_at_risk',
  'owner_absent',
  'owner_deleted',
  'account_disabled',
  'account_absent',
  'account_deleted',
  'account_at_risk',
  'account_renamed',
  'name_reused',
  'lost_device',
  'by_owner',
  'superseded',
  'by_operator',
  'key_compromise',
  'renewed_from_revoked',
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

/** A revocation or a hold, as the ledger keeps it. */
export type Revocation = {
  readonly at: Date
  readonly reason: RevocationReason
  /** Who did it, for people: an UPN, "directory", … */
  readonly by: string
  /** Why, in Latchkey's own words; null when the reason says it all. */
  readonly cause: StatusReason | null
}

/** What a status depends on in the ledger. */
export type StatusSubject = {
  readonly notAfter: Date
  readonly revocation: Revocation | null
}

/** What of a certificate decides what the directory does to it. */
export type BoundTo = {
  readonly holder: Holder
  readonly createdAt: Date
  /** The user principal name that stands in it; null when none does. */
  readonly upn: string | null
}

/**
 * What the directory does to a certificate. `revoke` is what the directory sync still has to write to
 * the ledger: until it did, the certificate is on hold, so that what relying parties were told is
 * revoked never becomes good again.
 */
export type DirectoryEffect =
  | {
      readonly kind: 'none'
      /** When time alone puts it on hold, as a grace period's end does; null when it never does. */
      readonly endsAt: Date | null
    }
  | {
      readonly kind: 'hold'
      readonly cause: StatusReason
      readonly since: Date
      /** When it becomes a revocation if it does not end before; null when it never does. */
      readonly finalAt: Date | null
    }
  | { readonly kind: 'revoke'; readonly cause: StatusReason; readonly since: Date }

/** What is known of the directory for one certificate. */
export type DirectoryKnowledge = {
  /** Null when something that the certificate depends on was never read, or not within the budget. */
  readonly effect: DirectoryEffect | null
  /** When the oldest of it was known to be so. */
  readonly asOf: Date
}

export type StatusPolicy = {
  readonly deviceDirectory: 'entra' | 'intune' | 'both'
  /**
   * Who owns a device. `primary`: Intune's primary user and, where Intune has no record or no primary
   * user, Entra's registered owner. `registered`: Entra's registered owner. `either`: each of them.
   */
  readonly deviceOwnership: 'primary' | 'registered' | 'either'
  /** Whether the certificate of a device also hangs on its owner. */
  readonly deviceFollowsOwner: boolean
  /** So long after its owner changed a device's certificate is revoked; 0 is at once. */
  readonly transferDays: number
  /** So long after it disappeared an object counts as deleted for good; 0 is at once. */
  readonly restoreDays: number
  readonly holdNonCompliant: boolean
  readonly holdRiskyUsers: boolean
  readonly holdRenamed: boolean
  readonly complianceGraceMinutes: number
}
