import type { DevicesView, DeviceView, MeView } from '#lib/api/schemas.ts'
import { LatchkeyError } from '#lib/errors.ts'
import type { Device, Requester } from '#lib/model.ts'
import type { Csr } from '#lib/pki/csr/csr.ts'
import type { KeyType } from '#lib/pki/keys/keys.ts'
import { decide } from '#lib/policy/decide.ts'
import type { RequestedIdentity } from '#lib/policy/policy.ts'

/**
 * Enforces the self-service policy in the portal, so that a refused request is not sent to the authority.
 * Makes the authority's own decision on what /api/me and /api/me/devices say; the authority decides again on
 * the directory itself. Throws the refusal as LatchkeyError.
 */
export function decideHere(
  requester: Requester,
  { key }: Csr,
  requested: RequestedIdentity,
  me: MeView,
  devices: DevicesView | null,
  now: Date,
): void {
  requireKey(key.type, me.policy.keys)
  // The list has the requester's own devices only, so any other device counts as not theirs.
  const own = (devices?.items ?? []).map(deviceOf)
  const asked = requested.kind === 'device' ? [requested.commonNameId, requested.uriId] : []
  const reported = devices?.items.find(
    ({ deviceId, intuneId, reportedLost }) => reportedLost && isAmong(asked, deviceId, intuneId),
  )
  const decision = decide(
    { ...me.policy, applicationProfiles: [] },
    {
      // Roles from /api/me, which are those of the token that the authority receives.
      requester: { ...requester, roles: me.roles },
      user: me.user,
      requested,
      devices: own.filter(({ deviceId, intuneId }) => isAmong(asked, deviceId, intuneId)),
      reportedLostAt: dateOf(reported?.reportedLost?.at ?? null),
      mistakenObjectId: own.find(({ objectId }) => isAmong(asked, objectId)) ?? null,
      now,
    },
  )
  if (decision.allow) return
  const { code, message, rule, remedy } = decision.refusal
  throw new LatchkeyError(code, message, remedy === null ? { rule } : { rule, remedy })
}

function requireKey(type: KeyType, accepted: readonly KeyType[]): void {
  if (accepted.includes(type)) return
  throw new LatchkeyError('weak_key', `Keys of type ${type} are not accepted here.`, {
    rule: 'key',
    remedy: `Make a key of one of these types: ${accepted.join(', ')}.`,
  })
}

function isAmong(asked: readonly (string | null)[], ...ids: readonly (string | null)[]): boolean {
  return ids.some((id) => id !== null && asked.includes(id))
}

function deviceOf(view: DeviceView): Device {
  return {
    deviceId: view.deviceId,
    objectId: view.objectId,
    intuneId: view.intuneId,
    displayName: view.displayName,
    os: view.os,
    osVersion: view.osVersion,
    model: view.model,
    entraOwnerOids: view.entraOwnerOids,
    primaryUserOids: view.primaryUserOids,
    enrolledByOid: view.enrolledByOid,
    managed: view.managed,
    managementState: view.managementState,
    compliant: view.compliant,
    // The decision uses the combined value alone.
    entraCompliant: null,
    intuneCompliant: null,
    enabled: view.enabled,
    enrolledAt: dateOf(view.enrolledAt),
    registeredAt: dateOf(view.registeredAt),
  }
}

function dateOf(time: string | null): Date | null {
  return time === null ? null : new Date(time)
}
