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
 * asked knows such holders. A deletion from before the certificate was made is not its own: the
 * object came back, and the certificate is for that.
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
  if (own.length === 0 || own.some((object) => object === undefined)) return null
  if (holder.kind === 'user') {
    const [user] = own
    if (!user) return null
    const { disabledSince, riskySince } = user
    const deletedAt = notBefore(createdAt, user.deletedAt)
    return { kind: 'user', asOf, deletedAt, disabledSince, riskySince }
  }
  const entra = own.find((object) => object?.kind === 'entra_device') ?? null
  const intune = own.find((object) => object?.kind === 'intune_device') ?? null
  return deviceState({ entra, intune, createdAt, asOf })
}

type Parts = {
  readonly entra: DirectoryObject | null
  readonly intune: DirectoryObject | null
  readonly createdAt: Date
  readonly asOf: Date
}

function deviceState(parts: Parts): HolderState {
  const { entra, intune, createdAt, asOf } = parts
  return {
    kind: 'device',
    asOf,
    deletedAt: deletedAt(parts),
    retiredAt: notBefore(createdAt, intune?.retiredAt ?? null),
    disabledSince: entra?.disabledSince ?? null,
    nonCompliantSince: nonCompliantSince(parts),
    enrolledAt: intune?.enrolledAt ?? null,
  }
}

/**
 * As at issuance, every directory that knows the device must call it compliant. One that has left
 * Intune is not, whatever Entra still remembers.
 */
function nonCompliantSince({ entra, intune }: Parts): Date | null {
  const times = [
    entra?.nonCompliantSince ?? null,
    intune?.present === false ? intune.deletedAt : (intune?.nonCompliantSince ?? null),
  ].filter((at) => at !== null)
  return times.reduce<Date | null>((first, at) => (first && first < at ? first : at), null)
}

/** With both directories, existence in one of them suffices. */
function deletedAt({ entra, intune, createdAt }: Parts): Date | null {
  const times = [entra, intune].flatMap((object) =>
    object ? [notBefore(createdAt, object.deletedAt)] : [],
  )
  if (times.includes(null)) return null
  return times.reduce<Date | null>((last, at) => (last && at && last > at ? last : at), null)
}

function notBefore(start: Date, at: Date | null): Date | null {
  return at && at >= start ? at : null
}
