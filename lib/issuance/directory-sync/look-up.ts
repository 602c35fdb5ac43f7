import type { LookUp } from '#lib/directory/directory.ts'
import type { Authority } from '#lib/issuance/authority.ts'
import {
  type Device,
  type DirectoryKey,
  type DirectoryObject,
  type Holder,
  type Observation,
  RETIREMENT_OF,
} from '#lib/model.ts'
import { isAsked, keysOf } from '#lib/policy/holder.ts'
import type { DecisionContext } from '#lib/policy/policy.ts'

/** What a live look-up, or the answers that an issuance was decided on, say of an object. */

/** Asks the directory for one object. Throws 'directory_unavailable'. */
export async function lookUp(
  { changeFeed, now }: Pick<Authority, 'changeFeed' | 'now'>,
  { kind, id }: DirectoryKey,
  stored: DirectoryObject | undefined,
): Promise<Observation> {
  const at = now()
  const key = { kind, id }
  return observationOf({ ...key, at }, await changeFeed.lookUp(key, stored?.objectId ?? null))
}

type Asked = DirectoryKey & { readonly at: Date }

function observationOf({ kind, id, at }: Asked, answer: LookUp): Observation {
  if (!answer.present) return { kind, id, at, present: false, deletion: answer.deletion }
  switch (answer.kind) {
    case 'user':
      return { kind, id, at, present: true, enabled: answer.enabled, upn: answer.upn }
    case 'entra_device': {
      const { objectId, enabled, compliant, ownerOids } = answer
      return { kind, id, at, present: true, objectId, enabled, compliant, ownerOids }
    }
    case 'intune_device': {
      const { compliant, retirement, enrolledAt, primaryUserOids: ownerOids } = answer
      return { kind, id, at, present: true, compliant, retirement, enrolledAt, ownerOids }
    }
  }
}

/**
 * Gives observations of the objects of a new certificate's holder, from the directory's answers of step 10 of
 * the issuance cycle. An object that the answers do not mention has no observation.
 */
export function observationsOf(
  { policy }: Pick<Authority, 'policy'>,
  holder: Holder,
  { user, devices, now: at }: Pick<DecisionContext, 'user' | 'devices' | 'now'>,
): readonly Observation[] {
  return keysOf(holder, policy).flatMap(({ kind, id }): Observation[] => {
    if (kind === 'user') {
      return user?.oid === id
        ? [{ kind, id, at, present: true, enabled: user.enabled, upn: user.upn }]
        : []
    }
    const device = devices.find(({ deviceId, intuneId }) => {
      return (kind === 'entra_device' ? deviceId : intuneId) === id
    })
    return device
      ? [deviceObservation(isAsked(policy, 'intune_device'), { kind, id, at }, device)]
      : []
  })
}

/**
 * Each directory's own statement about a device: what one of them says must not be stored in the other's
 * object.
 */
function deviceObservation(
  isIntuneAsked: boolean,
  { kind, id, at }: Asked,
  device: Device,
): Observation {
  const retirement = RETIREMENT_OF.get(device.managementState ?? '') ?? null
  if (kind === 'intune_device') {
    const { intuneCompliant: compliant, enrolledAt, primaryUserOids } = device
    const owners = primaryUserOids ? { ownerOids: primaryUserOids } : {}
    return { kind, id, at, present: true, compliant, retirement, enrolledAt, ...owners }
  }
  const { objectId, enabled, entraCompliant, entraOwnerOids: ownerOids } = device
  return {
    kind,
    id,
    at,
    present: true,
    enabled,
    compliant: entraCompliant === true,
    ownerOids,
    ...(objectId !== null && { objectId }),
    ...(isIntuneAsked && { retirement }),
  }
}
