/** Types that all layers share. Times are Date here and epoch milliseconds in the ledger. */

/**
 * Who asks, from a verified access token. `tid` + `oid` is the identity; names are never used to authorise.
 */
export type Requester = {
  readonly kind: 'user' | 'app'
  readonly tid: string
  readonly oid: string
  /** The name in the token, for display and audit only. */
  readonly name: string | null
  readonly roles: readonly string[]
}

/** That a person confirmed one request by one sign-in; it is used once. */
export type Confirmation = {
  /** Hex SHA-256 over person, request and time of the sign-in. */
  readonly id: string
  /** From then on the sign-in is too old anyway. */
  readonly until: Date
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

/** Where a person gets mail, as the directory has it now. */
export type Mailbox = {
  readonly address: string
  readonly name: string
  /** As the directory writes it, such as `de-DE`; null where it does not say. */
  readonly language: string | null
}

/** A device as Entra and Intune have it now, joined by the Entra device id. Ids are lower-case GUIDs. */
export type Device = {
  /** Entra `deviceId`; not Graph's object `id`. Null for a device that only Intune knows. */
  readonly deviceId: string | null
  /** Graph's object `id`. Never accepted in a request; kept so that an error can name the mistake. */
  readonly objectId: string | null
  /** Intune `managedDevice.id`. Null when Intune does not know the device. */
  readonly intuneId: string | null
  readonly displayName: string
  readonly os: string
  readonly osVersion: string | null
  readonly model: string | null
  /** Entra's registered owners, object ids. */
  readonly entraOwnerOids: readonly string[]
  /** Intune's primary users, object ids; null where Intune has no record of it or is not asked. */
  readonly primaryUserOids: readonly string[] | null
  /**
   * Object id of who enrolled it in Intune. For display only: a staging or enrolment-manager account owns
   * nothing.
   */
  readonly enrolledByOid: string | null
  /** Intune has the device, and it is neither retired nor being wiped. */
  readonly managed: boolean
  /** Intune `managementState`, lower-case, or null. */
  readonly managementState: string | null
  /** Only `true` is compliant: every directory that knows the device says so. */
  readonly compliant: boolean
  /**
   * What each directory says; null when it does not know the device or is not asked. Intune is also null
   * where Configuration Manager evaluates the device, so that Entra's statement alone counts.
   */
  readonly entraCompliant: boolean | null
  readonly intuneCompliant: boolean | null
  /** Entra `accountEnabled`; a device that only Intune knows counts as enabled. */
  readonly enabled: boolean
  readonly enrolledAt: Date | null
  /** When its record was made in Entra; for a device that only Intune knows, when it was enrolled. */
  readonly registeredAt: Date | null
}

/**
 * What Intune's `managementState` says of a device that is leaving management. `issued`: it was told to
 * retire or wipe itself, which revokes its certificates permanently. `begun`: that is pending or failed, or
 * the device counts as unhealthy, so it may still stay. An unknown state is neither, and does not count as
 * managed.
 */
export type Retirement = 'begun' | 'issued'

/** Lower-case, as Graph's beta writes them (managementState of managedDevice). */
export const RETIREMENT_OF: ReadonlyMap<string, Retirement> = new Map([
  ['retireissued', 'issued'],
  ['wipeissued', 'issued'],
  ['retirepending', 'begun'],
  ['retirefailed', 'begun'],
  ['wipepending', 'begun'],
  ['wipefailed', 'begun'],
  ['deletepending', 'begun'],
  ['unhealthy', 'begun'],
])

/** The profiles; `application` is for applications with CSR.Request.Db, by configuration. */
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

/**
 * Reason codes of RFC 5280 section 5.3.1. 7 is unused; unspecified (0) is encoded by leaving the extension
 * out.
 */
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

/** How a request arrived; stored with the certificate. */
export type RequestSource = 'api' | 'est' | 'renewal'

/** `pending` until it is signed and recorded; `void` when it was never given out. */
export type CertificateState = 'pending' | 'issued' | 'void'

export type DirectoryKey = {
  readonly kind: 'user' | 'entra_device' | 'intune_device'
  /** Object id of a user, Entra device id, or Intune id; lower case. */
  readonly id: string
}

/** Gives a key as one text, for maps and sets. */
export function textOfKey({ kind, id }: DirectoryKey): string {
  return `${kind}/${id}`
}

/** A present or former owner of a device, with the times at which the directory was seen to say so. */
export type DeviceOwner = {
  readonly oid: string
  /** First seen as owner. */
  readonly since: Date
  /** First seen not to be owner any more; null for a present owner. */
  readonly goneSince: Date | null
}

/**
 * An object as the directory last reported it. Each time is when a condition was first seen; null while it
 * does not hold.
 */
export type DirectoryObject = DirectoryKey & {
  /**
   * Increases with every change of the stored row; a plan that was made from another version is not applied.
   */
  readonly version: number
  /** When a look-up of this object was last answered, or a page of changes named it. */
  readonly seenAt: Date
  /** Graph's object id of an Entra device; the change feed reports deletions by that id alone. */
  readonly objectId: string | null
  /** Since when the directory does not have the object; null while it is present. */
  readonly absentSince: Date | null
  /**
   * How it was deleted: `restorable` while it is in the recycle bin, `final` when it is deleted for good;
   * null while it is present, and when the kind is not known.
   */
  readonly deletion: 'restorable' | 'final' | null
  /** Since when it has been neither present nor in the recycle bin, after it was in the bin; else null. */
  readonly unlistedSince: Date | null
  readonly disabledSince: Date | null
  readonly nonCompliantSince: Date | null
  /** For an Entra device: what Intune says of its newest record. */
  readonly retirement: Retirement | null
  readonly retirementSince: Date | null
  readonly riskySince: Date | null
  readonly enrolledAt: Date | null
  /**
   * Registered owners of an Entra device or primary users of an Intune device, present and former; null while
   * they were never read.
   */
  readonly owners: readonly DeviceOwner[] | null
  /** When the owners were last read. */
  readonly ownersSeenAt: Date | null
  /** User principal name of a user, in the directory's spelling; null while it was never read. */
  readonly upn: string | null
  /** Since when it is that name; null while it was never read. */
  readonly upnSince: Date | null
  /** When the object's effect on some certificate changes by time alone; null when it does not. */
  readonly dueAt: Date | null
  /**
   * True for what issuance or a look-up stored: the change feed may have reported a change before, and
   * reports each only once, so the next sync looks the object up again.
   */
  readonly needsRecheck: boolean
}

/** Gives an object of which nothing is stored: no condition is known to hold. */
export function unseen({ kind, id }: DirectoryKey): DirectoryObject {
  return {
    kind,
    id,
    version: 0,
    seenAt: new Date(0),
    objectId: null,
    absentSince: null,
    deletion: null,
    unlistedSince: null,
    disabledSince: null,
    nonCompliantSince: null,
    retirement: null,
    retirementSince: null,
    riskySince: null,
    enrolledAt: null,
    owners: null,
    ownersSeenAt: null,
    upn: null,
    upnSince: null,
    dueAt: null,
    needsRecheck: false,
  }
}

/** What was seen of an object at one moment. A member that is absent was not reported and stays as it was. */
export type Observation = DirectoryKey & {
  /** As of when it is known: when the object was looked up, or when the round began. */
  readonly at: Date
} & (
    | {
        readonly present: false
        /**
         * `unknown`: neither present nor in the recycle bin, as is a new object that was not replicated yet.
         * `untold`: the recycle bin could not be read.
         */
        readonly deletion: 'restorable' | 'final' | 'unknown' | 'untold'
      }
    | {
        /**
         * `untold`: the observation comes from elsewhere, such as a person's risk, and the object may be
         * gone.
         */
        readonly present: true | 'untold'
        /** Two answers contradict each other, so the object is looked up again. */
        readonly contradicted?: true
        readonly objectId?: string
        readonly enabled?: boolean
        /** Null: this directory does not say. */
        readonly compliant?: boolean | null
        readonly retirement?: Retirement | null
        readonly risky?: boolean
        readonly enrolledAt?: Date | null
        readonly ownerOids?: readonly string[]
        readonly upn?: string
      }
  )
