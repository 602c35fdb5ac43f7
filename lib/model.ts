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
  /** Entra's registered owners, object ids. */
  readonly entraOwnerOids: readonly string[]
  /** Intune's primary users, object ids; null where Intune has no record of it or is not asked. */
  readonly primaryUserOids: readonly string[] | null
  /**
   * Who enrolled it in Intune, an object id. For display only: a staging or enrolment-manager account
   * is nobody's owner.
   */
  readonly enrolledByOid: string | null
  /** Intune has it, and it is neither retired nor being wiped. */
  readonly managed: boolean
  /** Intune `managementState`, lower-case, or null. */
  readonly managementState: string | null
  /** Only `true` is compliant: everyone who knows the device calls it so. */
  readonly compliant: boolean
  /**
   * What each of the two says; null when it does not know the device or is not asked, and Intune also
   * where Configuration Manager evaluates it, so that Entra's word counts alone.
   */
  readonly entraCompliant: boolean | null
  readonly intuneCompliant: boolean | null
  /** Entra `accountEnabled`; a device that only Intune knows counts as enabled. */
  readonly enabled: boolean
  readonly enrolledAt: Date | null
  /** When its record was made in Entra; where only Intune knows it, when it was enrolled. */
  readonly registeredAt: Date | null
}

/**
 * What Intune's `managementState` says of a device that is on its way out. `issued`: it was told to
 * retire or wipe itself, which ends its certificates for good. `begun`: that is pending or failed, or
 * the device counts as unhealthy; it may yet turn out otherwise. A state that we do not know is
 * neither, and does not count as managed.
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

/** `pending` until it is signed and recorded; `void` when it was never given out. */
export type CertificateState = 'pending' | 'issued' | 'void'

export type DirectoryKey = {
  readonly kind: 'user' | 'entra_device' | 'intune_device'
  /** Object id of a user, Entra device id, Intune id; lower case. */
  readonly id: string
}

/** As one text, by which maps are kept. */
export function textOfKey({ kind, id }: DirectoryKey): string {
  return `${kind}/${id}`
}

/** A person who owns a device, or once did, as the directory was seen to say it. */
export type DeviceOwner = {
  readonly oid: string
  /** First seen as owner. */
  readonly since: Date
  /** First seen to be owner no more; null while they are. */
  readonly goneSince: Date | null
}

/**
 * An object as the directory last had it. Each time is when it was first seen to be so, null while
 * it is not so.
 */
export type DirectoryObject = DirectoryKey & {
  /** Grows with every change of the stored row: a plan that was made from another one does not apply. */
  readonly version: number
  /** When a question about this very object was last answered, or a page of changes named it. */
  readonly seenAt: Date
  /** Graph's object id of an Entra device: its deletion is told by that id alone. */
  readonly objectId: string | null
  /** Since when the directory has no such object; null while it is there. */
  readonly absentSince: Date | null
  /**
   * What the directory said of the absence: `restorable` while it lies in the recycle bin, `final`
   * when it is deleted for good; null while it is there, or when nothing is known of why it is not.
   */
  readonly deletion: 'restorable' | 'final' | null
  /** Since when it was neither there nor in the recycle bin, having been in the bin before; else null. */
  readonly unlistedSince: Date | null
  readonly disabledSince: Date | null
  readonly nonCompliantSince: Date | null
  /** Of an Entra device: what Intune says of its newest record. */
  readonly retirement: Retirement | null
  readonly retirementSince: Date | null
  readonly riskySince: Date | null
  readonly enrolledAt: Date | null
  /**
   * Registered owners of an Entra device, primary users of an Intune device, of now and of before;
   * null while that was never read.
   */
  readonly owners: readonly DeviceOwner[] | null
  /** When the owners were last read. */
  readonly ownersSeenAt: Date | null
  /** User principal name of a user, as the directory spells it; null while that was never read. */
  readonly upn: string | null
  /** Since when it is that; null while it was never read. */
  readonly upnSince: Date | null
  /** When time alone changes what this object does to some certificate; null when it does not. */
  readonly dueAt: Date | null
  /**
   * True of what issuance or a look-up stored: a delta query may have told of a change before, and
   * tells nothing twice, so the next sync asks for the object once more.
   */
  readonly needsRecheck: boolean
}

/** An object of which nothing is stored: nothing bad is known of it, nor that it ever was well. */
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

/**
 * What was seen of an object at one moment. A member that is absent was not told, and stays as it
 * was.
 */
export type Observation = DirectoryKey & {
  /** Since when it is known to be so: when it was asked, or when the sync began. */
  readonly at: Date
} & (
    | {
        readonly present: false
        /**
         * `unknown`: neither there nor in the recycle bin, which a fresh object that has not replicated
         * also is. `untold`: the recycle bin could not be asked.
         */
        readonly deletion: 'restorable' | 'final' | 'unknown' | 'untold'
      }
    | {
        /** `untold`: what is seen comes from elsewhere, as a person's risk does, and the object may be gone. */
        readonly present: true | 'untold'
        /** The object is to be asked for again: what was said of it contradicts itself. */
        readonly contradicted?: true
        readonly objectId?: string
        readonly enabled?: boolean
        /** Null: this directory has no word on it. */
        readonly compliant?: boolean | null
        readonly retirement?: Retirement | null
        readonly risky?: boolean
        readonly enrolledAt?: Date | null
        readonly ownerOids?: readonly string[]
        readonly upn?: string
      }
  )
