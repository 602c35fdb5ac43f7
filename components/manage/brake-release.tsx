'use client'

import { useRouter } from 'next/navigation'
import { useState, useTransition } from 'react'
import { releaseBrake } from '#app/(signed-in)/admin/actions.ts'
import { AlertDialog } from '#components/ui/alert-dialog.tsx'
import { Button } from '#components/ui/button.tsx'
import { Refusal } from '#components/ui/refusal.tsx'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { refusalOf } from './stop-any.tsx'

/** Lets a held-back sweep through, after a question. */
export function BrakeRelease({ words }: { readonly words: Dictionary['manage'] }) {
  const router = useRouter()
  const [asked, setAsked] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const [busy, start] = useTransition()
  const run = () => {
    setRefusal(null)
    start(async () => {
      const result = await releaseBrake(null).catch(() => null)
      if (!result?.ok) return setRefusal(refusalOf(result?.code, words))
      setAsked(false)
      // The button that was pressed goes with what it was for.
      document.querySelector('h1')?.focus()
      router.refresh()
    })
  }
  return (
    <>
      <Button size="small" onClick={() => setAsked(true)}>
        {words.brakeRelease}
      </Button>
      <AlertDialog
        open={asked}
        onClose={() => setAsked(false)}
        title={words.brakeTitle}
        text={words.brakeText}
        safe={words.keep}
        sure={words.brakeRelease}
        busy={busy}
        onSure={run}
      >
        <Refusal text={refusal} />
      </AlertDialog>
    </>
  )
}
