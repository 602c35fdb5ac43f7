import { HelpHere } from '#components/shell/help-here.tsx'
import { Button } from '#components/ui/button.tsx'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import type { Confirming } from './use-confirmation.ts'

type ConfirmNoteProps = {
  readonly confirming: Confirming
  /** Says what for. */
  readonly ask: string
  readonly words: Dictionary['stepUp']
  readonly onOpenAgain: () => void
}

/** What to do about a confirmation, beside the button that opens the window. */
export function ConfirmNote({ confirming, ask, words, onOpenAgain }: ConfirmNoteProps) {
  if (confirming.kind === 'waiting') {
    return (
      <div className="row mt-4 rounded-control bg-sunken px-4 py-3">
        <span role="status">{words.waiting}</span>
        <Button size="small" onClick={onOpenAgain}>
          {words.again}
        </Button>
        <Help />
      </div>
    )
  }
  const { reason, name } = confirming
  const { title, what, can } = words.reasons[reason]
  const text = reason === 'asked' ? ask : `${fill(what, { other: name ?? '' })} ${can.join(' ')}`
  return (
    <div className="mt-4 rounded-control bg-sunken px-4 py-3" role="alert">
      <h3>{title}</h3>
      <p className="small mt-1">{text}</p>
      <Help />
    </div>
  )
}

function Help() {
  return (
    <p className="row small mt-1.5 gap-x-4 empty:hidden">
      <HelpHere />
    </p>
  )
}
