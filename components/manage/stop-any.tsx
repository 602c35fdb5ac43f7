'use client'

import { useState } from 'react'
import { useChange } from '#components/certificates/use-change.ts'
import { AlertDialog } from '#components/ui/alert-dialog.tsx'
import { Button } from '#components/ui/button.tsx'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { ReasonChoice } from '#components/ui/reason-choice.tsx'
import { Refusal } from '#components/ui/refusal.tsx'
import { stopAny } from '#lib/actions/manage.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'

type StopAnyProps = {
  readonly serial: string
  /** Name of the certificate's holder. */
  readonly name: string
  /** Whether it can still be revoked. */
  readonly isOpen: boolean
  /** Whether a person put it on hold, so that an operator can release it. */
  readonly isHeld: boolean
  /** The propagation delay as text. */
  readonly span: string
  readonly words: Dictionary['manage']
}

const REASONS = ['5', '4', '3', '9', '1', '6'] as const
/** Reason codes of RFC 5280 section 5.3.1: keyCompromise, certificateHold and removeFromCRL. */
const KEY_COMPROMISE = '1'
const HOLD = 6
const RELEASE = 8

/** What an operator can do with one certificate. */
export function StopAny(props: StopAnyProps) {
  const { serial, name, isOpen, isHeld, span, words } = props
  const [asked, setAsked] = useState(false)
  const [reason, setReason] = useState<(typeof REASONS)[number] | null>(null)
  const [isMissing, setMissing] = useState(false)
  const [withDescendants, setWithDescendants] = useState(false)
  const [said, setSaid] = useState('')
  const { busy, refusal, run: change } = useChange(words.failed)

  // The reason is recorded and told to the holder, so it is one that somebody chose (RFC 5280 section 5.3.1).
  const ask = () => {
    setReason(null)
    setMissing(false)
    setWithDescendants(false)
    setAsked(true)
  }
  const answer = () => {
    if (reason !== null) return run(Number(reason))
    setMissing(true)
    document.querySelector<HTMLElement>('[name=reason]')?.focus()
  }
  const run = (number: number) => {
    const asking = { serial, reason: number, withDescendants: asked && withDescendants }
    change(
      () => stopAny(asking),
      () => {
        setAsked(false)
        setSaid(number === RELEASE ? words.released : number === HOLD ? words.held : words.revoked)
        // The focus goes to the row, since the button that had it may disappear.
        document.getElementById(`of-${serial}`)?.focus()
      },
    )
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
          <Button size="small" variant="danger" label={fill(words.stopFor, { name })} onClick={ask}>
            {words.stop}
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
        sure={Number(reason) === HOLD ? words.askHold : words.askRevoke}
        busy={busy}
        onSure={answer}
      >
        <ReasonChoice
          legend={words.askWhy}
          reasons={REASONS.filter((each) => each !== '6' || !isHeld)}
          words={words.askReasons}
          chosen={reason}
          error={isMissing && reason === null ? words.askWhyFirst : null}
          onChoose={setReason}
        />
        {reason === KEY_COMPROMISE ? (
          <p className="small mute mt-2">{words.keyCompromiseMore}</p>
        ) : (
          <div className="mt-3">
            <Checkbox
              label={words.withDescendants}
              checked={withDescendants}
              onChange={setWithDescendants}
            />
          </div>
        )}
        <Refusal text={refusal} />
      </AlertDialog>
    </>
  )
}
