import Link from 'next/link'
import { Badge } from '#components/ui/badge.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { DevicePicture, PersonPicture } from '#components/ui/device-picture.tsx'
import { KeyRow } from '#components/ui/key-row.tsx'
import { StatusPill } from '#components/ui/status-pill.tsx'
import { ValidityBar, ValidityEnds } from '#components/ui/validity-bar.tsx'
import type { CertificateView } from '#lib/api/schemas.ts'
import { formatDate, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import {
  type CertificateRow,
  type DeviceRow,
  enrollId,
  enrollPath,
  groupsOf,
  isRenewable,
  successorOf,
} from '#lib/overview.ts'
import { systemName } from '#lib/system.ts'
import { CertificateValidity } from './certificate-validity.tsx'
import { FoundButton } from './found-button.tsx'

type KeyringProps = {
  readonly rows: readonly (CertificateRow | DeviceRow)[]
  /** Whether the reader may enroll; without it the rows have no links that would be refused. */
  readonly mayEnroll: boolean
  readonly reader: Reader
  readonly words: Dictionary
}

/** The list of certificates and devices, one row for each, those of one holder below each other. */
export function Keyring({ rows, mayEnroll, reader, words }: KeyringProps) {
  const certificates = rows.flatMap((row) => (row.kind === 'certificate' ? [row.certificate] : []))
  return (
    <ul>
      {groupsOf(rows).flatMap((group) =>
        group.map((row, index) =>
          row.kind === 'certificate' ? (
            <CertificateItem
              key={row.certificate.serial}
              row={row}
              isFurther={index > 0}
              isAmongMore={group.length > 1}
              successor={successorOf(row.certificate.serial, certificates)}
              mayEnroll={mayEnroll}
              reader={reader}
              words={words}
            />
          ) : (
            <DeviceItem key={enrollId(row.device)} {...{ row, mayEnroll, reader, words }} />
          ),
        ),
      )}
    </ul>
  )
}

type ItemProps<Row> = {
  readonly row: Row
  readonly mayEnroll: boolean
  readonly words: Dictionary
}

type CertificateItemProps = ItemProps<CertificateRow> & {
  /** Whether the row above it is of the same holder. */
  readonly isFurther: boolean
  readonly isAmongMore: boolean
  /** The newer certificate in its place, or null. */
  readonly successor: CertificateView | null
  readonly reader: Reader
}

function CertificateItem(props: CertificateItemProps) {
  const { row, isFurther, successor, mayEnroll, reader, words } = props
  const { certificate, name, displayStatus } = row
  const { home } = words
  const isDue = displayStatus === 'soon' && successor === null && isRenewable(certificate)
  const isGood = displayStatus === 'good' || displayStatus === 'soon'
  const date = (at: string) => formatDate(reader, new Date(at), 'long')
  const title = isFurther
    ? (certificate.label ?? fill(home.another, { date: date(certificate.issuedAt) }))
    : name
  return (
    <KeyRow
      picture={isFurther ? null : <RowPicture row={row} />}
      title={
        <>
          <Link
            className={`${isFurther ? 'font-medium' : 'font-semibold'} wrap-anywhere text-ink no-underline decoration-auto after:absolute after:inset-0 hover:underline`}
            href={`/certificates/${certificate.serial}`}
            prefetch={false}
            aria-label={isFurther ? `${title}: ${name}` : undefined}
          >
            {title}
          </Link>
          <div className="small mute">{lineOf(props)}</div>
          {successor && isGood && (
            <div className="small mute">
              {fill(home.renewed, { date: date(successor.issuedAt) })}
            </div>
          )}
        </>
      }
      bar={<CertificateValidity certificate={certificate} reader={reader} words={words} />}
      status={<StatusPill status={displayStatus} words={words.common.status} />}
      isLink
      action={
        isDue &&
        mayEnroll && (
          <ButtonLink
            href={enrollPath(row, 'renew')}
            size="small"
            label={fill(home.renewFor, { name })}
          >
            {home.renew}
          </ButtonLink>
        )
      }
    />
  )
}

/** What it is; among others of its holder also its label or its date, by which they differ. */
function lineOf({ row, isFurther, isAmongMore, reader, words }: CertificateItemProps): string {
  const { label, issuedAt } = row.certificate
  const issued = fill(words.home.of, { date: formatDate(reader, new Date(issuedAt), 'long') })
  if (isFurther) return label === null ? '' : issued
  return [label, kindOf(row, words), label === null && isAmongMore ? issued : null]
    .filter((part) => part !== null)
    .join(' · ')
}

function DeviceItem(props: ItemProps<DeviceRow> & { readonly reader: Reader }) {
  const { row, mayEnroll, reader, words } = props
  const { device, name, last } = row
  const { home, devices } = words
  const isLost = device.reportedLost !== null
  return (
    <KeyRow
      picture={<DevicePicture os={device.os} model={device.model} dim={isLost} />}
      title={
        <>
          <span className="font-semibold wrap-anywhere">{name}</span>
          <div className="small mute">{systemName(device.os, device.osVersion)}</div>
        </>
      }
      bar={
        <>
          <ValidityBar state="none" label={null} />
          <ValidityEnds
            start={last ? lastOf(last, reader, words) : isLost ? devices.noneYet : home.ready}
          />
        </>
      }
      status={
        isLost ? (
          <Badge tone="no" icon="alert">
            {devices.lost}
          </Badge>
        ) : (
          <StatusPill status={last?.displayStatus ?? 'none'} words={words.common.status} />
        )
      }
      action={
        isLost ? (
          <FoundButton what={{ deviceId: enrollId(device) }} name={name} words={words} />
        ) : (
          mayEnroll && (
            <ButtonLink
              href={`/enroll?for=${enrollId(device)}`}
              size="small"
              label={`${home.getOne}: ${name}`}
            >
              {home.getOne}
            </ButtonLink>
          )
        )
      }
    />
  )
}

/** What became of the last certificate of a device that has none now. */
export function lastOf({ certificate }: CertificateRow, reader: Reader, words: Dictionary): string {
  const { state, since } = certificate.status
  const { lastRevoked, lastEnded } = words.home
  const at = state === 'revoked' && since !== null ? since : certificate.notAfter
  const date = formatDate(reader, new Date(at), 'short')
  return fill(state === 'revoked' ? lastRevoked : lastEnded, { date })
}

/** The picture of the device or person of a row. */
export function RowPicture(props: { readonly row: CertificateRow; readonly large?: boolean }) {
  const { row, large = false } = props
  if (row.certificate.profile !== 'device') return <PersonPicture large={large} />
  return (
    <DevicePicture
      os={row.device?.os ?? ''}
      model={row.device?.model ?? null}
      large={large}
      dim={row.device === null}
    />
  )
}

/** "Windows 11", "You, on any device". */
export function kindOf(row: CertificateRow, words: Dictionary): string {
  if (row.certificate.profile === 'user') return words.home.you
  if (row.device) return systemName(row.device.os, row.device.osVersion)
  return words.home.certificate
}
