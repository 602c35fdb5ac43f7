import type { CertificateView, MeView, PropagationView } from '#lib/api/schemas.ts'
import { formatDate, formatMoment, formatSpan, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill, isIn } from '#lib/i18n/fill.ts'
import type { StatusReason } from '#lib/policy/status-types.ts'
import { sameName } from '#lib/policy/text.ts'
import { returnSeconds } from './propagation.ts'

export type Rules = {
  /** Null while the authority does not give it; sentences that depend on it are left out then. */
  readonly policy: MeView['policy'] | null
  readonly propagation: PropagationView
  /** The reader's user principal name, by which their own actions are recognised. */
  readonly upn: string | null
}

type Why = Dictionary['certificate']['why']

/** Gives why a certificate has its status, in one to three sentences. */
export function reasonOf(
  certificate: CertificateView,
  rules: Rules,
  reader: Reader,
  words: Dictionary,
): string {
  const text = textOf(certificate, rules, words.certificate.why)
  const sentence = fill(text, valuesOf(certificate, rules, reader, words))
  const final = finalOf(certificate, rules, reader, words)
  return final === null ? sentence : `${sentence} ${final}`
}

/** Gives the reason alone, without what is to be expected or done: for a message to who can help. */
export function causeOf(
  certificate: CertificateView,
  rules: Rules,
  reader: Reader,
  words: Dictionary,
): string {
  // Before the gaps are filled no date has a full stop.
  const cause = textOf(certificate, rules, words.certificate.why).replace(/(?<=\.) .*$/, '')
  return fill(cause, valuesOf(certificate, rules, reader, words))
}

function valuesOf(
  certificate: CertificateView,
  { propagation }: Rules,
  reader: Reader,
  { certificate: { why }, common }: Dictionary,
) {
  const { state, since: at, asOf, by } = certificate.status
  const since = new Date(at ?? asOf)
  return {
    date: formatDate(reader, endOf(certificate, since), 'long'),
    time: formatMoment(reader, state === 'unknown' ? new Date(asOf) : since, common),
    span: formatSpan(returnSeconds(propagation), common),
    by: by ?? why.somebody,
  }
}

function textOf(certificate: CertificateView, rules: Rules, why: Why): string {
  const { state, reason, by } = certificate.status
  const isReaders = by !== null && rules.upn !== null && sameName(by, rules.upn)
  switch (state) {
    case 'good':
      return certificate.profile === 'device' ? goodDevice(rules, why) : why.good_user
    case 'expired':
    case 'unknown':
      return why[state]
    case 'hold':
      if (reason === 'lost_device' && certificate.profile !== 'device') return why.lost_self
      if (reason === 'lost_device' && isReaders) return why.lost_by_you
      return wordsFor(reason, why.hold)
    case 'revoked':
      if (reason === 'by_owner' && isReaders) return why.revoked_by_you
      return wordsFor(reason, why.revoked)
  }
}

function goodDevice({ policy }: Rules, why: Why): string {
  if (policy?.deviceFollowsOwner) {
    return policy.holdNonCompliant ? why.good_device_owned : why.good_device_any_owned
  }
  return policy?.holdNonCompliant ? why.good_device : why.good_device_any
}

function wordsFor<Reason extends string>(
  reason: string | null,
  words: Readonly<Record<Reason | 'other', string>>,
): string {
  return isIn(reason, words) ? words[reason] : words.other
}

/** Holds that become permanent after a time, by the setting with the number of days. */
const FINAL_AFTER = {
  device_absent: 'restoreDays',
  owner_absent: 'restoreDays',
  account_absent: 'restoreDays',
  owner_changed: 'transferDays',
} as const satisfies { readonly [reason in StatusReason]?: keyof MeView['policy'] }

const DAY_MS = 86_400_000

/** Gives when this hold becomes a revocation, as text; null when it never does by itself. */
function finalOf(
  { status }: CertificateView,
  { policy, propagation }: Rules,
  reader: Reader,
  { certificate: { why }, common }: Dictionary,
): string | null {
  const { state, reason, since } = status
  if (state !== 'hold' || (reason !== 'lost_device' && !isIn(reason, FINAL_AFTER))) return null
  const days = reason === 'lost_device' ? propagation.lostDays : policy?.[FINAL_AFTER[reason]]
  if (days === undefined || since === null) return why.finalSometime
  const at = new Date(Date.parse(since) + days * DAY_MS)
  // The time is past, so the next sync or the next turn of the job revokes.
  if (at <= reader.now) return why.finalSometime
  return fill(why.finalAt, { time: formatMoment(reader, at, common) })
}

/** Gives the date in a sentence: of the revocation, else the last day of validity. */
function endOf(certificate: CertificateView, since: Date): Date {
  return certificate.status.state === 'revoked' ? since : new Date(certificate.notAfter)
}
