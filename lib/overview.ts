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
  /** The newest certificate that it had and that is over; null if it never had one. */
  readonly last: CertificateRow | null
}

export type Overview = {
  /**
   * Everything that is not over, and devices that can get a certificate or are reported lost. The rows of one
   * holder stand together, holders in order of need: reported lost, on hold, ends soon by its end, unknown, good
   * by name, then what has no certificate.
   */
  readonly current: readonly (CertificateRow | DeviceRow)[]
  /** Revoked or expired; newest first. */
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
  const past = rows
    .filter((row) => isOver(row.displayStatus))
    .sort((a, b) => (a.certificate.notBefore < b.certificate.notBefore ? 1 : -1))
  const live = rows.filter((row) => !past.includes(row))
  const served = new Set(live.flatMap((row) => (row.device ? [row.device] : [])))
  const without = devices
    .filter((device) => (device.possible || device.reportedLost !== null) && !served.has(device))
    .map((device): DeviceRow => {
      const last = past.find((row) => row.device === device) ?? null
      return { kind: 'device', device, name: device.displayName, last }
    })
  const need = needIn(live)
  const holders = [...groupsOf(live.sort((a, b) => need(a) - need(b) || byAge(a, b)))]
  return {
    current: [...holders, ...without.map((row) => [row])]
      .sort(
        ([a], [b]) =>
          need(a) - need(b) || (need(a) === NEED.soon ? byEnd(a, b) : 0) || byName(a, b),
      )
      .flat(),
    older: past,
  }
}

type Row = CertificateRow | DeviceRow

/** The rows by holder, in the order in which each holder first comes. */
export function groupsOf<T extends Row>(rows: readonly T[]): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>()
  for (const row of rows) {
    const key = holderOf(row)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return [...groups.values()]
}

/** Names the holder of a row. A device of the directory is one holder, whichever id a certificate has. */
function holderOf(row: Row): string {
  if (row.device) return `device ${enrollId(row.device)}`
  return row.kind === 'device' ? '' : holderIn(row.certificate)
}

function holderIn({ profile, deviceId, intuneId, subject, subjectAltName }: CertificateView) {
  switch (profile) {
    case 'device':
      return `device ${deviceId ?? intuneId}`
    case 'user':
      // All are the reader's own, even when the account was renamed in between.
      return 'me'
    case 'application':
      return JSON.stringify([subject, subjectAltName])
  }
}

/** Gives the newest certificate that took the place of this one and is not over, or null. */
export function successorOf(
  serial: string,
  certificates: readonly CertificateView[],
): CertificateView | null {
  const [newest] = certificates
    .filter((one) => one.replaces === serial && !isOver(one.status.state))
    .toSorted((a, b) => b.issuedAt.localeCompare(a.issuedAt))
  return newest ?? null
}

/**
 * Whether a new certificate is worth getting in place of this one, which may have ended. What is on hold comes
 * back by itself or by whoever stopped it, unless its holder is another in the directory now.
 */
export function isRenewable({ profile, status }: CertificateView): boolean {
  if (profile === 'application') return false
  const { state, reason } = status
  if (state === 'hold') return reason === 'device_left_intune' || reason === 'account_renamed'
  return state !== 'revoked'
}

/** The address at which the reader renews this certificate, or gets a new one of the same holder. */
export function enrollPath(
  { certificate, device }: Pick<CertificateRow, 'certificate' | 'device'>,
  how: 'renew' | 'new',
): string {
  const id = certificate.profile === 'user' ? 'me' : device ? enrollId(device) : null
  const holder = id ?? certificate.deviceId ?? certificate.intuneId ?? ''
  return `/enroll?for=${holder}${how === 'renew' ? `&renew=${certificate.serial}` : ''}`
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
  return holderIn(one) === holderIn(other)
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
    // What somebody signed in for is an enrolment of its own.
    if (one.replaces !== serial || one.source !== 'renewal') return false
    // Without the certificate itself, so that the recursion ends even when rows replace each other.
    const others = certificates.filter((other) => other !== one)
    return !isOver(one.status.state) || hasDescendants(one.serial, others)
  })
}

/** Whether the device is reported lost: its certificates are on hold and nothing is issued for it. */
export function isReportedLost(row: CertificateRow | DeviceRow): boolean {
  if (row.device?.reportedLost != null) return true
  if (row.kind === 'device') return false
  const { state, reason } = row.certificate.status
  return state === 'hold' && reason === 'lost_device'
}

const NEED = {
  hold: 1,
  soon: 2,
  unknown: 3,
  good: 4,
  revoked: 6,
  expired: 6,
} as const satisfies Record<DisplayStatus, number>

/** How much each row needs the reader, 0 the most. What was renewed already does not, though it ends soon. */
function needIn(live: readonly CertificateRow[]): (row: Row) => number {
  const certificates = live.map(({ certificate }) => certificate)
  return (row) => {
    if (isReportedLost(row)) return 0
    if (row.kind === 'device') return 5
    const { displayStatus, certificate } = row
    const isRenewed = displayStatus === 'soon' && successorOf(certificate.serial, certificates)
    return NEED[isRenewed ? 'good' : displayStatus]
  }
}

function byAge(a: CertificateRow, b: CertificateRow): number {
  return b.certificate.issuedAt.localeCompare(a.certificate.issuedAt)
}

function byEnd(a: Row, b: Row): number {
  const end = (row: Row) => (row.kind === 'certificate' ? row.certificate.notAfter : '')
  return end(a).localeCompare(end(b))
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
 * Sorts devices: the one that was asked for, reported lost, the device in use, those that can have a
 * certificate, then the others, by name.
 */
export function devicesInOrder(
  devices: readonly DeviceView[],
  inHand: DeviceView | null,
  asked: string | null,
): readonly DeviceView[] {
  const rank = (device: DeviceView) => {
    if (enrollId(device) === asked) return 0
    if (device.reportedLost !== null) return 1
    if (device === inHand) return 2
    return device.possible ? 3 : 4
  }
  const named = (device: DeviceView) => ({ name: device.displayName })
  return devices.toSorted((a, b) => rank(a) - rank(b) || byName(named(a), named(b)))
}
