import type { ErrorCode } from '#lib/errors.ts'
import type { Device, DirectoryUser, Requester } from '#lib/model.ts'
import type { KeyType } from '#lib/pki/keys/keys.ts'
import type { StatusPolicy } from './status-types.ts'

/**
 * The configured policy: who may get which certificate. A plain value without functions, since the portal
 * receives it as JSON and evaluates the same rules.
 */
export type Policy = StatusPolicy & {
  /**
   * What a device must be to get a certificate. `registered` has to be chosen by an operator: by Entra's
   * default every user can register any device.
   */
  readonly deviceGate: 'compliant' | 'managed' | 'registered'
  /** Minutes that the directory must have known a device before it gets a certificate; 0 is no minimum. */
  readonly deviceMinAgeMinutes: number
  readonly guestsAllowed: boolean
  readonly keys: readonly KeyType[]
  readonly validityDays: number
  readonly backdateMinutes: number
  /** Days after a person's sign-in during which an enrolment is renewed without another one; 0 is no limit. */
  readonly renewalMaxDays: number
  /** Days before notAfter from which a certificate may be renewed; null is at any time. */
  readonly renewalWindowDays: number | null
  /** What an application with CSR.Request.Db may ask for. Empty: nothing. */
  readonly applicationProfiles: readonly ApplicationProfile[]
}

/** A profile that operators configure for applications: what each of them may ask for. */
export type ApplicationProfile = {
  readonly name: string
  /** Object ids of the applications that may use it. Empty is refused at start. */
  readonly applications: readonly string[]
  readonly extendedKeyUsages: readonly ('clientAuth' | 'serverAuth')[]
  /** DNS names end in one of these, compared by whole labels; empty allows no DNS name. */
  readonly dnsSuffixes: readonly string[]
  readonly validityDays: number
}

/**
 * Whom a CSR asks to name, read from its subject and subject alternative names. Only a wish (RFC 2986 has no
 * proof of a name): the rules compare it with the directory.
 */
export type RequestedIdentity =
  | {
      readonly kind: 'device'
      /** The CN when it is a GUID, lower-case: an Entra device id or an Intune id. */
      readonly commonNameId: string | null
      /** The GUID of the SAN URI, lower-case: an Intune id and nothing else. */
      readonly uriId: string | null
    }
  | {
      readonly kind: 'user'
      readonly upn: string
      /** The CN as it stands in the CSR, or null. */
      readonly commonName: string | null
    }
  | {
      readonly kind: 'application'
      readonly commonName: string
      readonly dnsNames: readonly string[]
      readonly extendedKeyUsages: readonly ('clientAuth' | 'serverAuth')[]
    }

/** What a decision is made on: who asks, for what, and what the directory says now. */
export type DecisionContext = {
  readonly requester: Requester
  /** The requester's record in the directory now; null when the directory has no such person. */
  readonly user: DirectoryUser | null
  readonly requested: RequestedIdentity
  /** Every device to which a requested id belongs now, each once. */
  readonly devices: readonly Device[]
  /** When one of `devices` was reported lost; null when there is no report or it was withdrawn. */
  readonly reportedLostAt: Date | null
  /** The requester's own device when the CSR has its Graph object id instead of its device id, or null. */
  readonly mistakenObjectId: Device | null
  readonly now: Date
}

/** The names of all rules. They stand in errors, in the audit trail and in the documentation. */
export type RuleName =
  | 'role'
  | 'account_enabled'
  | 'guest'
  | 'upn_match'
  | 'common_name'
  | 'device_id'
  | 'device_owned'
  | 'device_unambiguous'
  | 'device_not_lost'
  | 'device_enabled'
  | 'device_managed'
  | 'device_compliant'
  | 'device_age'
  | 'application_profile'

/** One rule of policy. */
export type Rule = {
  readonly name: RuleName
  /** The sentence for a person when the rule passes. */
  readonly passed: string
  readonly check: (policy: Policy, context: DecisionContext) => Omit<Refusal, 'rule'> | null
}

/**
 * The names of the certificate to issue, in the directory's spelling. From the CSR comes only the choice
 * between names that the directory has, and for applications the names that their profile allows.
 */
export type Content =
  | {
      readonly profile: 'device'
      readonly commonName: string
      readonly uri: string | null
      readonly device: Device
    }
  | {
      readonly profile: 'user'
      readonly commonName: string
      readonly upn: string
      readonly user: DirectoryUser
    }
  | {
      readonly profile: 'application'
      readonly commonName: string
      readonly dnsNames: readonly string[]
      readonly extendedKeyUsages: readonly ('clientAuth' | 'serverAuth')[]
      readonly validityDays: number
    }

/** The result of one rule for one request, for people who ask in advance whether it would be accepted. */
export type Check = {
  readonly rule: string
  /** Null when the rule was not evaluated because an earlier one failed. */
  readonly passed: boolean | null
  readonly message: string
  readonly remedy: string | null
}

/** Whether a certificate is issued. `checks` has one entry for each rule of the kind of request. */
export type Decision =
  | { readonly allow: true; readonly content: Content; readonly checks: readonly Check[] }
  | {
      readonly allow: false
      readonly refusal: Refusal
      readonly checks: readonly Check[]
    }

/** The first rule that failed, with the sentences that the requester reads. */
export type Refusal = {
  readonly rule: string
  readonly code: ErrorCode
  readonly message: string
  readonly remedy: string | null
}
