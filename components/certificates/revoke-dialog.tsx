'use client'

import { useState } from 'react'
import { AlertDialog } from '#components/ui/alert-dialog.tsx'
import { ReasonChoice } from '#components/ui/reason-choice.tsx'
import { Refusal } from '#components/ui/refusal.tsx'
import type { OwnerReason } from '#lib/api/client.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'

type RevokeDialogProps = {
  readonly open: boolean
  readonly onClose: () => void
  readonly text: string
  readonly words: Dictionary['certificate']['stop']
  readonly busy: boolean
  /** Why it did not work. */
  readonly refusal: string | null
  readonly onRevoke: (reason: OwnerReason) => void
}

const REASONS = ['cessationOfOperation', 'superseded', 'keyCompromise'] as const

/** Asks before a certificate is revoked, and why it is. */
export function RevokeDialog(props: RevokeDialogProps) {
  const { open, onClose, text, words, busy, refusal, onRevoke } = props
  const [reason, setReason] = useState<OwnerReason>('cessationOfOperation')
  return (
    <AlertDialog
      open={open}
      onClose={onClose}
      title={words.revokeTitle}
      text={text}
      safe={words.keep}
      sure={words.revokeDo}
      busy={busy}
      onSure={() => onRevoke(reason)}
    >
      <ReasonChoice
        legend={words.why}
        reasons={REASONS}
        words={words.reasons}
        chosen={reason}
        onChoose={setReason}
      />
      {reason === 'keyCompromise' && <p className="small mute mt-2">{words.keyCompromiseMore}</p>}
      <Refusal text={refusal} />
    </AlertDialog>
  )
}
