import type { ErrorCode } from '#lib/errors.ts'
import type { Device, DirectoryUser, Requester } from '#lib/model.ts'
import type { KeyType } from '#lib/pki/keys/keys.ts'
import type { StatusPolicy } from './status-types.ts'

/** The configured policy, a plain value: it travels to the portal as JSON and is the same there. */
export type Policy = StatusPolicy & {
  /** What a device must be to get a certificate. `registered` is an opt-in: any user can register a device. */
  readonly deviceGate: 'compliant' | 'managed' | 'registered'
  /** So old the record of a device must be to get a certificate; 0 is any age. */
  readonly deviceMinAgeMinutes: number
  readonly guestsAllowed: boolean
  readonly keys: readonly KeyType[]
  readonly validityDays: number
  readonly backdateMinutes: number
  /** So long after somebody last signed in for it a certificate may be renewed by itself; 0 is for ever. */
  readonly renewalMaxDays: number
  /** So many days before its end a certificate may be renewed; null is at any time. */
  readonly renewalWindowDays: number | null
  /** What an application with CSR.Request.Db may ask for. Empty: nothing. */
  readonly applicationProfiles: readonly ApplicationProfile[]
}

export type ApplicationProfile = {
  readonly name: string
  /** Object ids of the applications that may use it. Empty is refused at start. */
  readonly applications: readonly string[]
  readonly extendedKeyUsages: readonly ('clientAuth' | 'serverAuth')[]
  /** DNS names end in one of these, compared by whole labels; empty allows no DNS name. */
  readonly dnsSuffixes: readonly string[]
  readonly validityDays: number
}

/** What a CSR asks to be, read from its subject and SAN. */
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
  /** The requester's own record now; null when the directory has no such person. */
  readonly user: DirectoryUser | null
  readonly requested: RequestedIdentity
  /** Every device that one of the requested ids names now, without doubles. */
  readonly devices: readonly Device[]
  /** When one of these devices was reported lost; null while no report stands. */
  readonly reportedLostAt: Date | null
  /** The requester's own device whose Graph object id was given in place of a device id, or null. */
  readonly mistakenObjectId: Device | null
  readonly now: Date
}

/** Closed set of rules, in the order in which they are checked. */
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

/** One rule: null is "passed", a refusal says why not and what to do. */
export type Rule = {
  readonly name: RuleName
  readonly passed: string
  readonly check: (policy: Policy, context: DecisionContext) => Omit<Refusal, 'rule'> | null
}

/** What the certificate will say, in the directory's own spelling. Nothing here comes from the CSR but which id was asked for. */
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

/** One rule, looked at: for people who ask "would this be accepted, and if not, how do I fix it?" */
export type Check = {
  readonly rule: string
  /** Null when an earlier rule failed and this one could not be looked at. */
  readonly passed: boolean | null
  readonly message: string
  readonly remedy: string | null
}

export type Decision =
  | { readonly allow: true; readonly content: Content; readonly checks: readonly Check[] }
  | {
      readonly allow: false
      readonly refusal: Refusal
      readonly checks: readonly Check[]
    }

export type Refusal = {
  readonly rule: string
  readonly code: ErrorCode
  readonly message: string
  readonly remedy: string | null
}
