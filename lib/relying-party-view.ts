import type { CertificateView, PropagationView } from '#lib/api/schemas.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { formatNearMoment, formatSpan, type Reader } from './format.ts'

/** What relying parties get to know of a certificate, compared with the status in the portal. Pure. */

/** The status by one channel, or why it gives none. */
export type ChannelAnswer =
  | {
      readonly kind: 'said'
      /** `unknown`: the channel knows no such certificate. */
      readonly state: 'good' | 'hold' | 'revoked' | 'unknown'
      /** thisUpdate and nextUpdate. */
      readonly from: Date
      readonly until: Date
    }
  /** The channel cannot know the status now (tryLater, or no current CRL). */
  | { readonly kind: 'later' }
  | { readonly kind: 'silent' }
  /** The answer is not signed by the CA, or not current. */
  | { readonly kind: 'refused' }

/** The view by the OCSP responder and by the published CRL. */
export type RelyingPartyView = { readonly ocsp: ChannelAnswer; readonly list: ChannelAnswer }

/** `behind`: the channel has another status than the portal. `none`: it has none that could be compared. */
export type Agreement = 'same' | 'behind' | 'none'

/** Compares a channel with the portal. */
export function agreementOf({ status }: CertificateView, answer: ChannelAnswer): Agreement {
  // The portal does not know the status itself.
  if (status.state === 'unknown') return answer.kind === 'later' ? 'same' : 'none'
  if (answer.kind !== 'said') return 'none'
  return answer.state === status.state ? 'same' : 'behind'
}

/** Compares all channels with the portal. */
export function agreementOfAll(
  certificate: CertificateView,
  { ocsp, list }: RelyingPartyView,
): Agreement {
  const found = [ocsp, list].map((answer) => agreementOf(certificate, answer))
  if (found.includes('behind')) return 'behind'
  return found.every((one) => one === 'same') ? 'same' : 'none'
}

type Context = {
  readonly certificate: CertificateView
  readonly propagation: PropagationView
  readonly reader: Reader
  readonly words: Dictionary
}

/** Gives what a channel says as a sentence: its status with its times, or the problem. */
export function sentenceOf(
  channel: keyof RelyingPartyView,
  answer: ChannelAnswer,
  context: Context,
): string {
  const { certificate, propagation, reader, words } = context
  const said = words.relyingParty.answers[channel]
  if (answer.kind !== 'said') return said[answer.kind]
  const values = {
    from: formatNearMoment(reader, answer.from, words.common),
    until: formatNearMoment(reader, answer.until, words.common),
    span: formatSpan(propagation.list, words.common),
  }
  if (agreementOf(certificate, answer) !== 'behind') return fill(said.said, values)
  return fill(isOverdue(certificate, answer, context) ? said.overdue : said.behind, values)
}

/** Longer than syncs, caches and differing clocks explain. */
const OVERDUE_MS = 5 * 60_000

/**
 * Whether the channel should know of the change by now. When a certificate became good again is not known.
 */
function isOverdue(
  { status }: CertificateView,
  answer: Extract<ChannelAnswer, { kind: 'said' }>,
  { propagation, reader }: Context,
): boolean {
  const expectedMs = (propagation.directory + propagation.list) * 1000 + OVERDUE_MS
  const since = status.since === null ? null : Date.parse(status.since)
  return (
    since !== null && answer.from.getTime() < since && reader.now.getTime() - since > expectedMs
  )
}
