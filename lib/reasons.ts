import type { CertificateView, MeView, PropagationView } from '#lib/api/schemas.ts'
import { formatDate, formatMoment, formatSpan, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill, isIn } from '#lib/i18n/fill.ts'
import type { StatusReason } from '#lib/policy/status-types.ts'
import { sameName } from '#lib/policy/text.ts'
import { returnSeconds } from './propagation.ts'

export type Rules = {
  /** Null while the authority cannot tell it; nothing is said then of what follows from it. */
  readonly policy: MeView['policy'] | null
  readonly propagation: PropagationView
  /** The reader's user principal name: what they did themselves is told as theirs. */
  readonly upn: string | null
}

type Why = Dictionary['certificate']['why']

/** Why a certificate stands as it does, as one to three sentences. */
export function reasonOf(
  certificate: CertificateView,
  rules: Rules,
  reader: Reader,
  words: Dictionary,
): string {
  const { why } = words.certificate
  const { status } = certificate
  const since = new Date(status.since ?? status.asOf)
  const values = {
    date: formatDate(reader, endOf(certificate, since), 'long'),
    time: formatMoment(
      reader,
      status.state === 'unknown' ? new Date(status.asOf) : since,
      words.common,
    ),
    span: formatSpan(returnSeconds(rules.propagation), words.common),
    by: status.by ?? why.somebody,
  }
  const sentence = fill(sentenceOf(certificate, rules, why), values)
  const final = finalOf(certificate, rules, reader, words)
  return final === null ? sentence : `${sentence} ${final}`
}

function sentenceOf(certificate: CertificateView, rules: Rules, why: Why): string {
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

/** Holds that time makes final, by the setting that says after how many days; see directoryEffect. */
const FINAL_AFTER = {
  device_absent: 'restoreDays',
  owner_absent: 'restoreDays',
  account_absent: 'restoreDays',
  owner_changed: 'transferDays',
} as const satisfies { readonly [reason in StatusReason]?: keyof MeView['policy'] }

const DAY_MS = 86_400_000

/** When this hold becomes a revocation, in words; null when it never does by itself. */
function finalOf(
  { status }: CertificateView,
  { policy }: Rules,
  reader: Reader,
  { certificate: { why }, common }: Dictionary,
): string | null {
  const { state, reason, since } = status
  if (state !== 'hold' || !isIn(reason, FINAL_AFTER)) return null
  if (policy === null || since === null) return why.finalSometime
  const at = new Date(Date.parse(since) + policy[FINAL_AFTER[reason]] * DAY_MS)
  // It is past when the directory is read next.
  if (at <= reader.now) return why.finalSometime
  return fill(why.finalAt, { time: formatMoment(reader, at, common) })
}

/** The date a sentence speaks of: the day it was revoked, else the last day. */
function endOf(certificate: CertificateView, since: Date): Date {
  return certificate.status.state === 'revoked' ? since : new Date(certificate.notAfter)
}
