import Link from 'next/link'
import { type Help, HelpLinks } from '#components/shell/ask-it.tsx'
import { RefreshButton } from '#components/shell/refresh-button.tsx'
import { Badge } from '#components/ui/badge.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { DevicePicture } from '#components/ui/device-picture.tsx'
import { StatusPill } from '#components/ui/status-pill.tsx'
import { ValidityBar, ValidityEnds } from '#components/ui/validity-bar.tsx'
import type { DeviceView } from '#lib/api/schemas.ts'
import { formatMoment, type Reader } from '#lib/format.ts'
import { type Dictionary, enrollWords } from '#lib/i18n/dictionary.ts'
import { fill, isIn, plural } from '#lib/i18n/fill.ts'
import {
  type CertificateRow,
  type DeviceRow,
  enrollId,
  enrollPath,
  isRenewable,
} from '#lib/overview.ts'
import { sameName } from '#lib/policy/text.ts'
import { systemName } from '#lib/system.ts'
import { CertificateValidity } from './certificate-validity.tsx'
import { FoundButton } from './found-button.tsx'
import { lastOf } from './keyring.tsx'

type DeviceCardProps = {
  readonly device: DeviceView
  readonly inHand: boolean
  /** The device's present certificate, or that it has none; null for a device that can get none either. */
  readonly row: CertificateRow | DeviceRow | null
  /** Whether the reader came here for this device. */
  readonly isAskedFor: boolean
  /** Whether the list is of before, because the directory does not answer now. */
  readonly isStale: boolean
  /** Whether the reader can go on there by a code. */
  readonly onPhone: boolean
  /** Whether the reader can have a certificate without a device. */
  readonly forSelf: boolean
  readonly help: Help
  readonly tenant: string
  /** The reader's user principal name, and the name in messages to IT. */
  readonly upn: string | null
  readonly person: string
  readonly reader: Reader
  readonly words: Dictionary
}

/** One device: what the directory says of it, its certificate, and whether it can get one. */
export function DeviceCard(props: DeviceCardProps) {
  const { device, inHand, isAskedFor, isStale, forSelf, tenant, reader, words } = props
  const row = props.row?.kind === 'certificate' ? props.row : null
  const last = props.row?.kind === 'device' ? props.row.last : null
  const line = [systemName(device.os, device.osVersion), device.model].filter((part) => part)
  return (
    <article
      className={`card flex flex-col gap-3.5 px-5.5 pt-5.5 pb-4.5 max-phone:px-4.5 ${isAskedFor ? 'outline-2 outline-accent outline-solid' : ''}`}
    >
      <div className="flex items-center gap-4">
        <DevicePicture
          os={device.os}
          model={device.model}
          large
          dim={!device.possible && row === null}
        />
        <div className="min-w-0">
          <h2 className="wrap-anywhere">{device.displayName}</h2>
          <p className="small mute">{line.join(' · ')}</p>
        </div>
      </div>
      <Badges device={device} words={words.devices} />
      {row && <CertificateValidity certificate={row.certificate} reader={reader} words={words} />}
      {!row && device.possible && (
        <div>
          <ValidityBar state="none" label={null} />
          <ValidityEnds start={last ? lastOf(last, reader, words) : words.devices.noneYet} />
        </div>
      )}
      {device.reportedLost ? (
        <LostLine report={device.reportedLost} upn={props.upn} reader={reader} words={words} />
      ) : (
        !device.possible &&
        !isStale && (
          <div className="small">
            <p className="mute">{refusalOf(device, tenant, words)}</p>
            <p className="row mt-1.5 gap-x-4 gap-y-0.5 empty:hidden">
              {forSelf && row === null && (
                <Link
                  href="/enroll?for=me"
                  prefetch={false}
                  className="inline-flex min-h-6 items-center"
                >
                  {words.devices.forSelf}
                </Link>
              )}
              <HelpLinks message={messageOf(props)} help={props.help} words={words.common} />
            </p>
          </div>
        )
      )}
      <Others device={device} words={words.devices} />
      <div className="mt-auto flex min-h-11.75 flex-wrap items-center gap-2.5 border-line border-t pt-3.5 text-ink3 text-small [&>div]:ml-auto">
        {row ? (
          <StatusPill status={row.displayStatus} words={words.common.status} />
        ) : (
          inHand && device.possible && <span className="small">{words.devices.inHand}</span>
        )}
        {!isStale && <Action {...props} row={row} />}
      </div>
    </article>
  )
}

function Badges(props: { readonly device: DeviceView; readonly words: Dictionary['devices'] }) {
  const { device, words } = props
  return (
    <div className="row gap-x-4.5 gap-y-1.5">
      <Badge tone={device.managed ? 'yes' : 'off'} icon={device.managed ? 'shield' : 'ring'}>
        {device.managed ? words.managed : words.notManaged}
      </Badge>
      {device.managed && (
        <Badge tone={device.compliant ? 'yes' : 'no'} icon={device.compliant ? 'check' : 'alert'}>
          {device.compliant ? words.compliant : words.notCompliant}
        </Badge>
      )}
      {device.reportedLost && (
        <Badge tone="no" icon="alert">
          {words.lost}
        </Badge>
      )}
      {!device.enabled && (
        <Badge tone="no" icon="alert">
          {words.disabled}
        </Badge>
      )}
    </div>
  )
}

