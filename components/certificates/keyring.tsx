import Link from 'next/link'
import { ButtonLink } from '#components/ui/button.tsx'
import { DevicePicture, PersonPicture } from '#components/ui/device-picture.tsx'
import { KeyRow } from '#components/ui/key-row.tsx'
import { StatusPill } from '#components/ui/status-pill.tsx'
import { ValidityBar, ValidityEnds } from '#components/ui/validity-bar.tsx'
import type { Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { type CertificateRow, type DeviceRow, enrollId } from '#lib/overview.ts'
import { systemName } from '#lib/system.ts'
import { CertificateValidity } from './certificate-validity.tsx'

type KeyringProps = {
  readonly rows: readonly (CertificateRow | DeviceRow)[]
  /** Whether the reader may enroll; without it the rows have no links that would be refused. */
  readonly mayEnroll: boolean
  readonly reader: Reader
  readonly words: Dictionary
}

/** The list of certificates and devices, one row for each. */
export function Keyring({ rows, mayEnroll, reader, words }: KeyringProps) {
  return (
    <ul>
      {rows.map((row) =>
        row.kind === 'certificate' ? (
          <CertificateItem
            key={row.certificate.serial}
            row={row}
            mayEnroll={mayEnroll}
            reader={reader}
            words={words}
          />
        ) : (
          <DeviceItem key={enrollId(row.device)} row={row} mayEnroll={mayEnroll} words={words} />
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

function CertificateItem(props: ItemProps<CertificateRow> & { readonly reader: Reader }) {
  const { row, mayEnroll, reader, words } = props
  const { certificate, device, name, displayStatus } = row
  const renewable = displayStatus === 'soon' && mayEnroll && certificate.profile !== 'application'
  return (
    <KeyRow
      picture={<RowPicture row={row} />}
      title={
        <>
          <Link
            className="font-semibold text-ink no-underline decoration-auto after:absolute after:inset-0 hover:underline"
            href={`/certificates/${certificate.serial}`}
            prefetch={false}
          >
            {name}
          </Link>
          <div className="small mute">{kindOf(row, words)}</div>
        </>
      }
      bar={<CertificateValidity certificate={certificate} reader={reader} words={words} />}
      status={<StatusPill status={displayStatus} words={words.common.status} />}
      isLink
      action={
        renewable && (
          <ButtonLink
            href={`/enroll?for=${device ? enrollId(device) : 'me'}`}
            size="small"
            label={fill(words.home.renewFor, { name })}
          >
            {words.home.renew}
          </ButtonLink>
        )
      }
    />
  )
}

function DeviceItem({ row, mayEnroll, words }: ItemProps<DeviceRow>) {
  const { device, name } = row
  return (
    <KeyRow
      picture={<DevicePicture os={device.os} model={device.model} />}
      title={
        <>
          <span className="font-semibold">{name}</span>
          <div className="small mute">{systemName(device.os, device.osVersion)}</div>
        </>
      }
      bar={
        <>
          <ValidityBar state="none" label={null} />
          <ValidityEnds start={words.home.ready} />
        </>
      }
      status={<StatusPill status="none" words={words.common.status} />}
      action={
        mayEnroll && (
          <ButtonLink
            href={`/enroll?for=${enrollId(device)}`}
            size="small"
            label={`${words.home.getOne}: ${name}`}
          >
            {words.home.getOne}
          </ButtonLink>
        )
      }
    />
  )
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
