'use client'

import { useState } from 'react'
import { AlertDialog } from '#components/ui/alert-dialog.tsx'
import { Button } from '#components/ui/button.tsx'
import { RADIO_INPUT } from '#components/ui/radio.ts'
import { Refusal } from '#components/ui/refusal.tsx'
import { stopDevice } from '#lib/actions/certificates.ts'
import type { Failed } from '#lib/i18n/words.ts'
import { focusHeading } from './focus-heading.ts'
import type { Lost } from './found.tsx'
import { useChange } from './use-change.ts'

/** One thing that may be lost, with what happens when it is reported. */
export type LostOption = {
  readonly what: Lost
  readonly name: string
  readonly text: string
  readonly button: string
}

type LostChoiceProps = {
  readonly options: readonly LostOption[]
  readonly words: {
    readonly button: string
    readonly ask: string
    readonly cancel: string
    readonly failed: Failed
  }
}

/** Reports a loss after the question what is lost. */
export function LostChoice({ options, words }: LostChoiceProps) {
  const [open, setOpen] = useState(false)
  const [index, setIndex] = useState(0)
  const { busy, refusal, forget, run } = useChange(words.failed)
  const chosen = options[index] ?? options[0]
  if (!chosen) return null

  const show = (isOpen: boolean) => {
    forget()
    setIndex(0)
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
        title={words.ask}
        text={chosen.text}
        safe={words.cancel}
        sure={chosen.button}
        busy={busy}
        onSure={() => run(() => stopDevice(chosen.what), onDone)}
      >
        <fieldset className="mt-4 grid gap-0.5">
          <legend className="vh">{words.ask}</legend>
          {options.map(({ name }, option) => (
            <label key={option} className="flex min-h-8.5 cursor-pointer items-center gap-2.75">
              <input
                type="radio"
                className={RADIO_INPUT}
                name="lost"
                checked={options[option] === chosen}
                onChange={() => setIndex(option)}
              />
              <span className="wrap-anywhere">{name}</span>
            </label>
          ))}
        </fieldset>
        <Refusal text={refusal} />
      </AlertDialog>
    </>
  )
}
