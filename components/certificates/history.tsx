import { Icon, type IconName } from '#components/ui/icon.tsx'
import type { CertificateView } from '#lib/api/schemas.ts'
import { formatMoment, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'

type HistoryProps = {
  readonly certificate: CertificateView
  /** Somebody else got it, for a device of the reader. */
  readonly isOthers: boolean
  readonly reader: Reader
  readonly words: Dictionary
}

type Event = {
  readonly tint: keyof typeof TINTS
  readonly icon: IconName
  readonly title: string
  readonly at: string
}

const TINTS = {
  next: 'text-ink3 inset-ring-[1.5px] inset-ring-edge',
  hold: 'bg-hold-soft text-hold',
  good: 'bg-good-soft text-good',
  past: 'bg-past-soft text-past',
} as const

/** What is known of the life of a certificate, newest first, the coming end on top. */
export function CertificateHistory({ certificate, isOthers, reader, words }: HistoryProps) {
  const w = words.certificate
  return (
    <section className="card pad" aria-labelledby="history">
      <h2 id="history" className="mb-4">
        {w.history}
      </h2>
      <ol>
        {eventsOf(certificate, isOthers, w).map(({ tint, icon, title, at }) => (
          <li
            key={title}
            className="relative grid grid-cols-[26px_1fr] gap-x-3 not-last:pb-4.5 not-last:before:absolute not-last:before:top-6.5 not-last:before:bottom-0 not-last:before:left-3 not-last:before:w-0.5 not-last:before:bg-line"
          >
            <span className={`grid size-6.5 place-items-center rounded-full ${TINTS[tint]}`}>
              <Icon name={icon} className="size-3.5 stroke-[2.7]" />
            </span>
            <p className="pt-0.5 text-control">
              <b>{title}</b>
              <br />
              <span className="text-ink3 text-small tabular-nums">
                {capital(formatMoment(reader, new Date(at), words.common))}
              </span>
            </p>
          </li>
        ))}
      </ol>
    </section>
  )
}

/** A moment that begins a line begins with a capital: "Today, 10:42". */
function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function eventsOf(
  certificate: CertificateView,
  isOthers: boolean,
  words: Dictionary['certificate'],
): readonly Event[] {
  const { status, notAfter, issuedAt, replaces } = certificate
  const events: Event[] = []
  if (status.state !== 'revoked') {
    const isOver = status.state === 'expired'
    events.push({
      tint: isOver ? 'past' : 'next',
      icon: 'end',
      title: isOver ? words.eventEnded : words.eventEnds,
      at: notAfter,
    })
  }
  if (status.state === 'revoked' && status.since) {
    events.push({
      tint: 'past',
      icon: 'cross',
      title: words.eventRevoked,
      at: status.since,
    })
  }
  if (status.state === 'hold' && status.since) {
    events.push({
      tint: 'hold',
      icon: 'pause',
      title: words.eventHold,
      at: status.since,
    })
  }
  events.push({
    tint: 'good',
    icon: 'key',
    title: isOthers
      ? words.eventIssuedOther
      : replaces === null
        ? words.eventIssued
        : words.eventRenewed,
    at: issuedAt,
  })
  return events
}
