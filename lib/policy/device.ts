import { type Device, RETIREMENT_OF } from '#lib/model.ts'
import type { DecisionContext, Policy, Rule } from './policy.ts'

/**
 * Says whether the person with this object id owns the device, by the setting deviceOwnership. With
 * `primary` a device that has a primary user in Intune belongs to that user, whoever registered it.
 */
export function ownsDevice(
  { deviceOwnership }: Pick<Policy, 'deviceOwnership'>,
  oid: string,
  { entraOwnerOids, primaryUserOids }: Device,
): boolean {
  const primary = primaryUserOids ?? []
  switch (deviceOwnership) {
    case 'registered':
      return entraOwnerOids.includes(oid)
    case 'either':
      return entraOwnerOids.includes(oid) || primary.includes(oid)
    case 'primary':
      return primary.length > 0 ? primary.includes(oid) : entraOwnerOids.includes(oid)
  }
}

/** Which device all ids of the request together name. */
export type NamedDevice =
  | { readonly kind: 'one'; readonly device: Device }
  | { readonly kind: 'none' }
  /** The same id is the Entra device id of one device and the Intune id of another. */
  | { readonly kind: 'ambiguous'; readonly devices: readonly Device[] }
  /** The common name and the URI name different devices. */
  | { readonly kind: 'mismatch'; readonly devices: readonly Device[] }

/** The common name may be an Entra device id or an Intune id; the URI is an Intune id only. */
export function namedDevice({ requested, devices }: DecisionContext): NamedDevice {
  if (requested.kind !== 'device') return { kind: 'none' }
  const { commonNameId, uriId } = requested
  const byName = devices.filter(
    (device) => device.deviceId === commonNameId || device.intuneId === commonNameId,
  )
  const byUri = devices.filter((device) => device.intuneId === uriId)
  const byUriAlone = uriId === null ? byName : byUri
  const candidates =
    commonNameId === null ? byUriAlone : byUriAlone.filter((device) => byName.includes(device))
  const [device, second] = candidates
  if (device && !second) return { kind: 'one', device }
  if (device) return { kind: 'ambiguous', devices: candidates }
  return devices.length === 0 ? { kind: 'none' } : { kind: 'mismatch', devices }
}

/**
 * Rules for a certificate that names a device. A device of somebody else and one that does not exist give
 * the same refusal, so that nobody can find out ids by trying.
 */
export const deviceRules: readonly Rule[] = [
  {
    name: 'device_id',
    passed: 'The request names a device by its device id.',
    check: (_policy, { mistakenObjectId }) =>
      mistakenObjectId
        ? {
            code: 'policy_violation',
            message: 'This is the object id of your device, not its device id.',
            remedy: `Use ${mistakenObjectId.deviceId ?? mistakenObjectId.intuneId} instead.`,
          }
        : null,
  },
  {
    name: 'device_owned',
    passed: 'The directory lists the device as yours.',
    check: (policy, context) =>
      candidatesOf(context).some((device) => ownsDevice(policy, context.requester.oid, device))
        ? null
        : {
            code: 'not_owner',
            message: 'The directory does not list a device with this id as yours.',
            remedy: 'See your devices in the portal; a new device may take some minutes to appear.',
          },
  },
  {
    name: 'device_unambiguous',
    passed: 'Every name in the request means the same device.',
    check: (_policy, context) => ambiguity(context),
  },
  {
    name: 'device_not_lost',
    passed: 'Nobody reported the device lost.',
    check: (_policy, { reportedLostAt }) =>
      reportedLostAt
        ? {
            code: 'device_lost',
            message: 'This device is reported lost.',
            remedy: 'If you have it again, withdraw the report on the page of its certificate.',
          }
        : null,
  },
  {
    name: 'device_enabled',
    passed: 'The device is switched on in the directory.',
    check: (_policy, context) =>
      theDevice(context)?.enabled
        ? null
        : {
            code: 'device_disabled',
            message: 'The device is switched off in the directory.',
            remedy: 'Only IT can switch it on.',
          },
  },
  {
    name: 'device_managed',
    passed: 'The device is as managed as policy asks.',
    check: (policy, context) => {
      const device = theDevice(context)
      // Checked for every deviceGate: directoryEffect would put the new certificate on hold or revoke it at once.
      if (RETIREMENT_OF.has(device?.managementState ?? '')) {
        return {
          code: 'device_not_managed',
          message: 'Intune is retiring or wiping this device.',
          remedy: 'Set the device up again when that is done, then try again.',
        }
      }
      if (policy.deviceGate === 'registered' || device?.managed) return null
      return {
        code: 'device_not_managed',
        message: 'Certificates go to managed devices only, and Intune does not manage this one.',
        remedy: 'Enrol the device in Intune, then try again.',
      }
    },
  },
  {
    name: 'device_compliant',
    passed: 'The device is as compliant as policy asks.',
    check: (policy, context) =>
      policy.deviceGate !== 'compliant' || isCompliant(policy, context)
        ? null
        : {
            code: 'device_not_compliant',
            message: 'Intune marks this device as not compliant right now.',
            remedy: 'Fix what the Intune app lists, then try again.',
          },
  },
  {
    name: 'device_age',
    passed: 'The directory has known the device for as long as policy asks.',
    check: ({ deviceMinAgeMinutes }, context) => {
      if (deviceMinAgeMinutes === 0) return null
      const since = theDevice(context)?.registeredAt ?? null
      if (since === null) {
        return {
          code: 'device_too_new',
          message: 'The directory does not say since when it has known this device.',
          remedy: 'Only IT can mend that: policy asks for a minimum age of its record.',
        }
      }
      const leftMs = since.getTime() + deviceMinAgeMinutes * MINUTE_MS - context.now.getTime()
      if (leftMs <= 0) return null
      return {
        code: 'device_too_new',
        message: `The directory has known this device for less than ${minutes(deviceMinAgeMinutes)}.`,
        remedy: `Wait ${minutes(Math.ceil(leftMs / MINUTE_MS))}, then try again.`,
      }
    },
  },
]

const MINUTE_MS = 60_000

function minutes(count: number): string {
  return count === 1 ? '1 minute' : `${count} minutes`
}

function candidatesOf(context: DecisionContext): readonly Device[] {
  const named = namedDevice(context)
  if (named.kind === 'one') return [named.device]
  return named.kind === 'none' ? [] : named.devices
}

function theDevice(context: DecisionContext): Device | null {
  const named = namedDevice(context)
  return named.kind === 'one' ? named.device : null
}

function ambiguity(context: DecisionContext) {
  switch (namedDevice(context).kind) {
    case 'ambiguous':
      return {
        code: 'ambiguous_device',
        message: 'The id in the request names two different devices.',
        remedy: 'Name the device by its SAN URI IntuneDeviceId://{Intune device id} as well.',
      } as const
    case 'mismatch':
      return {
        code: 'policy_violation',
        message: 'The ids in the request do not all name the same device.',
        remedy: 'Use the Intune device id in the URI, and an id of the same device as common name.',
      } as const
    default:
      return null
  }
}

function isCompliant(policy: Policy, context: DecisionContext): boolean {
  const device = theDevice(context)
  if (!device) return false
  if (device.compliant) return true
  if (!device.enrolledAt) return false
  const graceEnds = device.enrolledAt.getTime() + policy.complianceGraceMinutes * MINUTE_MS
  return context.now.getTime() < graceEnds
}
