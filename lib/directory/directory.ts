import type { Device, DirectoryUser } from '#lib/model.ts'

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
