import type { CertificateView, DeviceView } from '#lib/api/schemas.ts'
import { sameName } from '#lib/policy/text.ts'
import { type System, systemOf } from '#lib/system.ts'

/** What the home page says of a person's certificates and devices: pure, from views to rows. */

/** How a certificate stands, as a pill says it. */
export type DisplayStatus = 'good' | 'soon' | 'hold' | 'unknown' | 'revoked' | 'expired'

export type CertificateRow = {
  readonly kind: 'certificate'
  readonly certificate: CertificateView
  /** The device it names, when it is still listed as the person's. */
  readonly device: DeviceView | null
  readonly name: string
  readonly displayStatus: DisplayStatus
}

export type DeviceRow = {
  readonly kind: 'device'
  readonly device: DeviceView
  readonly name: string
}

export type Overview = {
  /** In order of need: on hold, ends soon, unknown, good by name, then devices that are ready. */
  readonly current: readonly (CertificateRow | DeviceRow)[]
  /** Revoked, expired, or with a newer good one of the same holder; newest first. */
  readonly older: readonly CertificateRow[]
}

/** A certificate ends soon when no more than this is left of it: 30 days. */
const SOON_MS = 30 * 86_400_000

/** Sorts what a person has into what counts now and what is over. */
export function overviewOf(
  certificates: readonly CertificateView[],
  devices: readonly DeviceView[],
  now: Date,
): Overview {
  const rows = certificates.map((certificate) => rowOf(certificate, devices, now))
  const past = rows.filter((row) => isOver(row.displayStatus) || isReplaced(row, rows))
  const live = rows.filter((row) => !past.includes(row))
  const served = new Set(live.flatMap((row) => (row.device ? [row.device] : [])))
  const ready = devices
    .filter((device) => device.possible && !served.has(device))
    .map((device): DeviceRow => ({ kind: 'device', device, name: device.displayName }))
  return {
    current: [...live.sort(byNeed), ...ready.sort(byName)],
    older: past.sort((a, b) => (a.certificate.notBefore < b.certificate.notBefore ? 1 : -1)),
  }
}

/** How this certificate stands now. */
export function displayStatusOf(certificate: CertificateView, now: Date): DisplayStatus {
  const { state } = certificate.status
  if (state !== 'good') return state
  return Date.parse(certificate.notAfter) - now.getTime() <= SOON_MS ? 'soon' : 'good'
}

/** The device that a certificate names, among these. */
export function deviceOf(
  certificate: CertificateView,
  devices: readonly DeviceView[],
): DeviceView | null {
  if (certificate.profile !== 'device') return null
  const names = (own: string | null, other: string | null) => own !== null && own === other
  return (
    devices.find(
      ({ deviceId, intuneId }) =>
        names(deviceId, certificate.deviceId) || names(intuneId, certificate.intuneId),
    ) ?? null
  )
}

/** The id by which the enrol page knows a device. */
export function enrollId(device: DeviceView): string {
  return device.deviceId ?? device.intuneId ?? ''
}

function rowOf(
  certificate: CertificateView,
  devices: readonly DeviceView[],
  now: Date,
): CertificateRow {
  const device = deviceOf(certificate, devices)
  return {
    kind: 'certificate',
    certificate,
    device,
    name: device?.displayName ?? certificate.displayName,
    displayStatus: displayStatusOf(certificate, now),
  }
}

/** Nothing brings it back. */
export function isOver(displayStatus: DisplayStatus): boolean {
  return displayStatus === 'revoked' || displayStatus === 'expired'
}

/** Whether both name the same device, or both the same person. */
export function sameHolder(one: CertificateView, other: CertificateView): boolean {
  if (one.profile !== other.profile) return false
  switch (one.profile) {
    case 'device':
      return (one.deviceId ?? one.intuneId) === (other.deviceId ?? other.intuneId)
    case 'user':
      // The reader's own, whatever the account was called when it was made.
      return true
    case 'application':
      return one.subject === other.subject && one.subjectAltName === other.subjectAltName
  }
}

/** The name in a person's certificate, when the account is called otherwise now; else null. */
export function olderNameIn(
  { profile, subjectAltName }: CertificateView,
  upn: string | null,
): string | null {
  if (profile !== 'user' || upn === null || !subjectAltName.startsWith(UPN)) return null
  const name = subjectAltName.slice(UPN.length)
  return sameName(name, upn) ? null : name
}

/** As the authority writes a user principal name among the alternative names. */
const UPN = 'UPN:'

/** Whether one of these that is not over was renewed from this certificate, however far down. */
export function hasDescendants(serial: string, certificates: readonly CertificateView[]): boolean {
  return certificates.some((one) => {
    if (one.replaces !== serial) return false
    // Without itself, so that rows that replace each other end it.
    const others = certificates.filter((other) => other !== one)
    return !isOver(one.status.state) || hasDescendants(one.serial, others)
  })
}

/** Whether the device is reported lost: then none of its certificates is good and none is issued. */
export function isReportedLost({ device, certificate }: CertificateRow): boolean {
  return device?.reportedLost != null || certificate.status.reason === 'lost_device'
}

/** The newer one does the work; the older is good until somebody revokes it or it ends. */
function isReplaced({ certificate }: CertificateRow, rows: readonly CertificateRow[]): boolean {
  return rows.some(
    (other) =>
      (other.displayStatus === 'good' || other.displayStatus === 'soon') &&
      sameHolder(other.certificate, certificate) &&
      Date.parse(other.certificate.issuedAt) > Date.parse(certificate.issuedAt),
  )
}

const NEED = {
  hold: 0,
  soon: 1,
  unknown: 2,
  good: 3,
  revoked: 4,
  expired: 4,
} as const satisfies Record<DisplayStatus, number>

function byNeed(a: CertificateRow, b: CertificateRow): number {
  return NEED[a.displayStatus] - NEED[b.displayStatus] || byName(a, b)
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name.localeCompare(b.name, 'en', { sensitivity: 'base', numeric: true })
}

/** The one device of this system; null when there is none or when it could be several. */
export function deviceInHand(devices: readonly DeviceView[], system: System): DeviceView | null {
  const alike = devices.filter((device) => systemOf(device.os) === system)
  return system !== 'other' && alike.length === 1 ? (alike[0] ?? null) : null
}

/** What is reported lost first, then the device in hand, those that can have a certificate, and the others, by name. */
export function devicesInOrder(
  devices: readonly DeviceView[],
  inHand: DeviceView | null,
): readonly DeviceView[] {
  const rank = (device: DeviceView) => {
    if (device.reportedLost !== null) return 0
    if (device === inHand) return 1
    return device.possible ? 2 : 3
  }
  const named = (device: DeviceView) => ({ name: device.displayName })
  return devices.toSorted((a, b) => rank(a) - rank(b) || byName(named(a), named(b)))
}
