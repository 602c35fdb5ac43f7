import type { CertificateView } from '#lib/api/schemas.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill, isIn } from '#lib/i18n/fill.ts'
import type { HoldReason } from '#lib/i18n/words.ts'

export type Reading = {
  readonly what: string
  readonly steps: readonly string[]
  /** A message for IT, when only they can help. */
  readonly message: string | null
  /** Whether a new certificate is the way on. */
  readonly isForNew: boolean
}

type About = {
  readonly name: string
  /** The reason alone, for the message. */
  readonly why: string
  readonly person: string
}

/** What happened to a certificate that cannot be used, and what its owner can do. Null for a good one. */
export function readingOf(
  certificate: CertificateView,
  about: About,
  words: Dictionary['certificate'],
): Reading | null {
  const { state, reason } = certificate.status
  const { happened, todo } = words
  if (state === 'revoked') {
    return { what: happened.revoked, steps: todo.replace, message: null, isForNew: true }
  }
  if (state !== 'hold') return null
  const { what, steps, isForIt } = isIn(reason, HOLDS) ? HOLDS[reason] : FOR_IT
  return {
    what: happened[what],
    steps: todo[steps].map((step) => fill(step, { name: about.name })),
    message: isForIt ? fill(words.itMessage, { ...about, serial: certificate.serial }) : null,
    isForNew: steps === 'replace' || steps === 'account_renamed',
  }
}

type Words = Dictionary['certificate']
type Help = {
  readonly what: keyof Words['happened']
  readonly steps: keyof Words['todo']
  /** Whether IT can help, so that the page offers a message for them. */
  readonly isForIt: boolean
}

const FOR_IT: Help = { what: 'hold', steps: 'it', isForIt: true }
const ENDING: Help = { what: 'ending', steps: 'ending', isForIt: false }

const HOLDS: Readonly<Record<HoldReason, Help>> = {
  device_not_compliant: {
    what: 'device_not_compliant',
    steps: 'device_not_compliant',
    isForIt: true,
  },
  device_left_intune: { what: 'hold', steps: 'replace', isForIt: true },
  device_disabled: FOR_IT,
  device_absent: { what: 'hold', steps: 'device_absent', isForIt: true },
  device_deleted: ENDING,
  device_retiring: { what: 'hold', steps: 'device_retiring', isForIt: true },
  device_retired: ENDING,
  owner_changed: { what: 'hold', steps: 'owner_changed', isForIt: true },
  owner_disabled: FOR_IT,
  owner_at_risk: { what: 'hold', steps: 'owner_at_risk', isForIt: false },
  owner_absent: FOR_IT,
  owner_deleted: ENDING,
  account_disabled: FOR_IT,
  account_absent: FOR_IT,
  account_deleted: ENDING,
  account_at_risk: { what: 'hold', steps: 'account_at_risk', isForIt: false },
  account_renamed: { what: 'hold', steps: 'account_renamed', isForIt: false },
  name_reused: ENDING,
  lost_device: { what: 'hold', steps: 'lost_device', isForIt: false },
  by_operator: FOR_IT,
  directory_unknown: FOR_IT,
}
