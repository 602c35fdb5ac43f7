import type { ConfirmReason } from '#components/step-up/messages.ts'
import type { NoteTone } from '#components/ui/note.tsx'
import type { ErrorCode } from '#lib/errors.ts'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill, isIn } from '#lib/i18n/fill.ts'
import type { StepName } from './making.ts'
import type { Trouble } from './making-trouble.ts'

export type Stopped = { readonly step: StepName; readonly trouble: Trouble }

export type WayOn =
  | 'retry'
  | 'confirm'
  | 'newTab'
  | 'message'
  | 'chooseAgain'
  | 'signIn'
  | 'reload'
  | 'wrapAgain'
  | 'separate'

export type TroubleView = {
  readonly tone: NoteTone
  readonly title: string
  readonly what: string
  /** What the reader can do, in order; empty when nothing is needed. */
  readonly can: readonly string[]
  /** Buttons; the first one is the primary button. */
  readonly ways: readonly WayOn[]
  /** Seconds until an automatic retry; null for none. */
  readonly retryAfterSeconds: number | null
  readonly code: string
}

type Words = EnrollWords['trouble']

/** Texts and buttons for an error. One table for everything that can fail. */
export function troubleView(
  { step, trouble }: Stopped,
  { trouble: words, stepUp }: Pick<EnrollWords, 'trouble' | 'stepUp'>,
): TroubleView {
  const { kinds } = words
  switch (trouble.kind) {
    case 'refused':
      return refusedView(trouble, words)
    case 'confirm':
      return confirmView(trouble, stepUp)
    case 'later':
      return { ...waiting(laterWords(trouble.code, words)), ...trouble, ways: ['retry'] }
    case 'offline':
      return { ...waiting(kinds.offline), code: 'offline' }
    case 'lost':
      return { ...waiting(kinds.lost), code: 'no_answer', ways: ['retry'] }
    case 'signed_out':
      return { ...hold(kinds.signed_out), code: 'session_required', ways: ['signIn', 'retry'] }
    case 'stale':
      return { ...hold(kinds.stale), code: 'page_outdated', ways: ['reload'] }
    case 'broken':
      return brokenView(step, words)
  }
}

/** Refusals that only IT can resolve are marked, so that the page offers a message for them. */
const REFUSED = {
  device_not_compliant: ['retry', 'chooseAgain'],
  device_not_managed: ['retry', 'chooseAgain'],
  device_too_new: ['retry', 'chooseAgain'],
  device_disabled: ['message', 'retry', 'chooseAgain'],
  device_lost: ['retry', 'chooseAgain'],
  ownership_changed: ['retry', 'message', 'chooseAgain'],
  principal_disabled: ['message', 'retry'],
  not_owner: ['message', 'retry', 'chooseAgain'],
  missing_role: ['message', 'signIn'],
} as const satisfies { readonly [code in ErrorCode]?: readonly WayOn[] }

function refusedView(trouble: Extract<Trouble, { kind: 'refused' }>, words: Words): TroubleView {
  const { code, message, remedy } = trouble
  if (isIn(code, REFUSED)) return { ...hold(words.kinds[code]), code, ways: REFUSED[code] }
  // A rule without a text of its own here gets the rule's own sentences.
  const own = { ...words.kinds.refused, what: message }
  const can = remedy === null ? own.can : [remedy, ...own.can.slice(1)]
  return { ...hold({ ...own, can }), code, ways: ['chooseAgain', 'retry', 'message'] }
}

function confirmView(
  { reason, name }: Extract<Trouble, { kind: 'confirm' }>,
  { reasons }: EnrollWords['stepUp'],
): TroubleView {
  const { title, what, can } = reasons[reason]
  return {
    ...hold({ title, what: fill(what, { other: name ?? '' }), can }),
    code: 'step_up_required',
    ways: WAYS_TO_CONFIRM[reason] ?? ['confirm', 'chooseAgain'],
  }
}

const WAYS_TO_CONFIRM: { readonly [reason in ConfirmReason]?: readonly WayOn[] } = {
  blocked: ['confirm', 'newTab', 'chooseAgain'],
  failed: ['confirm', 'message', 'chooseAgain'],
}

function laterWords(code: string, { kinds }: Words) {
  switch (code) {
    case 'directory_unavailable':
      return kinds.directory_unavailable
    case 'rate_limited':
    case 'quota_exceeded':
      return kinds.busy
    default:
      return kinds.server
  }
}

function brokenView(step: StepName, { kinds }: Words): TroubleView {
  switch (step) {
    case 'key':
      return { ...hold(kinds.key), code: 'key_not_made', ways: ['retry', 'chooseAgain'] }
    case 'wrap':
      return { ...hold(kinds.wrap), code: 'file_not_opened', ways: ['wrapAgain', 'separate'] }
    default:
      return { ...hold(kinds.broken), code: 'internal', ways: ['retry', 'message'] }
  }
}

function waiting({ title, what }: { readonly title: string; readonly what: string }) {
  return { tone: 'info', title, what, can: [], ways: [], retryAfterSeconds: null } as const
}

function hold(words: {
  readonly title: string
  readonly what: string
  readonly can: readonly string[]
}) {
  return { tone: 'hold', ...words, retryAfterSeconds: null } as const
}
