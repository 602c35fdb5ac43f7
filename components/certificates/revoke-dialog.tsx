'use client'

import { useState } from 'react'
import { AlertDialog } from '#components/ui/alert-dialog.tsx'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { ReasonChoice } from '#components/ui/reason-choice.tsx'
import type { OwnerReason } from '#lib/api/client.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { RevocationNote, type RevocationState } from './revocation-note.tsx'

type RevokeDialogProps = {
  readonly open: boolean
  readonly onClose: () => void
  readonly text: string
  readonly words: Dictionary['certificate']['stop']
  readonly state: RevocationState & { readonly busy: boolean }
  readonly stepUp: Dictionary['stepUp']
  /** Whether certificates may have been renewed from it. */
  readonly hasDescendants: boolean
  /** Whether somebody else enrolled it, for a device of the reader. */
  readonly isOthers: boolean
  readonly onRevoke: (reason: OwnerReason, withDescendants: boolean) => void
}

const REASONS = ['cessationOfOperation', 'superseded', 'keyCompromise'] as const

/** Asks for confirmation and for the reason before a certificate is revoked. */
export function RevokeDialog(props: RevokeDialogProps) {
  const { open, onClose, text, words, state, stepUp, hasDescendants, isOthers, onRevoke } = props
  const [reason, setReason] = useState<OwnerReason>('cessationOfOperation')
  const [withDescendants, setWithDescendants] = useState(false)
  return (
    <AlertDialog
      open={open}
      onClose={onClose}
      title={words.revokeTitle}
      text={text}
      safe={words.keep}
      sure={state.confirming ? stepUp.open : words.revokeDo}
      busy={state.busy}
      onSure={() => onRevoke(reason, hasDescendants && withDescendants)}
    >
      <ReasonChoice
        legend={words.why}
        reasons={REASONS}
        words={isOthers ? words.othersReasons : words.reasons}
        chosen={reason}
        onChoose={setReason}
      />
      {reason === 'keyCompromise' && <p className="small mute mt-2">{words.keyCompromiseMore}</p>}
      {reason !== 'keyCompromise' && hasDescendants && (
        <div className="mt-3">
          <Checkbox
            label={words.withDescendants}
            checked={withDescendants}
            onChange={setWithDescendants}
          />
        </div>
      )}
      <RevocationNote state={state} words={stepUp} />
    </AlertDialog>
  )
}
