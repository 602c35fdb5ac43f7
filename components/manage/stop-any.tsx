'use client'

import { useRouter } from 'next/navigation'
import { useState, useTransition } from 'react'
import { stopAny } from '#app/(signed-in)/admin/actions.ts'
import { AlertDialog } from '#components/ui/alert-dialog.tsx'
import { Button } from '#components/ui/button.tsx'
import { ReasonChoice } from '#components/ui/reason-choice.tsx'
import { Refusal } from '#components/ui/refusal.tsx'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'

type StopAnyProps = {
  readonly serial: string
  /** Whose certificate it is. */
  readonly name: string
  /** There is something left to stop. */
  readonly isOpen: boolean
  /** A person has put it on hold, so a person can end that. */
  readonly isHeld: boolean
  /** Until everyone has heard of it. */
  readonly span: string
  readonly words: Dictionary['manage']
}

const REASONS = ['5', '4', '3', '9', '1', '6'] as const
/** certificateHold and removeFromCRL of RFC 5280 section 5.3.1. */
const HOLD = 6
const RELEASE = 8

/** What an operator can do with one certificate. */
export function StopAny(props: StopAnyProps) {
  const { serial, name, isOpen, isHeld, span, words } = props
  const router = useRouter()
  const [asked, setAsked] = useState(false)
  const [reason, setReason] = useState<(typeof REASONS)[number]>('5')
  const [refusal, setRefusal] = useState<string | null>(null)
  const [said, setSaid] = useState('')
  const [busy, start] = useTransition()

  const run = (number: number) => {
    setRefusal(null)
    start(async () => {
      const result = await stopAny({ serial, reason: number }).catch(() => null)
      if (!result?.ok) return setRefusal(refusalOf(result?.code, words))
      setAsked(false)
      setSaid(number === RELEASE ? words.released : number === HOLD ? words.held : words.revoked)
      // The button that was pressed may be gone with what it was for.
      document.getElementById(`of-${serial}`)?.focus()
      router.refresh()
    })
  }
  return (
    <>
      <span className="vh" role="status">
        {said}
      </span>
      {isOpen && (
        <span className="row justify-end max-phone:justify-start">
          {isHeld && (
            <Button
              size="small"
              label={fill(words.releaseFor, { name })}
              busy={busy}
              onClick={() => run(RELEASE)}
            >
              {words.release}
            </Button>
          )}
          <Button
            size="small"
            variant="danger"
            label={fill(words.revokeFor, { name })}
            onClick={() => setAsked(true)}
          >
            {words.revoke}
          </Button>
        </span>
      )}
      {!asked && <Refusal text={refusal} />}
      <AlertDialog
        open={asked}
        onClose={() => setAsked(false)}
        title={fill(words.askTitle, { name })}
        text={fill(words.askText, { span })}
        safe={words.keep}
        sure={words.askDo}
        busy={busy}
        onSure={() => run(Number(reason))}
      >
        <ReasonChoice
          legend={words.askWhy}
          reasons={REASONS.filter((each) => each !== '6' || !isHeld)}
          words={words.askReasons}
          chosen={reason}
          onChoose={setReason}
        />
        <Refusal text={refusal} />
      </AlertDialog>
    </>
  )
}

/** An answer that never came is "other" too. */
export function refusalOf(code: string | undefined, words: Dictionary['manage']): string {
  const known = Object.entries(words.failed).find(([name]) => name === code)
  return known?.[1] ?? words.failed.other
}
