import type { CertificateView } from '#lib/api/schemas.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'

export type Reading = {
  readonly what: string
  readonly steps: readonly string[]
  /** The text to send to IT, where only they can help. */
  readonly message: string | null
}

type About = { readonly name: string; readonly why: string; readonly person: string }

/** What happened to a certificate that does not work, and what its owner can do. Null when all is well. */
export function readingOf(
  certificate: CertificateView,
  about: About,
  words: Dictionary['certificate'],
): Reading | null {
  const { state, reason } = certificate.status
  const { happened, todo } = words
  const message = fill(words.itMessage, { ...about, serial: certificate.serial })
  if (state === 'hold' && reason === 'device_not_compliant') {
    const steps = todo.device_not_compliant.map((step) => fill(step, { name: about.name }))
    return { what: happened.device_not_compliant, steps, message }
  }
  if (state === 'hold' && reason === 'device_left_intune') {
    return { what: happened.hold, steps: todo.replace, message }
  }
  if (state === 'hold' && reason === 'account_at_risk') {
    return { what: happened.hold, steps: todo.account_at_risk, message: null }
  }
  if (state === 'hold' && reason === 'lost_device') {
    return { what: happened.hold, steps: todo.lost_device, message: null }
  }
  if (state === 'hold') return { what: happened.hold, steps: todo.it, message }
  if (state === 'revoked') return { what: happened.revoked, steps: todo.replace, message: null }
  return null
}
