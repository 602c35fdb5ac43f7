import type { Device, DirectoryKey, DirectoryUser, Retirement } from '#lib/model.ts'

/**
 * What issuance asks the directory. Every question throws LatchkeyError('directory_unavailable')
 * when the directory is failing (time-out, 429, 5xx, 403, unreadable answer): an error is never
 * a "yes", never a "not yours" and never "deleted". Null and [] mean that the directory answered
 * and has no such object.
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
   * Both of these asked together, in one or two round trips: the person, where one is asked for, and
   * every device that has one of these ids; twice, perhaps, where it has two of them.
   */
  readonly personAndDevices: (
    oid: string | null,
    ids: readonly string[],
  ) => Promise<PersonAndDevices>
  /**
   * Whether this person has an app role of our API now, directly or by a group that they are a direct
   * member of. Asked at renewal, and only where that is configured: it needs a permission more.
   */
  readonly hasRole: (oid: string, role: string) => Promise<boolean>
}

export type PersonAndDevices = {
  readonly user: DirectoryUser | null
  readonly devices: readonly Device[]
}

/**
 * The directory as a stream of changes, for the directory sync. Same errors, same error as above.
 * Each stream is read page by page, so that a long first round goes on where it was interrupted; a
 * cursor that the directory has forgotten (410) begins anew.
 */
export type ChangeFeed = {
  readonly users: (cursor: string | null) => Promise<ChangePage<SeenUser>>
  readonly entraDevices: (cursor: string | null) => Promise<ChangePage<SeenEntraDevice>>
  readonly intuneDevices: (cursor: string | null) => Promise<ChangePage<SeenIntuneDevice>>
  /** Object ids of people whose risk is at or above the configured level; null where that is not asked. */
  readonly riskyUsers: () => Promise<ReadonlySet<string> | null>
  /**
   * What one object is now, by direct questions: the live look-up. `objectId` is Graph's id of an Entra
   * device, where it is known: its recycle bin is asked by that. Each question is asked once and lets
   * others go first, since this runs in the background.
   */
  readonly lookUp: (key: DirectoryKey, objectId: string | null) => Promise<LookUp>
}

/** One page of a stream of changes. */
export type ChangePage<T> = {
  /**
   * True of every page of a round that tells everything, as the first one does: what none of its
   * pages named, from the first to the last, is not there any more.
   */
  readonly isFull: boolean
  /** True of the first page of a round. */
  readonly isFirst: boolean
  /** True of the last page of a round: until the next change there is nothing more to tell. */
  readonly isLast: boolean
  readonly items: readonly T[]
  readonly removed: readonly RemovedObject[]
  /** For the next page or, after the last one, the next round. Null: begin anew. */
  readonly cursor: string | null
}

export type RemovedObject = {
  /** Graph's object id: of a device not its device id. */
  readonly objectId: string
  /** Graph's `@removed.reason`: `changed` can be restored, `deleted` cannot. */
  readonly deletion: 'restorable' | 'final'
}

/** Absent members of these were not told and stay as they were: a delta query leaves out what was never set. */
export type SeenUser = {
  readonly oid: string
  readonly enabled?: boolean
  readonly upn?: string
}

export type SeenEntraDevice = {
  /** The object is known by this id: a change of anything else does not tell the device id again. */
  readonly objectId: string
  readonly deviceId?: string
  readonly enabled?: boolean
  readonly compliant?: boolean
}

export type SeenIntuneDevice = {
  readonly intuneId: string
  /** Entra's device id, as Intune has it. */
  readonly deviceId: string | null
  /** Null where Entra's word counts alone (`configManager`). */
  readonly compliant: boolean | null
  readonly retirement: Retirement | null
  readonly enrolledAt: Date | null
  /** Who enrolled it. When it changes, the primary users are read again. */
  readonly enrolledByOid: string | null
}

/** The answer of a live look-up about one object. */
export type LookUp =
  | {
      readonly present: false
      /**
       * `restorable`: it lies in the recycle bin. `unknown`: it is in neither collection, which a fresh
       * object that has not replicated also is. `untold`: the recycle bin could not be asked, so
       * nothing follows for its deletion.
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
