/** The nouns that every layer shares. Times are Date inside, epoch milliseconds in the ledger. */

/** Who asks, from a verified access token. `tid` + `oid` is the identity; names are never used to authorise. */
export type Requester = {
  readonly kind: 'user' | 'app'
  readonly tid: string
  readonly oid: string
  /** What the token calls them; for display and audit only. */
  readonly name: string | null
  readonly roles: readonly string[]
}

/** A person as the directory has them now. */
export type DirectoryUser = {
  readonly oid: string
  readonly upn: string
  readonly displayName: string
  /** Only `true` is enabled; null or missing in the directory counts as not enabled. */
  readonly enabled: boolean
  readonly guest: boolean
}

/** A device as Entra and Intune have it now, joined by the Entra device id. Ids are lower-case GUIDs. */
export type Device = {
  /** Entra `deviceId`; not Graph's object `id`. Null for a device that only Intune knows. */
  readonly deviceId: string | null
  /** Graph's object `id`, never accepted in a request; kept so that a mix-up can be explained. */
  readonly objectId: string | null
  /** Intune `managedDevice.id`. Null when Intune does not know the device. */
  readonly intuneId: string | null
  readonly displayName: string
  readonly os: string
  readonly osVersion: string | null
  readonly model: string | null
  /** Entra registeredOwners, object ids. */
  readonly entraOwnerOids: readonly string[]
  /** Intune primary user, object id. */
  readonly intuneOwnerOid: string | null
  /** Intune has it, and it is neither retired nor being wiped. */
  readonly managed: boolean
  /** Intune `managementState`, lower-case, or null. */
  readonly managementState: string | null
  /** Only `true` is compliant. */
  readonly compliant: boolean
  /** Entra `accountEnabled`; a device that only Intune knows counts as enabled. */
  readonly enabled: boolean
  readonly enrolledAt: Date | null
}

/** Closed set of what self-service issues; `application` is for CSR.Request.Db by configuration. */
export type ProfileId = 'device' | 'user' | 'application'

/** Whom a certificate names, bound by object id and never by name. */
export type Holder =
  | { readonly kind: 'user'; readonly oid: string }
  | {
      readonly kind: 'device'
      readonly deviceId: string | null
      readonly intuneId: string | null
      readonly ownerOid: string
    }
  | { readonly kind: 'application'; readonly oid: string }

/** RFC 5280 section 5.3.1. 7 is unused; unspecified is sent by leaving the extension out. */
export const REVOCATION_REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const

export type RevocationReason = keyof typeof REVOCATION_REASONS

/** How a request came in; stored with the certificate. */
export type RequestSource = 'api' | 'est' | 'renewal'

export type DirectoryKey = {
  readonly kind: 'user' | 'entra_device' | 'intune_device'
  /** Object id of a user, Entra device id, Intune id; lower case. */
  readonly id: string
}

/** An object as the directory last had it. Each time is when it was first seen to be so, null when it is not so. */
export type DirectoryObject = DirectoryKey & {
  readonly readAt: Date
  /** Graph's object id of an Entra device: its deletion is told by that id alone. */
  readonly objectId: string | null
  /** False while the directory has no such object. */
  readonly present: boolean
  /** When it was last deleted; stays when it comes back, because a revocation is final. */
  readonly deletedAt: Date | null
  readonly disabledSince: Date | null
  readonly nonCompliantSince: Date | null
  /** True while Intune wipes or retires it. */
  readonly retired: boolean
  /** When that last began; stays, as a deletion does. */
  readonly retiredAt: Date | null
  readonly riskySince: Date | null
  readonly enrolledAt: Date | null
}
