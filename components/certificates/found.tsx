'use client'

import { lazy, Suspense } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Refusal } from '#components/ui/refusal.tsx'
import { releaseDevice } from '#lib/actions/certificates.ts'
import { releaseSubject } from '#lib/api/step-up.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import type { Failed } from '#lib/i18n/words.ts'
import { focusHeading } from './focus-heading.ts'
import { useConfirmedChange } from './use-confirmed-change.ts'

/** What is reported lost: a device by one of its ids, or the holder of a certificate. */
export type Lost = { readonly deviceId: string } | { readonly serial: string }

type FoundProps = {
  readonly what: Lost
  /** In a list. */
  readonly small?: boolean
  readonly words: {
    readonly found: string
    readonly label?: string
    readonly cancel: string
    readonly failed: Failed
  }
  readonly stepUp: Dictionary['stepUp']
}

/** Loaded when a confirmation is asked for. */
const ConfirmDialog = lazy(async () => ({
  default: (await import('#components/step-up/confirm-dialog.tsx')).ConfirmDialog,
}))

/** Withdraws the report, once the reader has confirmed who they are where that is asked for. */
export function Found({ what, small = false, words, stepUp }: FoundProps) {
  const { busy, refusal, confirming, openAgain, forget, runConfirmed } = useConfirmedChange(
    words.failed,
  )
  const release = () =>
    runConfirmed(
      releaseSubject(what),
      (proof) => releaseDevice({ lost: what, proof }),
      focusHeading,
    )
  return (
    <div>
      <Button
        {...(small && { size: 'small', variant: 'primary' })}
        {...(words.label !== undefined && { label: words.label })}
        busy={busy}
        onClick={release}
      >
        {words.found}
      </Button>
      {confirming ? (
        <Suspense>
          <ConfirmDialog
            confirming={confirming}
            ask={stepUp.askRelease}
            cancel={words.cancel}
            busy={busy}
            words={stepUp}
            onClose={forget}
            onConfirm={release}
            onOpenAgain={openAgain}
          />
        </Suspense>
      ) : (
        <Refusal text={refusal} />
      )}
    </div>
  )
}
