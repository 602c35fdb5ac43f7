import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'

type LeaveDialogProps = {
  readonly open: boolean
  /** What would be lost. */
  readonly text: string
  readonly words: EnrollWords['make']['leave']
  readonly onStay: () => void
  readonly onLeave: () => void
}

/** Asks before something is lost that cannot be restored. */
export function LeaveDialog({ open, text, words, onStay, onLeave }: LeaveDialogProps) {
  return (
    <Dialog
      open={open}
      onClose={onStay}
      title={words.title}
      actions={
        <>
          <Button onClick={onStay}>{words.stay}</Button>
          <Button variant="danger" onClick={onLeave}>
            {words.go}
          </Button>
        </>
      }
    >
      <p>{text}</p>
    </Dialog>
  )
}
