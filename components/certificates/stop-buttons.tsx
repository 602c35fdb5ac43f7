'use client'

import { useRouter } from 'next/navigation'
import { useState, useTransition } from 'react'
import {
  releaseDevice,
  revoke,
  stopDevice,
} from '#app/(signed-in)/certificates/[serial]/actions.ts'
import { AlertDialog } from '#components/ui/alert-dialog.tsx'
import { Button } from '#components/ui/button.tsx'
import { Refusal } from '#components/ui/refusal.tsx'
import type { ActionResult } from '#lib/errors.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill, plural } from '#lib/i18n/fill.ts'
import { RevokeDialog } from './revoke-dialog.tsx'

type StopButtonsProps = {
  readonly serial: string
  /** Of the device, or of the person. */
  readonly name: string
  /** The certificate names its owner and no device. */
  readonly isPersonal: boolean
  /** How many certificates stop with the device. */
  readonly count: number
  /** Its owner has reported the device lost. */
  readonly isLost: boolean
  /** Until everyone has heard of it. */
  readonly span: string
  /** The question that is open from the start. */
  readonly ask: 'lost' | null
  readonly words: Dictionary['certificate']['stop']
}

/** What its owner can do against a certificate, each behind a question; and the way back. */
export function StopButtons(props: StopButtonsProps) {
  const { serial, name, isPersonal, count, isLost, span, words } = props
  const router = useRouter()
  const [asked, setAsked] = useState<'revoke' | 'lost' | null>(isLost ? null : props.ask)
  const [refusal, setRefusal] = useState<string | null>(null)
  const [busy, start] = useTransition()

  const ask = (question: typeof asked) => {
    setRefusal(null)
    setAsked(question)
  }
  const run = (change: () => Promise<ActionResult<null>>) => {
    setRefusal(null)
    start(async () => {
      const result = await change().catch(() => null)
      if (!result?.ok) return setRefusal(refusalOf(result?.code, words))
      setAsked(null)
      // The button that was pressed may be gone with what it was for.
      document.querySelector('h1')?.focus()
      router.refresh()
    })
  }
  const lostText = plural(count, isPersonal ? words.lostSelfText : words.lostText)
  return (
    <div>
      <div className="row">
        {isLost ? (
          <Button busy={busy} onClick={() => run(() => releaseDevice({ serial }))}>
            {words.undo}
          </Button>
        ) : (
          <Button onClick={() => ask('lost')}>{words.lost}</Button>
        )}
        <Button variant="danger" onClick={() => ask('revoke')}>
          {words.revoke}
        </Button>
      </div>
      {asked === null && <Refusal text={refusal} />}
      <RevokeDialog
        open={asked === 'revoke'}
        onClose={() => ask(null)}
        text={fill(words.revokeText, { name, span })}
        words={words}
        busy={busy}
        refusal={refusal}
        onRevoke={(reason) => run(() => revoke({ serial, reason }))}
      />
      <AlertDialog
        open={asked === 'lost'}
        onClose={() => ask(null)}
        title={isPersonal ? words.lostSelfTitle : fill(words.lostTitle, { name })}
        text={fill(lostText, { span })}
        safe={words.cancel}
        sure={isPersonal ? words.lostSelfDo : words.lostDo}
        busy={busy}
        onSure={() => run(() => stopDevice({ serial }))}
      >
        <Refusal text={refusal} />
      </AlertDialog>
    </div>
  )
}

/** An answer that never came is "other" too: nobody knows more of it than to try again. */
function refusalOf(code: string | undefined, words: StopButtonsProps['words']): string {
  const known = Object.entries(words.failed).find(([name]) => name === code)
  return known?.[1] ?? words.failed.other
}
