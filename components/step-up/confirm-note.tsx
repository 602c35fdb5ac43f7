import { Button } from '#components/ui/button.tsx'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import type { Confirming } from './use-confirmation.ts'

type ConfirmNoteProps = {
  readonly confirming: Confirming
  readonly words: Dictionary['stepUp']
  readonly onOpenAgain: () => void
}

/** What to do about a confirmation, in a dialog; the dialog's own button opens the window. */
export function ConfirmNote({ confirming, words, onOpenAgain }: ConfirmNoteProps) {
  if (confirming.kind === 'waiting') {
    return (
      <div className="row mt-4 rounded-control bg-sunken px-4 py-3">
        <span role="status">{words.waiting}</span>
        <Button size="small" onClick={onOpenAgain}>
          {words.again}
        </Button>
      </div>
    )
  }
  const { reason, name } = confirming
  const { title, what, can } = words.reasons[reason]
  const text = reason === 'asked' ? words.ask : fill(what, { other: name ?? '' })
  return (
    <div className="mt-4 rounded-control bg-sunken px-4 py-3" role="alert">
      <p className="font-semibold">{title}</p>
      <p className="small mt-1">{reason === 'asked' ? text : `${text} ${can.join(' ')}`}</p>
    </div>
  )
}
