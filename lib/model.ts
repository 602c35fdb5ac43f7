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
  /** Only `true` is compliant: everyone who knows the device calls it so. */
  readonly compliant: boolean
  /** What each of the two says; null when it does not know the device or is not asked. */
  readonly entraCompliant: boolean | null
  readonly intuneCompliant: boolean | null
  /** Entra `accountEnabled`; a device that only Intune knows counts as enabled. */
  readonly enabled: boolean
  readonly enrolledAt: Date | null
  /** When its record was made in Entra; where only Intune knows it, when it was enrolled. */
  readonly registeredAt: Date | null
}

/**
 * Intune's `managementState`, lower-case, of a device that is being retired or wiped. This ends its
 * certificates for good, so that, unlike everywhere else, a state that we do not know is none of
 * them; it does not count as managed either.
 */
export const RETIRING_STATES: ReadonlySet<string> = new Set([
  'retirepending',
  'retirefailed',
  'retireissued',
  'wipepending',
  'wipefailed',
  'wipeissued',
  'unhealthy',
  'deletepending',
])

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

/** As one text, by which maps are kept. */
export function textOfKey({ kind, id }: DirectoryKey): string {
  return `${kind}/${id}`
}

/** An object as the directory last had it. Each time is when it was first seen to be so, null when it is not so. */
export type DirectoryObject = DirectoryKey & {
  readonly readAt: Date
  /** Graph's object id of an Entra device: its deletion is told by that id alone. */
  readonly objectId: string | null
  /** False while the directory has no such object. */
  readonly present: boolean
  /** Since when; null while it is present. What that ended stays ended: the ledger revoked it. */
  readonly deletedAt: Date | null
  readonly disabledSince: Date | null
  readonly nonCompliantSince: Date | null
  /** True while Intune wipes or retires it; of an Entra device, its newest record in Intune. */
  readonly retired: boolean
  /** Since when; null while that is not so. */
  readonly retiredAt: Date | null
  readonly riskySince: Date | null
  readonly enrolledAt: Date | null
}
