import type { Proof } from '#components/step-up/messages.ts'
import { useConfirmation } from '#components/step-up/use-confirmation.ts'
import type { ActionResult } from '#lib/errors.ts'
import type { Failed } from '#lib/i18n/words.ts'
import { type ChangeOptions, useChange } from './use-change.ts'

/** As useChange, for changes that the authority may want confirmed by a new sign-in. */
export function useConfirmedChange(failed: Failed, options?: ChangeOptions) {
  const { forget, run, ...change } = useChange(failed, options)
  const confirmation = useConfirmation()
  return {
    ...change,
    run,
    /** `subject` is what is confirmed. Must be called by a click, which may open the window. */
    runConfirmed: (
      subject: string,
      change: (proof: Proof | null) => Promise<ActionResult<null>>,
      onDone: () => void,
    ) => run(() => confirmation.run(subject, change), onDone),
    /** Null while nothing has to be confirmed. */
    confirming: confirmation.confirming,
    openAgain: confirmation.openAgain,
    forget: () => {
      forget()
      confirmation.forget()
    },
  }
}
