'use client'

import { useState } from 'react'
import { AlertDialog } from '#components/ui/alert-dialog.tsx'
import { Button } from '#components/ui/button.tsx'
import { Refusal } from '#components/ui/refusal.tsx'
import { revoke } from '#lib/actions/certificates.ts'
import type { Failed } from '#lib/i18n/words.ts'
import { useChange } from './use-change.ts'

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
}

/** Revokes a certificate that was renewed, as superseded, after a question. */
export function RetireButton({ serial, words }: RetireButtonProps) {
  const [open, setOpen] = useState(false)
  const { busy, refusal, forget, run } = useChange(words.failed)
  const show = (isOpen: boolean) => {
    forget()
    setOpen(isOpen)
  }
  const retire = () => revoke({ serial, reason: 'superseded', withDescendants: false })
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
        sure={words.sure}
        busy={busy}
        onSure={() => run(retire, onDone)}
      >
        <Refusal text={refusal} />
      </AlertDialog>
    </>
  )
}
