'use client'

import { type FormEvent, useId, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Refusal } from '#components/ui/refusal.tsx'
import { showToast } from '#components/ui/toast.tsx'
import { setLabel } from '#lib/actions/certificates.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { useChange } from './use-change.ts'

type LabelFormProps = {
  readonly serial: string
  readonly label: string | null
  readonly words: Dictionary['certificate']['label']
}

const LENGTH_MAX = 40

/** The field for what the reader calls a certificate. */
export function LabelForm({ serial, label, words }: LabelFormProps) {
  const id = useId()
  const [text, setText] = useState(label ?? '')
  const { busy, refusal, run } = useChange(words.failed)
  const save = (event: FormEvent) => {
    event.preventDefault()
    run(
      () => setLabel({ serial, label: text.trim() }),
      () => showToast(words.saved),
    )
  }
  return (
    <form onSubmit={save}>
      <label htmlFor={id} className="font-[550] text-ink3 text-small">
        {words.field}
      </label>
      <div className="mt-1 flex flex-wrap gap-2">
        <input
          id={id}
          value={text}
          maxLength={LENGTH_MAX}
          autoComplete="off"
          className="min-h-10 min-w-40 flex-1 rounded-control border border-edge bg-surface px-3 text-control"
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" busy={busy}>
          {words.save}
        </Button>
      </div>
      <Refusal text={refusal} />
    </form>
  )
}
