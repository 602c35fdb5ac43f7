'use client'

import { useState } from 'react'
import { AlertDialog } from '#components/ui/alert-dialog.tsx'
import { Button } from '#components/ui/button.tsx'
import { Refusal } from '#components/ui/refusal.tsx'
import { revoke, stopDevice } from '#lib/actions/certificates.ts'
import { revocationSubject } from '#lib/api/step-up.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill, plural } from '#lib/i18n/fill.ts'
import { focusHeading } from './focus-heading.ts'
import { Found } from './found.tsx'
import { RevokeDialog } from './revoke-dialog.tsx'
import { useConfirmedChange } from './use-confirmed-change.ts'

type StopButtonsProps = {
  readonly serial: string
  /** Name of the device, or of the person. */
  readonly name: string
  /** Whether the certificate names a person and no device. */
  readonly isPersonal: boolean
  /** Number of certificates that go on hold with the device. */
  readonly count: number
  /** Whether the device is reported lost, or all of the person's certificates are on hold. */
  readonly isLost: boolean
  /** Whether the directory lists the device as the reader's, or cannot be asked. */
  readonly canReport: boolean
  /** False for an expired or permanently revoked certificate. */
  readonly canRevoke: boolean
  /** Whether somebody else enrolled it, for a device of the reader. */
  readonly isOthers: boolean
  /** Whether certificates may have been renewed from it. */
  readonly hasDescendants: boolean
  /** The propagation delay as text. */
  readonly span: string
  /** For how long a report can be undone, as text. */
  readonly days: string
  readonly words: Dictionary['certificate']['stop']
  readonly stepUp: Dictionary['stepUp']
}

/** What its owner can do against a certificate, each after a question; and how to undo a hold. */
export function StopButtons(props: StopButtonsProps) {
  const { serial, name, isPersonal, count, isLost, canReport, span, days, words, stepUp } = props
  const [asked, setAsked] = useState<'revoke' | 'lost' | null>(null)
  const { run, runConfirmed, ...state } = useConfirmedChange(words.failed)

  const ask = (question: typeof asked) => {
    state.forget()
    setAsked(question)
  }
  const onDone = () => {
    setAsked(null)
    focusHeading()
  }
  const lostText = plural(count, isPersonal ? words.lostSelfText : words.lostText)
  return (
    <div>
      <div className="row">
        {canReport && isLost && (
          <Found
            what={{ serial }}
            words={{ found: words.undo, cancel: words.cancel, failed: words.failed }}
            stepUp={stepUp}
          />
        )}
        {canReport && !isLost && <Button onClick={() => ask('lost')}>{words.lost}</Button>}
        {props.canRevoke && (
          <Button variant="danger" onClick={() => ask('revoke')}>
            {words.revoke}
          </Button>
        )}
      </div>
      {asked === null && <Refusal text={state.refusal} />}
      <RevokeDialog
        open={asked === 'revoke'}
        onClose={() => ask(null)}
        text={fill(words.revokeText, { name, span })}
        words={words}
        state={state}
        stepUp={stepUp}
        hasDescendants={props.hasDescendants}
        isOthers={props.isOthers}
        onRevoke={(reason, withDescendants) =>
          runConfirmed(
            revocationSubject(serial, reason, withDescendants),
            (proof) => revoke({ serial, reason, withDescendants, proof }),
            onDone,
          )
        }
      />
      <AlertDialog
        open={asked === 'lost'}
        onClose={() => ask(null)}
        title={isPersonal ? words.lostSelfTitle : fill(words.lostTitle, { name })}
        text={fill(lostText, { span, days })}
        safe={words.cancel}
        sure={isPersonal ? words.lostSelfDo : words.lostDo}
        busy={state.busy}
        onSure={() => run(() => stopDevice({ serial }), onDone)}
      >
        <Refusal text={state.refusal} />
      </AlertDialog>
    </div>
  )
}
