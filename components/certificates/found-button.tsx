'use client'

import { Button } from '#components/ui/button.tsx'
import { Refusal } from '#components/ui/refusal.tsx'
import { releaseDevice } from '#lib/actions/certificates.ts'
import type { Failed } from '#lib/i18n/words.ts'
import { useChange } from './use-change.ts'

type FoundButtonProps = {
  /** Serial of a certificate of the device. */
  readonly serial: string
  readonly words: { readonly found: string; readonly label: string; readonly failed: Failed }
}

/** Withdraws the report that a device is lost. */
export function FoundButton({ serial, words }: FoundButtonProps) {
  const { busy, refusal, run } = useChange(words.failed)
  const onDone = () => {
    // The focus goes to the heading, since the button that had it disappears.
    document.querySelector('h1')?.focus()
  }
  return (
    <div>
      <Button
        size="small"
        variant="primary"
        label={words.label}
        busy={busy}
        onClick={() => run(() => releaseDevice({ serial }), onDone)}
      >
        {words.found}
      </Button>
      <Refusal text={refusal} />
    </div>
  )
}
