'use client'

import { useState } from 'react'
import { focusHeading } from '#components/certificates/focus-heading.ts'
import { useChange } from '#components/certificates/use-change.ts'
import { AlertDialog } from '#components/ui/alert-dialog.tsx'
import { Button } from '#components/ui/button.tsx'
import { Refusal } from '#components/ui/refusal.tsx'
import { releaseCircuitBreaker } from '#lib/actions/manage.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'

/** Lets the directory sync apply the changes that the circuit breaker stopped, after a question. */
export function CircuitBreakerRelease({ words }: { readonly words: Dictionary['manage'] }) {
  const [asked, setAsked] = useState(false)
  const { busy, refusal, run } = useChange(words.failed)
  const onDone = () => {
    setAsked(false)
    focusHeading()
  }
  return (
    <>
      <Button size="small" onClick={() => setAsked(true)}>
        {words.circuitBreaker.release}
      </Button>
      <AlertDialog
        open={asked}
        onClose={() => setAsked(false)}
        title={words.circuitBreaker.askTitle}
        text={words.circuitBreaker.askText}
        safe={words.keep}
        sure={words.circuitBreaker.release}
        busy={busy}
        onSure={() => run(() => releaseCircuitBreaker(null), onDone)}
      >
        <Refusal text={refusal} />
      </AlertDialog>
    </>
  )
}
