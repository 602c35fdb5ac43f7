import { type ReactNode, useState } from 'react'
import { LabelForm } from '#components/certificates/label-form.tsx'
import { RevocationNote } from '#components/certificates/revocation-note.tsx'
import { useRetirement } from '#components/certificates/use-retirement.ts'
import type { Replaced } from '#components/enroll/choose/renewal.ts'
import { Button } from '#components/ui/button.tsx'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'

type AfterProps = {
  readonly serial: string
  readonly isPersonal: boolean
  readonly replaces: Replaced | null
  /** Whether the reader has confirmed that everything is saved. */
  readonly kept: boolean
  readonly words: Pick<EnrollWords, 'after' | 'stepUp'>
}

/** What the reader calls the new certificate, and what becomes of the one in whose place it is. */
export function After({ serial, isPersonal, replaces, kept, words }: AfterProps): ReactNode {
  const { label, older } = words.after
  return (
    <>
      {isPersonal && replaces === null && (
        <section className="card pad" aria-labelledby="label">
          <h2 id="label">{label.title}</h2>
          <p className="small mute mt-1 mb-3">{label.more}</p>
          <LabelForm serial={serial} label={null} words={label} />
        </section>
      )}
      {replaces !== null && replaces.until !== null && (
        <section className="card pad" aria-labelledby="older">
          <h2 id="older">{older}</h2>
          <Older serial={replaces.serial} until={replaces.until} {...{ kept, words }} />
        </section>
      )}
    </>
  )
}

type OlderProps = Pick<AfterProps, 'serial' | 'kept' | 'words'> & { readonly until: string }

function Older({ serial, until, kept, words: { after: words, stepUp } }: OlderProps) {
  const [isRetired, setIsRetired] = useState(false)
  // Drawn again, the page would say that the older one cannot be renewed any more, in place of the new one's files.
  const { state, retire } = useRetirement(serial, words.failed, { refresh: false })
  if (isRetired) {
    return (
      <p role="status" className="mt-1">
        {words.retired}
      </p>
    )
  }
  return (
    <>
      <p className="small mute mt-1 mb-3">{fill(words.olderLine, { date: until })}</p>
      <div className="row">
        <Button
          busy={state.busy}
          {...(!kept && { blockedBy: 'save-first' })}
          onClick={() => retire(() => setIsRetired(true))}
        >
          {state.confirming ? stepUp.open : words.retire}
        </Button>
        {!kept && (
          <span className="small mute" id="save-first">
            {words.first}
          </span>
        )}
      </div>
      <RevocationNote state={state} words={stepUp} />
    </>
  )
}
