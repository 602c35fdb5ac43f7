'use client'

import { useState } from 'react'
import { AlertDialog } from '#components/ui/alert-dialog.tsx'
import { Button } from '#components/ui/button.tsx'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import type { Failed } from '#lib/i18n/words.ts'
import { focusHeading } from './focus-heading.ts'
import { RevocationNote } from './revocation-note.tsx'
import { useRetirement } from './use-retirement.ts'

type RetireButtonProps = {
  readonly serial: string
  readonly words: {
    readonly button: string
    readonly title: string
    readonly text: string
    readonly sure: string
    readonly keep: string
    readonly failed: Failed
  }
  readonly stepUp: Dictionary['stepUp']
}

/** Revokes a certificate that was renewed, as superseded, after a question. */
export function RetireButton({ serial, words, stepUp }: RetireButtonProps) {
  const [open, setOpen] = useState(false)
  const { state, retire } = useRetirement(serial, words.failed)
  const show = (isOpen: boolean) => {
    state.forget()
    setOpen(isOpen)
  }
  const onDone = () => {
    show(false)
    focusHeading()
  }
  return (
    <>
      <Button size="small" onClick={() => show(true)}>
        {words.button}
      </Button>
      <AlertDialog
        open={open}
        onClose={() => show(false)}
        title={words.title}
        text={words.text}
        safe={words.keep}
        sure={state.confirming ? stepUp.open : words.sure}
        busy={state.busy}
        onSure={() => retire(onDone)}
      >
        <RevocationNote state={state} words={stepUp} />
      </AlertDialog>
    </>
  )
}
