import type { CertificateView } from '#lib/api/schemas.ts'
import { formatTime, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill, isIn } from '#lib/i18n/fill.ts'

/** What an open page polls, with the texts for its result. */
export type LiveStatus = {
  /** Differs when the status of the certificate has changed. */
  readonly version: string
  /** Text for a reader who asked when nothing has changed: "Checked 10:47: still not compliant." */
  readonly still: string
  /** Text for a reader who asked when it has changed: "Checked 10:47: now good." */
  readonly now: string
}

type Words = Dictionary['certificate']

/** Gives the status of a certificate now, as text. */
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

/** Made of state, reason and since when; the time of the last reading is not part of it. */
export function versionOf({ status }: CertificateView): string {
  return [status.state, status.reason ?? '', status.since ?? ''].join(' ')
}

/** What an open page of many certificates polls, with the texts for those that changed. */
export type LiveList = {
  readonly version: string
  readonly items: readonly {
    readonly serial: string
    readonly version: string
    /** "ALICE-LT-042 is now good." */
    readonly changed: string
  }[]
}

type Named = { readonly certificate: CertificateView; readonly name: string }

export function liveListOf(named: readonly Named[], words: Words): LiveList {
  return {
    version: versionOfAll(named.map(({ certificate }) => certificate)),
    items: named.map(({ certificate, name }) => ({
      serial: certificate.serial,
      version: versionOf(certificate),
      changed: changeOf(certificate, name, words),
    })),
  }
}

/** Also differs when a certificate was added or removed. */
export function versionOfAll(certificates: readonly CertificateView[]): string {
  return certificates.map((one) => `${one.serial} ${versionOf(one)}`).join('\n')
}

/** "ALICE-LT-042 is now good." */
export function changeOf(certificate: CertificateView, name: string, words: Words): string {
  return fill(words.checking.changed, { name, how: howOf(certificate, words) })
}

function howOf({ status }: CertificateView, { how }: Words): string {
  const { state, reason } = status
  if (state !== 'hold') return how[state]
  return isIn(reason, how.hold) ? how.hold[reason] : how.hold.other
}
