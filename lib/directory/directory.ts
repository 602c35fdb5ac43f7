import type { Device, DirectoryKey, DirectoryUser } from '#lib/model.ts'

/**
 * What issuance asks the directory. Every question throws LatchkeyError('directory_unavailable')
 * when the directory is in trouble (time-out, 429, 5xx, 403, unreadable answer): trouble is never
 * a "yes", never a "not yours" and never "deleted". Null and [] mean that the directory answered
 * and has no such object.
 */
export type Directory = {
  readonly user: (oid: string) => Promise<DirectoryUser | null>
  /** Devices of this person: Entra registeredOwners and Intune primary user, joined, without doubles. */
  readonly devicesOf: (oid: string) => Promise<readonly Device[]>
  /**
   * Every device whose Entra device id or Intune id is this GUID. More than one means that the
   * GUID names two different devices, one in each namespace.
   */
  readonly devicesWithId: (id: string) => Promise<readonly Device[]>
}

/**
 * The directory as a stream of changes, for the sweep. Same troubles, same error as above. A
 * cursor that the directory has forgotten (410) gives a full reading, said so by `full`.
 */
export type DirectoryFeed = {
  readonly users: (cursor: string | null) => Promise<Reading<SeenUser>>
  readonly entraDevices: (cursor: string | null) => Promise<Reading<SeenEntraDevice>>
  readonly intuneDevices: (cursor: string | null) => Promise<Reading<SeenIntuneDevice>>
  /** Object ids of people whose risk is at or above the configured level; null where that is not asked. */
  readonly riskyUsers: () => Promise<ReadonlySet<string> | null>
  /** Whether this very object exists: a deletion counts only when a direct question confirms it. */
  readonly exists: (key: DirectoryKey) => Promise<boolean>
}

export type Reading<T> = {
  /** True when `items` is all there is, and what is missing from it is gone. */
  readonly full: boolean
  readonly items: readonly T[]
  /** Graph object ids that the directory says are removed. */
  readonly removedObjectIds: readonly string[]
  /** For the next reading; null when every reading is full. */
  readonly cursor: string | null
}

export type SeenUser = { readonly oid: string; readonly enabled: boolean }

export type SeenEntraDevice = {
  readonly deviceId: string
  readonly objectId: string
  readonly enabled: boolean
  readonly compliant: boolean
}

export type SeenIntuneDevice = {
  readonly intuneId: string
  /** Entra's device id, as Intune has it. */
  readonly deviceId: string | null
  readonly compliant: boolean
  /** Being wiped or retired. */
  readonly retired: boolean
  readonly enrolledAt: Date | null
}
