import type { CertificateView, PaceView } from '#lib/api/schemas.ts'
import { formatDate, formatMoment, formatSpan, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { returnSeconds } from '#lib/pace.ts'

export type Rules = {
  /** The policy's holdNonCompliant: without it a device that is not compliant keeps its certificate. */
  readonly complianceCounts: boolean
  readonly pace: PaceView
}

/** Why a certificate stands as it does, as one or two sentences. */
export function reasonOf(
  certificate: CertificateView,
  { complianceCounts, pace }: Rules,
  reader: Reader,
  words: Dictionary,
): string {
  const { why } = words.certificate
  const { status } = certificate
  const since = new Date(status.since ?? status.asOf)
  return fill(sentenceOf(certificate, complianceCounts, why), {
    date: formatDate(reader, endOf(certificate, since), 'long'),
    time: formatMoment(
      reader,
      status.state === 'unknown' ? new Date(status.asOf) : since,
      words.common,
    ),
    span: formatSpan(returnSeconds(pace), words.common),
  })
}

function sentenceOf(
  certificate: CertificateView,
  complianceCounts: boolean,
  why: Dictionary['certificate']['why'],
): string {
  const { state, reason } = certificate.status
  switch (state) {
    case 'good':
      if (certificate.profile !== 'device') return why.good_user
      return complianceCounts ? why.good_device : why.good_device_any
    case 'expired':
    case 'unknown':
      return why[state]
    case 'hold':
      if (reason === 'by_operator') return why.held_by_operator
      if (reason === 'lost_device' && certificate.profile !== 'device') return why.lost_self
      return wordsFor(reason, why) ?? why.hold
    case 'revoked':
      return wordsFor(reason, why) ?? why.revoked
  }
}

function wordsFor(reason: string | null, why: Dictionary['certificate']['why']): string | null {
  return Object.entries(why).find(([name]) => name === reason)?.[1] ?? null
}

/** The date a sentence speaks of: the day it was revoked, else the last day. */
function endOf(certificate: CertificateView, since: Date): Date {
  return certificate.status.state === 'revoked' ? since : new Date(certificate.notAfter)
}