type LostLineProps = {
  readonly report: NonNullable<DeviceView['reportedLost']>
  readonly upn: string | null
  readonly reader: Reader
  readonly words: Dictionary
}

/** Who reported it lost and when, and what that means. */
function LostLine({ report, upn, reader, words }: LostLineProps) {
  const isReaders = upn !== null && sameName(report.by, upn)
  const time = formatMoment(reader, new Date(report.at), words.common)
  const who = isReaders ? words.devices.you : report.by
  return (
    <p className="small">
      {fill(words.devices.lostSince, { time, who })}{' '}
      <span className="mute">{words.problems.refusals.device_lost}</span>{' '}
      {new Date(report.revokedAt) > reader.now &&
        fill(words.devices.lostUntil, {
          time: formatMoment(reader, new Date(report.revokedAt), words.common),
        })}
    </p>
  )
}

/** Certificates that others enrolled for the device, so that its owner can see and revoke them. */
function Others(props: { readonly device: DeviceView; readonly words: Dictionary['devices'] }) {
  const { device, words } = props
  const { othersCertificates: serials, displayName: name } = device
  if (serials.length === 0) return null
  return (
    <div className="small">
      <p className="mute">{plural(serials.length, words.others)}</p>
      <ul className="row mt-1 gap-x-4">
        {serials.map((serial) => {
          const end = serial.slice(-6)
          return (
            <li key={serial}>
              <Link
                href={`/certificates/${serial}`}
                prefetch={false}
                aria-label={fill(words.otherOneFor, { end, name })}
              >
                {fill(words.otherOne, { end })}
              </Link>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

/** A text of the portal for each known refusal; the authority's own sentence for any other. */
function refusalOf({ refusal }: DeviceView, tenant: string, { problems }: Dictionary): string {
  const code = refusal?.code
  if (isIn(code, problems.refusals)) return fill(problems.refusals[code], { tenant })
  return [refusal?.message, refusal?.remedy].filter((part) => part).join(' ')
}

type ActionProps = DeviceCardProps & { readonly row: CertificateRow | null }

function Action(props: ActionProps) {
  const { device, row, onPhone, words } = props
  const name = device.displayName
  if (device.reportedLost) {
    return (
      <div className="row justify-end">
        {row && <ViewLink row={row} name={name} words={words.devices} />}
        <FoundButton what={{ deviceId: enrollId(device) }} name={name} words={words} />
      </div>
    )
  }
  if (row) {
    return (
      <div className="row justify-end">
        <ViewLink row={row} name={name} words={words.devices} />
        {row.displayStatus === 'soon' && device.possible && isRenewable(row.certificate) && (
          <ButtonLink
            href={enrollPath(row, 'renew')}
            size="small"
            label={fill(words.home.renewFor, { name })}
          >
            {words.home.renew}
          </ButtonLink>
        )}
      </div>
    )
  }
  if (!device.possible) return <WayOn {...props} />
  const id = enrollId(device)
  return (
    <div className="row justify-end">
      {onPhone && (
        <ButtonLink
          href={`/enroll/phone?for=${id}`}
          variant="ghost"
          size="small"
          label={fill(words.devices.onPhoneFor, { name })}
        >
          {words.devices.onPhone}
        </ButtonLink>
      )}
      <ButtonLink
        href={`/enroll?for=${id}`}
        variant="primary"
        size="small"
        label={fill(words.home.getOneFor, { name })}
      >
        {words.common.getCertificate}
      </ButtonLink>
    </div>
  )
}

/** For a device that gets no certificate now: asking again, and a message for IT. */
function WayOn(props: ActionProps) {
  const { devices, common } = props.words
  const name = props.device.displayName
  return (
    <div className="row justify-end">
      <CopyButton
        text={messageOf(props)}
        label={common.copyForIt}
        done={common.messageCopied}
        variant="ghost"
        size="small"
      />
      <RefreshButton label={devices.checkAgain} name={fill(devices.checkAgainFor, { name })} />
    </div>
  )
}

/** What to tell IT about a device that gets no certificate. */
function messageOf({ device, tenant, person, reader, words }: DeviceCardProps): string {
  // What the reader is told to do is nothing to ask somebody else for.
  const { why } = enrollWords(reader.language).choose
  const code = device.refusal?.code
  return fill(words.devices.messageForIt, {
    name: device.displayName,
    reason: isIn(code, why) ? why[code] : refusalOf(device, tenant, words),
    person,
  })
}

type ViewLinkProps = {
  readonly row: CertificateRow
  readonly name: string
  readonly words: Dictionary['devices']
}

function ViewLink({ row, name, words }: ViewLinkProps) {
  const needs = row.displayStatus === 'hold'
  return (
    <ButtonLink
      href={`/certificates/${row.certificate.serial}`}
      variant="ghost"
      size="small"
      label={fill(needs ? words.whatToDoFor : words.viewFor, { name })}
    >
      {needs ? words.whatToDo : words.view}
    </ButtonLink>
  )
}
