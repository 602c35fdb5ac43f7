import type { CertificateView, PropagationView } from '#lib/api/schemas.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { formatNearMoment, formatSpan, type Reader } from './format.ts'

/** What relying parties really learn of a certificate, beside what its page says: pure. */

/** What one channel says, or why it says nothing. */
export type ChannelAnswer =
  | {
      readonly kind: 'said'
      /** `unknown`: it knows no such certificate. */
      readonly state: 'good' | 'hold' | 'revoked' | 'unknown'
      /** When it was true, and until when it may be believed. */
      readonly from: Date
      readonly until: Date
    }
  /** It cannot know now, and says so. */
  | { readonly kind: 'later' }
  | { readonly kind: 'silent' }
  /** What came is not an answer of the CA that is in its time. */
  | { readonly kind: 'refused' }

/** Of the OCSP responder and of the published CRL. */
export type RelyingPartyView = { readonly ocsp: ChannelAnswer; readonly list: ChannelAnswer }

/** `behind`: it says something else than the page. `none`: it says nothing that could be compared. */
export type Agreement = 'same' | 'behind' | 'none'

/** A channel beside the page. */
export function agreementOf({ status }: CertificateView, answer: ChannelAnswer): Agreement {
  // The page cannot tell what would be right.
  if (status.state === 'unknown') return answer.kind === 'later' ? 'same' : 'none'
  if (answer.kind !== 'said') return 'none'
  return answer.state === status.state ? 'same' : 'behind'
}

/** All channels beside the page. */
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

/** What a channel says, in a sentence: from when it is and until when, or what is the matter. */
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

/** Long enough that syncs, caches and clocks explain nothing any more. */
const OVERDUE_MS = 5 * 60_000

/** What stopped so long ago should have come there. When a certificate became good again is not known. */
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
