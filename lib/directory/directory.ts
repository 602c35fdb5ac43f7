import type { Device, DirectoryKey, DirectoryUser, Mailbox, Retirement } from '#lib/model.ts'

/**
 * What issuance asks the directory. Every question throws LatchkeyError('directory_unavailable') when the
 * directory fails (time-out, 429, 5xx, 403, unreadable answer): a failure never means "yes", "not yours" or
 * "deleted". Null and [] mean that the directory answered and has no such object.
 */
export type Directory = {
  readonly user: (oid: string) => Promise<DirectoryUser | null>
  /** Devices that this person may own: registered owner in Entra or primary user in Intune, joined, without doubles. */
  readonly devicesOf: (oid: string) => Promise<readonly Device[]>
  /**
   * Every device whose Entra device id or Intune id is this GUID. More than one means that the
   * GUID names two different devices, one in each namespace.
   */
  readonly devicesWithId: (id: string) => Promise<readonly Device[]>
  /**
   * Both of these in one or two round trips: the person, where `oid` is given, and every device with one of
   * these ids. A device with two of them may be given twice. `expected` are devices that are likely to be in the
   * answer: what would be asked about them in the second round trip is asked in the first. The answer is the same
   * without.
   */
  readonly personAndDevices: (
    oid: string | null,
    ids: readonly string[],
    expected?: readonly ExpectedDevice[],
  ) => Promise<PersonAndDevices>
  /**
   * Whether this person has an app role of our API now, directly or by a group of which they are a direct
   * member. Asked at renewal, and only where it is configured, since it needs a further permission.
   */
  readonly hasRole: (oid: string, role: string) => Promise<boolean>
}

/** Where people get mail. */
export type Mailboxes = {
  /**
   * Null where the directory has no such person, has disabled them or knows no address of theirs. Throws as
   * Directory does.
   */
  readonly mailbox: (oid: string) => Promise<Mailbox | null>
}

export type ExpectedDevice = Pick<Device, 'deviceId' | 'intuneId'>

export type PersonAndDevices = {
  readonly user: DirectoryUser | null
  readonly devices: readonly Device[]
}

/**
 * The directory as change feeds, for the directory sync, with the same errors as Directory. A feed is read
 * page by page, so that a long first round can continue after an interruption. A cursor that the directory
 * has forgotten (410) leads to a round from the beginning.
 */
export type ChangeFeed = {
  readonly users: (cursor: string | null) => Promise<ChangePage<SeenUser>>
  readonly entraDevices: (cursor: string | null) => Promise<ChangePage<SeenEntraDevice>>
  readonly intuneDevices: (cursor: string | null) => Promise<ChangePage<SeenIntuneDevice>>
  /**
   * Gives object ids of people whose risk is at or above the configured level; null when risk is not read.
   */
  readonly riskyUsers: () => Promise<ReadonlySet<string> | null>
  /**
   * A live look-up: what one object is now. `objectId` is Graph's id of an Entra device, if known, by which
   * its recycle bin is searched. Each call is made once and with low priority, since look-ups run in the
   * background.
   */
  readonly lookUp: (key: DirectoryKey, objectId: string | null) => Promise<LookUp>
}

/** One page of a change feed. */
export type ChangePage<T> = {
  /**
   * True for every page of a complete round, such as the first one: an object that none of its pages names
   * is absent.
   */
  readonly isFull: boolean
  /** True for the first page of a round. */
  readonly isFirst: boolean
  /** True for the last page of a round: there are no further changes for now. */
  readonly isLast: boolean
  readonly items: readonly T[]
  readonly removed: readonly RemovedObject[]
  /** Cursor of the next page or, after the last one, of the next round. Null: start from the beginning. */
  readonly cursor: string | null
}

export type RemovedObject = {
  /** Graph's object id; of a device this is not its device id. */
  readonly objectId: string
  /** Graph's `@removed.reason`: an object that is `changed` can be restored, a `deleted` one cannot. */
  readonly deletion: 'restorable' | 'final'
}

/**
 * Members that are absent were not reported and stay as they were: a delta query omits what was never set.
 */
export type SeenUser = {
  readonly oid: string
  readonly enabled?: boolean
  readonly upn?: string
}

export type SeenEntraDevice = {
  /** Graph's id of the object: a change of another property reports this id without the device id. */
  readonly objectId: string
  readonly deviceId?: string
  readonly enabled?: boolean
  readonly compliant?: boolean
}

export type SeenIntuneDevice = {
  readonly intuneId: string
  /** Entra's device id, as Intune reports it. */
  readonly deviceId: string | null
  /** Null where Entra's statement alone counts (`configManager`). */
  readonly compliant: boolean | null
  readonly retirement: Retirement | null
  readonly enrolledAt: Date | null
  /** Who enrolled the device. When this changes, the primary users are read again. */
  readonly enrolledByOid: string | null
}

/** The answer of a live look-up about one object. */
export type LookUp =
  | {
      readonly present: false
      /**
       * `restorable`: the object is in the recycle bin. `unknown`: it is in neither collection, as is a new
       * object that was not replicated yet. `untold`: the recycle bin could not be read, so the kind of
       * deletion is not known.
       */
      readonly deletion: 'restorable' | 'final' | 'unknown' | 'untold'
    }
  | ({ readonly present: true } & (
      | { readonly kind: 'user'; readonly enabled: boolean; readonly upn: string }
      | {
          readonly kind: 'entra_device'
          readonly objectId: string
          readonly enabled: boolean
          readonly compliant: boolean
          readonly ownerOids: readonly string[]
        }
      | {
          readonly kind: 'intune_device'
          readonly deviceId: string | null
          readonly compliant: boolean | null
          readonly retirement: Retirement | null
          readonly enrolledAt: Date | null
          readonly primaryUserOids: readonly string[]
        }
    ))
