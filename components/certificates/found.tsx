'use client'

import { Button } from '#components/ui/button.tsx'
import { Refusal } from '#components/ui/refusal.tsx'
import { releaseDevice } from '#lib/actions/certificates.ts'
import type { Failed } from '#lib/i18n/words.ts'
import { useChange } from './use-change.ts'

/** What is reported lost: a device by one of its ids, or the holder of a certificate. */
export type Lost = { readonly deviceId: string } | { readonly serial: string }

type FoundProps = {
  readonly what: Lost
  readonly words: { readonly found: string; readonly label: string; readonly failed: Failed }
}

export function Found({ what, words }: FoundProps) {
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
        onClick={() => run(() => releaseDevice(what), onDone)}
      >
        {words.found}
      </Button>
      <Refusal text={refusal} />
    </div>
  )
}
