import type { CertificateView, DeviceView } from '#lib/api/schemas.ts'
import { sameName } from '#lib/policy/text.ts'
import { type System, systemOf } from '#lib/system.ts'

/** What the home page shows of a person's certificates and devices. Pure: from views to rows. */

/** The display status of a certificate, as its pill shows it. */
export type DisplayStatus = 'good' | 'soon' | 'hold' | 'unknown' | 'revoked' | 'expired'

export type CertificateRow = {
  readonly kind: 'certificate'
  readonly certificate: CertificateView
  /** The device in the certificate, while the directory lists it as the person's. */
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
  /** In order of need: on hold, ends soon, unknown, good by name, then devices that can get a certificate. */
  readonly current: readonly (CertificateRow | DeviceRow)[]
  /** Revoked, expired or replaced by a newer good one of the same holder; newest first. */
  readonly older: readonly CertificateRow[]
}

/** A certificate ends soon when at most 30 days are left. */
const SOON_MS = 30 * 86_400_000

/** Sorts certificates and devices into current and older rows. */
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

/** Gives the display status of a certificate. */
export function displayStatusOf(certificate: CertificateView, now: Date): DisplayStatus {
  const { state } = certificate.status
  if (state !== 'good') return state
  return Date.parse(certificate.notAfter) - now.getTime() <= SOON_MS ? 'soon' : 'good'
}

/** Gives the device among these that a certificate names, or null. */
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

/** Gives the id of a device in the enrol page's address. */
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

/** Whether a certificate is over: revoked permanently or expired. */
export function isOver(displayStatus: DisplayStatus): boolean {
  return displayStatus === 'revoked' || displayStatus === 'expired'
}

/** Whether both certificates name the same device, or both the same person. */
export function sameHolder(one: CertificateView, other: CertificateView): boolean {
  if (one.profile !== other.profile) return false
  switch (one.profile) {
    case 'device':
      return (one.deviceId ?? one.intuneId) === (other.deviceId ?? other.intuneId)
    case 'user':
      // Both are the reader's own, even when the account was renamed in between.
      return true
    case 'application':
      return one.subject === other.subject && one.subjectAltName === other.subjectAltName
  }
}

/** Gives the name in a person's certificate when the account has another name now; else null. */
export function olderNameIn(
  { profile, subjectAltName }: CertificateView,
  upn: string | null,
): string | null {
  if (profile !== 'user' || upn === null || !subjectAltName.startsWith(UPN)) return null
  const name = subjectAltName.slice(UPN.length)
  return sameName(name, upn) ? null : name
}

/** Prefix of a user principal name among the alternative names that the authority gives. */
const UPN = 'UPN:'

/** Whether any of these certificates that is not over was renewed from this one, however far down. */
export function hasDescendants(serial: string, certificates: readonly CertificateView[]): boolean {
  return certificates.some((one) => {
    if (one.replaces !== serial) return false
    // Without the certificate itself, so that the recursion ends even when rows replace each other.
    const others = certificates.filter((other) => other !== one)
    return !isOver(one.status.state) || hasDescendants(one.serial, others)
  })
}

/** Whether the device is reported lost: its certificates are on hold and nothing is issued for it. */
export function isReportedLost({ device, certificate }: CertificateRow): boolean {
  return device?.reportedLost != null || certificate.status.reason === 'lost_device'
}

/** Whether a newer good certificate of the same holder exists; the older one stays good until it ends. */
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

/** Gives the only device with this operating system; null when there is none or more than one. */
export function deviceInHand(devices: readonly DeviceView[], system: System): DeviceView | null {
  const alike = devices.filter((device) => systemOf(device.os) === system)
  return system !== 'other' && alike.length === 1 ? (alike[0] ?? null) : null
}

/**
 * Sorts devices: reported lost, the device in use, those that can have a certificate, then the others, by
 * name.
 */
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
