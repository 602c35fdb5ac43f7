import type { DirectoryKey, DirectoryObject, Holder } from '#lib/model.ts'
import type { Policy } from './policy.ts'
import type { HolderState } from './status-types.ts'

/** The directory objects that a certificate's life hangs on, bound by id and never by name. */
export function keysOf(holder: Holder): readonly DirectoryKey[] {
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
 * What the stored objects say of a certificate's holder. Null when one of them is not stored, so
 * that the directory must be asked; `asOf` is when they were read. A deletion from before the
 * certificate was made is not its own: the object came back, and the certificate is for that.
 */
export function holderStateFrom(
  policy: Pick<Policy, 'deviceDirectory'>,
  { holder, createdAt }: Bound,
  objects: readonly DirectoryObject[],
  asOf: Date,
): HolderState | null {
  if (holder.kind === 'application') return { kind: 'none', asOf }
  const own = keysOf(holder).map((key) =>
    objects.find((object) => object.kind === key.kind && object.id === key.id),
  )
  if (own.some((object) => object === undefined)) return null
  if (holder.kind === 'user') {
    const [user] = own
    if (!user) return null
    const { disabledSince, riskySince } = user
    const deletedAt = notBefore(createdAt, user.deletedAt)
    return { kind: 'user', asOf, deletedAt, disabledSince, riskySince }
  }
  const entra = own.find((object) => object?.kind === 'entra_device') ?? null
  const intune = own.find((object) => object?.kind === 'intune_device') ?? null
  return deviceState(policy, { entra, intune, createdAt, asOf })
}

type Parts = {
  readonly entra: DirectoryObject | null
  readonly intune: DirectoryObject | null
  readonly createdAt: Date
  readonly asOf: Date
}

function deviceState(policy: Pick<Policy, 'deviceDirectory'>, parts: Parts): HolderState {
  const { entra, intune, createdAt, asOf } = parts
  const mode = policy.deviceDirectory
  return {
    kind: 'device',
    asOf,
    deletedAt: deletedAt(mode, parts),
    retiredAt: mode === 'entra' ? null : notBefore(createdAt, intune?.retiredAt ?? null),
    disabledSince: entra?.disabledSince ?? null,
    // A device that has left Intune is no longer compliant, whatever Entra still remembers.
    nonCompliantSince: intune
      ? intune.present
        ? intune.nonCompliantSince
        : intune.deletedAt
      : (entra?.nonCompliantSince ?? null),
    enrolledAt: intune?.enrolledAt ?? null,
  }
}

/** With both directories, existence in one of them suffices. */
function deletedAt(mode: Policy['deviceDirectory'], parts: Parts): Date | null {
  const { entra, intune, createdAt } = parts
  if (mode === 'entra' && entra) return notBefore(createdAt, entra.deletedAt)
  if (mode === 'intune' && intune) return notBefore(createdAt, intune.deletedAt)
  const times = [entra, intune].flatMap((object) =>
    object ? [notBefore(createdAt, object.deletedAt)] : [],
  )
  if (times.includes(null)) return null
  return times.reduce<Date | null>((last, at) => (last && at && last > at ? last : at), null)
}

function notBefore(start: Date, at: Date | null): Date | null {
  return at && at >= start ? at : null
}
