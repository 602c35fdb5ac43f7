import { HelpHere } from '#components/shell/help-here.tsx'
import { AlertDialog } from '#components/ui/alert-dialog.tsx'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { ConfirmNote } from './confirm-note.tsx'
import type { Confirming } from './use-confirmation.ts'

type ConfirmDialogProps = {
  readonly confirming: Confirming
  /** Says what for. */
  readonly ask: string
  readonly cancel: string
  readonly busy: boolean
  readonly words: Dictionary['stepUp']
  readonly onClose: () => void
  /** Opens the window; called by a click. */
  readonly onConfirm: () => void
  readonly onOpenAgain: () => void
}

/** Asks for the confirmation of a change that has no dialog of its own. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { confirming, ask, cancel, busy, words } = props
  const isAsked = confirming.kind === 'none' && confirming.reason === 'asked'
  return (
    <AlertDialog
      open
      onClose={props.onClose}
      title={words.window.title}
      text={ask}
      safe={cancel}
      sure={words.open}
      busy={busy}
      onSure={props.onConfirm}
    >
      {isAsked ? (
        <p className="row small mt-3 gap-x-4 empty:hidden">
          <HelpHere />
        </p>
      ) : (
        <ConfirmNote
          confirming={confirming}
          ask={ask}
          words={words}
          onOpenAgain={props.onOpenAgain}
        />
      )}
    </AlertDialog>
  )
}
