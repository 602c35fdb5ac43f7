import { LatchkeyError } from '#lib/errors.ts'
import type { Confirmation } from '#lib/model.ts'
import type { Authority } from './authority.ts'

/** Uses up the confirmation of a change; null where there was nothing to confirm. */
export async function useConfirmation(
  { ledger, now }: Pick<Authority, 'ledger' | 'now'>,
  confirmation: Confirmation | null,
): Promise<void> {
  if (confirmation && !(await ledger.takeConfirmation(confirmation, now()))) {
    throw confirmationUsed()
  }
}

/** The error for a sign-in that confirmed the same request before. */
export function confirmationUsed(): LatchkeyError {
  return new LatchkeyError('step_up_required', 'This confirmation was used already.', {
    rule: 'step_up',
    remedy: 'Sign in once more for this request, in the portal.',
  })
}
