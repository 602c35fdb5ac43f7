import { Badge } from '#components/ui/badge.tsx'
import { Blade, BladeEnds } from '#components/ui/blade.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { DevicePicture } from '#components/ui/device-picture.tsx'
import { StatusPill } from '#components/ui/status-pill.tsx'
import type { DeviceView } from '#lib/api/schemas.ts'
import type { Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { type CertificateRow, type DeviceRow, enrollId } from '#lib/overview.ts'
import { systemName } from '#lib/system.ts'
import { CertificateBlade } from './certificate-blade.tsx'

type DeviceCardProps = {
  readonly device: DeviceView
  readonly inHand: boolean
  /** The certificate that it has now. */
  readonly row: CertificateRow | DeviceRow | null
  readonly tenant: string
  readonly reader: Reader
  readonly words: Dictionary
}

/** One device: what the directory says of it, its certificate, and what is possible. */
export function DeviceCard(props: DeviceCardProps) {
  const { device, inHand, tenant, reader, words } = props
  const row = props.row?.kind === 'certificate' ? props.row : null
  const line = [systemName(device.os, device.osVersion), device.model].filter((part) => part)
  return (
    <article className="card dev">
      <div className="h">
        <DevicePicture
          os={device.os}
          model={device.model}
          large
          dim={!device.possible && row === null}
        />
        <div className="min-w-0">
          <h2>{device.displayName}</h2>
          <p className="small mute">{line.join(' · ')}</p>
        </div>
      </div>
      <Badges device={device} words={words.devices} />
      {row && <CertificateBlade certificate={row.certificate} reader={reader} words={words} />}
      {!row && device.possible && (
        <div>
          <Blade state="none" label={null} />
          <BladeEnds start={words.devices.noneYet} />
        </div>
      )}
      {!device.possible && <p className="small mute">{refusalOf(device, tenant, words.devices)}</p>}
      <div className="foot">
        {row ? (
          <StatusPill status={row.standing} words={words.common.status} />
        ) : (
          <span className={inHand ? 'small' : 'small mute'}>
            {inHand && device.possible && words.devices.inHand}
            {!device.possible && words.devices.nothingToDo}
          </span>
        )}
        <Action device={device} row={row} words={words} />
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
      {!device.enabled && (
        <Badge tone="no" icon="alert">
          {words.disabled}
        </Badge>
      )}
    </div>
  )
}

/** Our own words for the refusals we know; the authority's own sentence for any other. */
function refusalOf(device: DeviceView, tenant: string, words: Dictionary['devices']): string {
  const { refusal } = device
  const known = Object.entries(words.refusals).find(([code]) => code === refusal?.code)
  if (known) return fill(known[1], { tenant })
  return [refusal?.message, refusal?.remedy].filter((part) => part).join(' ')
}

type ActionProps = {
  readonly device: DeviceView
  readonly row: CertificateRow | null
  readonly words: Dictionary
}

function Action({ device, row, words }: ActionProps) {
  const name = device.displayName
  if (row) {
    const needs = row.standing === 'hold'
    return (
      <ButtonLink
        href={`/certificates/${row.certificate.serial}`}
        variant="ghost"
        size="small"
        label={fill(needs ? words.devices.whatToDoFor : words.devices.viewFor, { name })}
      >
        {needs ? words.devices.whatToDo : words.devices.view}
      </ButtonLink>
    )
  }
  if (!device.possible) return null
  return (
    <ButtonLink
      href={`/enroll?for=${enrollId(device)}`}
      variant="primary"
      size="small"
      label={fill(words.home.getOneFor, { name })}
    >
      {words.common.getCertificate}
    </ButtonLink>
  )
}
