'use client'

import { useState } from 'react'
import { useConfirmation } from '#components/step-up/use-confirmation.ts'
import { AlertDialog } from '#components/ui/alert-dialog.tsx'
import { Button } from '#components/ui/button.tsx'
import { Refusal } from '#components/ui/refusal.tsx'
import { releaseDevice, revoke, stopDevice } from '#lib/actions/certificates.ts'
import { revocationSubject } from '#lib/api/step-up.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill, plural } from '#lib/i18n/fill.ts'
import { RevokeDialog } from './revoke-dialog.tsx'
import { useChange } from './use-change.ts'

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
  /** The dialog that is open from the start. */
  readonly ask: 'lost' | null
  readonly words: Dictionary['certificate']['stop']
  readonly stepUp: Dictionary['stepUp']
}

/** What its owner can do against a certificate, each after a question; and how to undo a hold. */
export function StopButtons(props: StopButtonsProps) {
  const { serial, name, isPersonal, count, isLost, canReport, span, words } = props
  const [asked, setAsked] = useState<'revoke' | 'lost' | null>(
    isLost || !canReport ? null : props.ask,
  )
  const { busy, refusal, forget, run } = useChange(words.failed)
  const confirmation = useConfirmation()

  const ask = (question: typeof asked) => {
    forget()
    confirmation.forget()
    setAsked(question)
  }
  const onDone = () => {
    setAsked(null)
    // The focus goes to the heading, since the button that had it may disappear.
    document.querySelector('h1')?.focus()
  }
  const lostText = plural(count, isPersonal ? words.lostSelfText : words.lostText)
  return (
    <div>
      <div className="row">
        {canReport && isLost && (
          <Button busy={busy} onClick={() => run(() => releaseDevice({ serial }), onDone)}>
            {words.undo}
          </Button>
        )}
        {canReport && !isLost && <Button onClick={() => ask('lost')}>{words.lost}</Button>}
        {props.canRevoke && (
          <Button variant="danger" onClick={() => ask('revoke')}>
            {words.revoke}
          </Button>
        )}
      </div>
      {asked === null && <Refusal text={refusal} />}
      <RevokeDialog
        open={asked === 'revoke'}
        onClose={() => ask(null)}
        text={fill(words.revokeText, { name, span })}
        words={words}
        busy={busy}
        refusal={refusal}
        confirming={confirmation.confirming}
        stepUp={props.stepUp}
        onOpenAgain={confirmation.openAgain}
        hasDescendants={props.hasDescendants}
        isOthers={props.isOthers}
        onRevoke={(reason, withDescendants) =>
          run(
            () =>
              confirmation.run(revocationSubject(serial, reason, withDescendants), (proof) =>
                revoke({ serial, reason, withDescendants, proof }),
              ),
            onDone,
          )
        }
      />
      <AlertDialog
        open={asked === 'lost'}
        onClose={() => ask(null)}
        title={isPersonal ? words.lostSelfTitle : fill(words.lostTitle, { name })}
        text={fill(lostText, { span })}
        safe={words.cancel}
        sure={isPersonal ? words.lostSelfDo : words.lostDo}
        busy={busy}
        onSure={() => run(() => stopDevice({ serial }), onDone)}
      >
        <Refusal text={refusal} />
      </AlertDialog>
    </div>
  )
}
