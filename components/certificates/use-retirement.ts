import { revoke } from '#lib/actions/certificates.ts'
import { revocationSubject } from '#lib/api/step-up.ts'
import type { Failed } from '#lib/i18n/words.ts'
import type { ChangeOptions } from './use-change.ts'
import { useConfirmedChange } from './use-confirmed-change.ts'

/** Revokes a certificate that was renewed, as superseded, and nothing that was renewed from it. */
export function useRetirement(serial: string, failed: Failed, options?: ChangeOptions) {
  const { runConfirmed, ...state } = useConfirmedChange(failed, options)
  const retire = (onDone: () => void) =>
    runConfirmed(
      revocationSubject(serial, 'superseded', false),
      (proof) => revoke({ serial, reason: 'superseded', withDescendants: false, proof }),
      onDone,
    )
  return { state, retire }
}
