import type { Holder, RevocationReason } from '#lib/model.ts'

/**
 * Why a certificate has its status, in more detail than the reason codes of RFC 5280 section 5.3.1 have. The
 * words are part of the API and of audit events.
 */
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

/** `by` of a revocation that the directory sync wrote: no person, so screens show no name. */
export const BY_DIRECTORY = 'directory'

/** The status of a certificate, with what the portal shows of it. */
export type CertificateStatus = {
  readonly state: 'good' | 'hold' | 'revoked' | 'expired' | 'unknown'
  readonly reason: StatusReason | null
  readonly since: Date | null
  /** Who revoked or held it, as text for people; null when the directory did, and for other states. */
  readonly by: string | null
  /** The reason code in OCSP and CRL, RFC 5280 section 5.3.1; null unless revoked or on hold. */
  readonly code: RevocationReason | null
  /** As of when the directory is known: the time of the oldest observation that the status depends on. */
  readonly asOf: Date
}

/** A revocation or a hold that is written in the ledger. A hold is a revocation with reason `certificateHold`. */
export type Revocation = {
  readonly at: Date
  readonly reason: RevocationReason
  /** Who revoked, as text for people: a user principal name, "directory", an operator's name. */
  readonly by: string
  /** Why, in more detail than `reason`; null when there is no more to say. */
  readonly cause: StatusReason | null
}

/** The columns of a certificate in the ledger that its status depends on. */
export type StatusSubject = {
  readonly notAfter: Date
  readonly revocation: Revocation | null
}

/** The part of a certificate that directoryEffect evaluates: its holder, its age and its names. */
export type BoundTo = {
  readonly holder: Holder
  readonly createdAt: Date
  /** The user principal name in the certificate; null when it has none. */
  readonly upn: string | null
}

/**
 * What the state of the directory means for a certificate: nothing, a hold or a revocation. A `revoke` is
 * final only when the directory sync has written it to the ledger. Until then OCSP and CRL say
 * `certificateHold`, the one reason after which a certificate may become good again (RFC 6960 section 2.2).
 */
export type DirectoryEffect =
  | {
      readonly kind: 'none'
      /** When a grace period ends and the certificate goes on hold by itself; null without one. */
      readonly endsAt: Date | null
    }
  | {
      readonly kind: 'hold'
      readonly cause: StatusReason
      readonly since: Date
      /** When the hold becomes a revocation, unless the cause ends before; null when it stays a hold. */
      readonly finalAt: Date | null
    }
  | { readonly kind: 'revoke'; readonly cause: StatusReason; readonly since: Date }

/** The directory effect on one certificate, with the age of the knowledge that it is based on. */
export type DirectoryKnowledge = {
  /** Null when an object that the certificate depends on was never read, or not in time for this answer. */
  readonly effect: DirectoryEffect | null
  /** When the oldest of these objects was last read. */
  readonly asOf: Date
}

/** The settings of the policy that decide about the status of issued certificates. */
export type StatusPolicy = {
  readonly deviceDirectory: 'entra' | 'intune' | 'both'
  /**
   * Who owns a device. `primary`: Intune's primary user and, where Intune has no record or no primary
   * user, Entra's registered owner. `registered`: Entra's registered owner. `either`: each of them.
   */
  readonly deviceOwnership: 'primary' | 'registered' | 'either'
  /** Whether a device's certificate also goes on hold or ends with its owner's account. */
  readonly deviceFollowsOwner: boolean
  /** Days from a change of owner until the device's certificate is revoked; 0 is at once. */
  readonly transferDays: number
  /** Days after which an object that disappeared counts as deleted for good; 0 is at once. */
  readonly restoreDays: number
  readonly holdNonCompliant: boolean
  readonly holdRiskyUsers: boolean
  readonly holdRenamed: boolean
  readonly complianceGraceMinutes: number
}
