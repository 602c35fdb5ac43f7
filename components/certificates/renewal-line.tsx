import type { CertificateView, MeView } from '#lib/api/schemas.ts'
import { formatDate, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { type Renewal, renewalOf } from '#lib/renewal.ts'

type RenewalLineProps = {
  readonly certificate: CertificateView
  readonly policy: MeView['policy']
  readonly reader: Reader
  readonly words: Dictionary['certificate']['renewal']
}

/** Says until when the certificate can be renewed without a sign-in. */
export function RenewalLine({ certificate, policy, reader, words }: RenewalLineProps) {
  const renewal = renewalOf(certificate, policy, reader.now)
  const date = (at: Date | null) => (at === null ? '' : formatDate(reader, at, 'long'))
  const dates =
    renewal.kind === 'over' ? {} : { from: date(renewal.from), until: date(renewal.until) }
  return <p className="small mute mt-3">{fill(words[wordOf(renewal)], dates)}</p>
}

function wordOf(renewal: Renewal): keyof Dictionary['certificate']['renewal'] {
  if (renewal.kind === 'over') return 'over'
  const { from, until } = renewal
  if (from === null) return until === null ? 'always' : 'until'
  return until === null ? 'from' : 'fromUntil'
}
