import type { DirectoryKey, DirectoryObject, Holder } from '#lib/model.ts'
import type { Policy } from './policy.ts'
import type { HolderState } from './status-types.ts'

type Directories = Pick<Policy, 'deviceDirectory'>

/** A directory that is not asked cannot say anything of its objects. */
export function isAsked({ deviceDirectory }: Directories, kind: DirectoryKey['kind']): boolean {
  switch (kind) {
    case 'user':
      return true
    case 'entra_device':
      return deviceDirectory !== 'intune'
    case 'intune_device':
      return deviceDirectory !== 'entra'
  }
}

/**
 * The directory objects that a certificate's life hangs on, bound by id and never by name, of the
 * directories that are asked.
 */
export function keysOf(holder: Holder, directories: Directories): readonly DirectoryKey[] {
  return boundKeys(holder).filter(({ kind }) => isAsked(directories, kind))
}

function boundKeys(holder: Holder): readonly DirectoryKey[] {
  switch (holder.kind) {
    case 'application':
      return []
    case 'user':
      return [{ kind: 'user', id: holder.oid }]
    case 'device':
      return [
        ...(holder.deviceId === null
          ? []
          : [{ kind: 'entra_device', id: holder.deviceId } as const]),
        ...(holder.intuneId === null
          ? []
          : [{ kind: 'intune_device', id: holder.intuneId } as const]),
      ]
  }
}

type Bound = { readonly holder: Holder; readonly createdAt: Date }

/**
 * What the stored objects say of a certificate's holder; `asOf` is when they were read. Null when
 * one of them is not stored, so that the directory must be asked, and when no directory that is
 * asked knows such holders. An end is never earlier than the certificate itself: clocks differ, and
 * what is gone now ends it, whenever that was seen. That it stays ended when the object comes back
 * is the ledger's to remember.
 */
export function holderStateFrom(
  directories: Directories,
  { holder, createdAt }: Bound,
  objects: readonly DirectoryObject[],
  asOf: Date,
): HolderState | null {
  if (holder.kind === 'application') return { kind: 'none', asOf }
  const own = keysOf(holder, directories).map((key) =>
    objects.find((object) => object.kind === key.kind && object.id === key.id),
  )
  const known = own.filter((object) => object !== undefined)
  if (known.length === 0 || known.length < own.length) return null
  const ends = known.map((object) => goneSince(object, createdAt))
  // With both directories, existence in one of them suffices.
  const deletedAt = ends.includes(null) ? null : latest(ends)
  const [user] = known
  if (holder.kind === 'user' && user) {
    const { disabledSince, riskySince } = user
    return { kind: 'user', asOf, deletedAt, disabledSince, riskySince }
  }
  const entra = known.find(({ kind }) => kind === 'entra_device')
  const intune = known.find(({ kind }) => kind === 'intune_device')
  return {
    kind: 'device',
    asOf,
    deletedAt,
    retiredAt: earliest(known.map((object) => retiredSince(object, createdAt))),
    disabledSince: entra?.disabledSince ?? null,
    leftIntuneSince: intune ? goneSince(intune, createdAt) : null,
    // As at issuance, every directory that knows the device must call it compliant.
    nonCompliantSince: earliest(known.map(({ nonCompliantSince }) => nonCompliantSince)),
    enrolledAt: intune?.enrolledAt ?? null,
  }
}

function goneSince({ present, deletedAt }: DirectoryObject, createdAt: Date): Date | null {
  return present ? null : latest([createdAt, deletedAt])
}

function retiredSince({ retired, retiredAt }: DirectoryObject, createdAt: Date): Date | null {
  return retired ? latest([createdAt, retiredAt]) : null
}

function latest(times: readonly (Date | null)[]): Date | null {
  return times.reduce((last, at) => (last && (!at || last > at) ? last : at), null)
}

function earliest(times: readonly (Date | null)[]): Date | null {
  return times.reduce((first, at) => (first && (!at || first < at) ? first : at), null)
}
