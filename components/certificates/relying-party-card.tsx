import { LookAgain } from '#components/shell/look-again.tsx'
import { Icon, type IconName } from '#components/ui/icon.tsx'
import { type Status, StatusPill } from '#components/ui/status-pill.tsx'
import type { PropagationView } from '#lib/api/schemas.ts'
import { formatNearMoment, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import type { CertificateRow } from '#lib/overview.ts'
import { rememberedUntil } from '#lib/propagation.ts'
import {
  agreementOf,
  agreementOfAll,
  type ChannelAnswer,
  type RelyingPartyView,
  sentenceOf,
} from '#lib/relying-party-view.ts'

type RelyingPartyCardProps = {
  readonly row: CertificateRow
  /** What OCSP and CRL say; null until they were asked. */
  readonly view: RelyingPartyView | null
  readonly propagation: PropagationView
  /** Milliseconds between two checks until all channels agree. */
  readonly everyMs: number
  readonly reader: Reader
  readonly words: Dictionary
}

/** The status in the portal beside those by OCSP and by CRL. */
export function RelyingPartyCard(props: RelyingPartyCardProps) {
  const { row, view, propagation, everyMs, reader, words } = props
  const w = words.relyingParty
  const { certificate, displayStatus } = row
  if (displayStatus === 'expired') return <Ended words={w} />
  const agreement = view ? agreementOfAll(certificate, view) : 'none'
  const sentence = (channel: keyof RelyingPartyView) =>
    view && sentenceOf(channel, view[channel], { certificate, propagation, reader, words })
  const read = formatNearMoment(reader, new Date(certificate.status.asOf), words.common)
  return (
    <section className="card pad" aria-labelledby="relying-party" aria-busy={view === null}>
      <h2 id="relying-party">{w.title[agreement]}</h2>
      <ul className="mt-1.5 divide-y divide-line">
        <Channel
          icon="window"
          who={w.page}
          says={fill(words.certificate.directoryRead, { time: read })}
          pill={displayStatus}
          words={words}
        />
        <Channel
          icon="wifi"
          who={w.wifi}
          says={sentence('ocsp')}
          pill={view ? pillOf(view.ocsp, row) : 'checking'}
          words={words}
        />
        <Channel
          icon="server"
          who={w.list}
          says={sentence('list')}
          pill={view ? pillOf(view.list, row) : 'checking'}
          words={words}
        />
      </ul>
      <Remembered {...props} />
      {view && agreement !== 'same' && <LookAgain everyMs={everyMs} />}
    </section>
  )
}

/** An expired certificate: relying parties see notAfter in it and ask for no status. */
function Ended({ words }: { readonly words: Dictionary['relyingParty'] }) {
  return (
    <section className="card pad" aria-labelledby="relying-party">
      <h2 id="relying-party">{words.title.same}</h2>
      <p className="small mute mt-1">{words.ended}</p>
    </section>
  )
}

type ChannelProps = {
  readonly icon: IconName
  readonly who: string
  readonly says: string | null
  readonly pill: Status
  readonly words: Dictionary
}

function Channel({ icon, who, says, pill, words }: ChannelProps) {
  return (
    <li className="grid grid-cols-[20px_1fr_auto] items-center gap-x-2.5 gap-y-1 py-2.75 text-control">
      <Icon name={icon} className="text-ink3" />
      <span>{who}</span>
      <StatusPill status={pill} words={words.common.status} />
      <p className="faint col-[2/-1] min-h-[1.4em] text-small leading-[1.4]">{says}</p>
    </li>
  )
}

/** What the channel says, in the portal's word; nobody but the portal knows that one ends soon. */
function pillOf(answer: ChannelAnswer, { certificate, displayStatus }: CertificateRow): Status {
  if (answer.kind !== 'said') return 'unknown'
  if (agreementOf(certificate, answer) !== 'same') return answer.state
  return displayStatus === 'soon' ? 'good' : displayStatus
}

/** Until when relying parties may still use an earlier response. */
function Remembered({ row, propagation, reader, words }: RelyingPartyCardProps) {
  const { state, since } = row.certificate.status
  if ((state !== 'hold' && state !== 'revoked') || since === null) return null
  const until = rememberedUntil(new Date(since), propagation)
  if (until <= reader.now) return null
  return (
    <p className="small mute mt-2">
      {fill(words.relyingParty.remembered, {
        until: formatNearMoment(reader, until, words.common),
      })}
    </p>
  )
}
