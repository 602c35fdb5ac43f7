import type { CertificateView } from '#lib/api/schemas.ts'
import { formatTime, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { BUDGET_MIN } from '#lib/reasons.ts'

/** What an open page asks for again and again, and the words for what it finds. */
export type LiveStatus = {
  /** Another one means that the certificate stands otherwise than before. */
  readonly version: string
  /** For who asked, when nothing has changed: "Checked 10:47: still not compliant." */
  readonly still: string
  /** For who asked, when it has: "Checked 10:47: now good." */
  readonly now: string
}

type Words = Dictionary['certificate']

/** How a certificate stands at this moment. */
export function liveStatusOf(
  certificate: CertificateView,
  reader: Reader,
  words: Words,
): LiveStatus {
  const told = { time: formatTime(reader, reader.now), how: howOf(certificate, words) }
  return {
    version: versionOf(certificate),
    still: fill(words.checking.still, told),
    now: fill(words.checking.now, told),
  }
}

/** State, reason and since when; the time of the last reading is not part of it. */
export function versionOf({ status }: CertificateView): string {
  return [status.state, status.reason ?? '', status.since ?? ''].join(' ')
}

/** "ALICE-LT-042 is now good." */
export function changeOf(certificate: CertificateView, name: string, words: Words): string {
  return fill(words.checking.changed, { name, how: howOf(certificate, words) })
}

/** The last moment at which somebody may still believe the answer before this one. */
export function rememberedUntil({ status }: CertificateView): Date {
  return new Date(Date.parse(status.asOf) + BUDGET_MIN * 60_000)
}

function howOf({ status }: CertificateView, { how }: Words): string {
  const { state, reason } = status
  if (state === 'hold' && reason !== null && reason in how) return how[reason as keyof typeof how]
  return how[state]
}
