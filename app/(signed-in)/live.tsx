import { LiveList } from '#components/certificates/live-list.tsx'
import type { CertificateView } from '#lib/api/schemas.ts'
import { portal } from '#lib/auth/portal.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { liveListOf } from '#lib/live-status.ts'
import { deviceOf } from '#lib/overview.ts'

type LiveProps = {
  readonly certificates: readonly CertificateView[]
  readonly devices: Parameters<typeof deviceOf>[1]
  readonly words: Dictionary
}

/** Updates the page while it is open. */
export function Live({ certificates, devices, words }: LiveProps) {
  const named = certificates.map((certificate) => ({
    certificate,
    name: deviceOf(certificate, devices)?.displayName ?? certificate.displayName,
  }))
  return <LiveList list={liveListOf(named, words.certificate)} everyMs={lookMs()} />
}

/** Milliseconds between two updates of an open page; shorter in the sandbox, where people watch changes. */
export function lookMs(): number {
  return portal().config.sandbox ? 5_000 : 30_000
}
