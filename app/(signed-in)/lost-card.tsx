import { LostChoice, type LostOption } from '#components/certificates/lost-choice.tsx'
import type { DeviceView, PropagationView } from '#lib/api/schemas.ts'
import { formatSpan } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill, plural } from '#lib/i18n/fill.ts'
import {
  type CertificateRow,
  enrollId,
  groupsOf,
  isReportedLost,
  type Overview,
} from '#lib/overview.ts'
import { stopSeconds } from '#lib/propagation.ts'

type LostCardProps = {
  readonly overview: Overview
  /** Null while the list of the reader's devices is not known; a device outside of it is not theirs any more. */
  readonly devices: readonly DeviceView[] | null
  readonly propagation: PropagationView
  readonly words: Dictionary
}

/** One button to report a loss, and then the question what is lost. */
export function LostCard({ overview, devices, propagation, words }: LostCardProps) {
  const { home, common } = words
  const days = plural(propagation.lostDays, common.days)
  const span = formatSpan(stopSeconds(propagation), common)
  const options = optionsOf(overview, devices, { days, span }, words)
  if (options.length === 0) return null
  return (
    <section className="card pad" aria-labelledby="lost">
      <h2 id="lost">{home.lostTitle}</h2>
      <p className="small mute mt-1">{fill(home.lostMore, { days })}</p>
      <div className="row mt-3.5">
        <LostChoice
          options={options}
          words={{
            button: home.lostDo,
            ask: home.lostAsk,
            cancel: words.certificate.stop.cancel,
            failed: words.certificate.stop.failed,
          }}
        />
      </div>
    </section>
  )
}

type Delays = { readonly days: string; readonly span: string }

/** What is not reported lost yet: devices with certificates, devices without any, then the reader. */
function optionsOf(
  { current }: Overview,
  devices: readonly DeviceView[] | null,
  delays: Delays,
  { home, certificate: { stop } }: Dictionary,
): readonly LostOption[] {
  const rows = current.filter(
    (row): row is CertificateRow => row.kind === 'certificate' && !isReportedLost(row),
  )
  const holders = groupsOf(rows)
    .filter(([{ certificate }]) => certificate.profile !== 'application')
    .filter(([{ certificate, device }]) => certificate.profile === 'user' || device || !devices)
    .map(([row, ...further]): LostOption => {
      const { certificate, device, name } = row
      const isSelf = certificate.profile === 'user'
      const count = 1 + further.length + (device?.othersCertificates.length ?? 0)
      return {
        what: { serial: certificate.serial },
        name: isSelf ? home.lostSelf : name,
        text: fill(plural(count, isSelf ? stop.lostSelfText : stop.lostText), delays),
        button: isSelf ? stop.lostSelfDo : stop.lostDo,
      }
    })
  const served = new Set(rows.map(({ device }) => device))
  const others = (devices ?? [])
    .filter((device) => device.reportedLost === null && !served.has(device))
    .map((device): LostOption => {
      const count = device.othersCertificates.length
      return {
        what: { deviceId: enrollId(device) },
        name: device.displayName,
        text: count === 0 ? home.lostNone : fill(plural(count, stop.lostText), delays),
        button: stop.lostDo,
      }
    })
  const isSelf = ({ name }: LostOption) => name === home.lostSelf
  return [...holders.filter((one) => !isSelf(one)), ...others, ...holders.filter(isSelf)]
}
