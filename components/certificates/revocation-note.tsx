import { ConfirmNote } from '#components/step-up/confirm-note.tsx'
import type { Confirming } from '#components/step-up/use-confirmation.ts'
import { Refusal } from '#components/ui/refusal.tsx'
import type { Dictionary } from '#lib/i18n/dictionary.ts'

export type RevocationState = {
  /** How the confirmation by a new sign-in stands; null while none is asked for. */
  readonly confirming: Confirming | null
  /** Why the revocation failed, or null. */
  readonly refusal: string | null
  readonly openAgain: () => void
}

type RevocationNoteProps = {
  readonly state: RevocationState
  readonly words: Dictionary['stepUp']
}

/** Beside the button that revokes: what to do about the confirmation, or why it failed. */
export function RevocationNote({ state, words }: RevocationNoteProps) {
  const { confirming, refusal, openAgain } = state
  if (!confirming) return <Refusal text={refusal} />
  return (
    <ConfirmNote
      confirming={confirming}
      ask={words.askRevoke}
      words={words}
      onOpenAgain={openAgain}
    />
  )
}
