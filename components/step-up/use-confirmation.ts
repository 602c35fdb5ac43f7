import { useRef, useState } from 'react'
import type { ActionResult } from '#lib/errors.ts'
import { type Attempt, beginAttempt, outcomeOf, reopen } from './attempt.ts'
import type { ConfirmReason, Outcome, Proof } from './messages.ts'

/** How a confirmation stands: waited for, or why there is none. */
export type Confirming =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'none'; readonly reason: ConfirmReason; readonly name: string | null }

/** Confirms one change by a sign-in in a small window, where the authority asks for it. */
export function useConfirmation() {
  const [confirming, setConfirming] = useState<Confirming | null>(null)
  const attempt = useRef<Attempt | null>(null)

  /** Must be called by a click: after the authority asked, it opens the window. */
  const run = async (
    text: string,
    change: (proof: Proof | null) => Promise<ActionResult<null>>,
  ): Promise<ActionResult<null>> => {
    const outcome = confirming === null ? null : await confirm(text)
    if (outcome?.kind === 'none') {
      setConfirming(outcome)
      return NOT_CONFIRMED
    }
    const result = await change(outcome?.kind === 'proof' ? outcome.proof : null)
    const isAsked =
      !result.ok && result.code === 'step_up_required' && result.rule !== 'step_up_setup'
    setConfirming(isAsked ? { kind: 'none', reason: 'asked', name: null } : null)
    return result
  }

  const confirm = async (text: string): Promise<Outcome> => {
    const begun = beginAttempt()
    attempt.current = begun
    // What is set before the first await would be shown only at the end of the transition.
    await Promise.resolve()
    setConfirming({ kind: 'waiting' })
    const outcome = await outcomeOf(begun, { text })
    if (attempt.current === begun) attempt.current = null
    return outcome
  }

  return {
    /** Null while nothing has to be confirmed. */
    confirming,
    run,
    openAgain: () => {
      if (attempt.current) reopen(attempt.current)
    },
    forget: () => {
      attempt.current?.cancel()
      setConfirming(null)
    },
  }
}

const NOT_CONFIRMED: ActionResult<null> = {
  ok: false,
  code: 'step_up_required',
  message: 'The request was not confirmed.',
  rule: null,
  remedy: null,
  retryAfterSeconds: null,
}
