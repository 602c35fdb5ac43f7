import { ValidityBar, ValidityEnds } from '#components/ui/validity-bar.tsx'
import type { CertificateView } from '#lib/api/schemas.ts'
import { formatDate, formatDaysLeft, formatShortMoment, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { displayStatusOf } from '#lib/overview.ts'

type CertificateValidityProps = {
  readonly certificate: CertificateView
  readonly reader: Reader
  readonly words: Dictionary
  /** Over the full width of a page. */
  readonly long?: boolean
}

/** The validity bar of one certificate, with its dates below. */
export function CertificateValidity(props: CertificateValidityProps) {
  const { certificate, reader, words, long: isLong = false } = props
  const from = new Date(certificate.notBefore)
  const to = new Date(certificate.notAfter)
  const { state, since } = certificate.status
  const long = (date: Date) => formatDate(reader, date, 'long')
  const label = fill(words.certificate.sentence, {
    status: words.common.status[displayStatusOf(certificate, reader.now)],
    from: long(from),
    to: long(to),
    left: middleOf(certificate, reader, words),
  })
  const drawing = {
    state,
    serial: certificate.serial,
    from,
    to,
    at: state === 'revoked' && since ? new Date(since) : reader.now,
    label,
  }
  return (
    <div>
      {isLong && (
        <div className="max-phone:hidden">
          <ValidityBar {...drawing} long />
        </div>
      )}
      <div className={isLong ? 'phone:hidden' : ''}>
        <ValidityBar {...drawing} />
      </div>
      <ValidityEnds
        start={formatDate(reader, from, 'short')}
        middle={middleOf(certificate, reader, words)}
        end={formatDate(reader, to, 'short')}
      />
    </div>
  )
}

function middleOf(certificate: CertificateView, reader: Reader, words: Dictionary): string {
  const { state, since, asOf } = certificate.status
  const to = new Date(certificate.notAfter)
  switch (state) {
    case 'good':
      return formatDaysLeft(reader, to, words.common)
    case 'hold':
      return fill(words.home.pausedSince, {
        time: formatShortMoment(reader, new Date(since ?? asOf)),
      })
    case 'unknown':
      return fill(words.home.asOf, { time: formatShortMoment(reader, new Date(asOf)) })
    case 'revoked':
      return fill(words.home.revokedOn, {
        date: formatDate(reader, new Date(since ?? asOf), 'short'),
      })
    case 'expired':
      return fill(words.home.endedOn, { date: formatDate(reader, to, 'short') })
  }
}
