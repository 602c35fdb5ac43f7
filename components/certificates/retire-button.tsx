'use client'

import { useState } from 'react'
import { ConfirmNote } from '#components/step-up/confirm-note.tsx'
import { AlertDialog } from '#components/ui/alert-dialog.tsx'
import { Button } from '#components/ui/button.tsx'
import { Refusal } from '#components/ui/refusal.tsx'
import { revoke } from '#lib/actions/certificates.ts'
import { revocationSubject } from '#lib/api/step-up.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import type { Failed } from '#lib/i18n/words.ts'
import { useConfirmedChange } from './use-confirmed-change.ts'

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
  const { busy, refusal, confirming, openAgain, forget, runConfirmed } = useConfirmedChange(
    words.failed,
  )
  const show = (isOpen: boolean) => {
    forget()
    setOpen(isOpen)
  }
  const retire = () =>
    runConfirmed(
      revocationSubject(serial, 'superseded', false),
      (proof) => revoke({ serial, reason: 'superseded', withDescendants: false, proof }),
      onDone,
    )
  const onDone = () => {
    show(false)
    document.querySelector('h1')?.focus()
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
        sure={confirming ? stepUp.open : words.sure}
        busy={busy}
        onSure={retire}
      >
        {confirming ? (
          <ConfirmNote
            confirming={confirming}
            ask={stepUp.askRevoke}
            words={stepUp}
            onOpenAgain={openAgain}
          />
        ) : (
          <Refusal text={refusal} />
        )}
      </AlertDialog>
    </>
  )
}
