import { type ReactNode, useState } from 'react'
import { LabelForm } from '#components/certificates/label-form.tsx'
import { useChange } from '#components/certificates/use-change.ts'
import type { Replaced } from '#components/enroll/choose/renewal.ts'
import { Button } from '#components/ui/button.tsx'
import { Refusal } from '#components/ui/refusal.tsx'
import { revoke } from '#lib/actions/certificates.ts'
import type { EnrollWords } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'

type AfterProps = {
  readonly serial: string
  readonly isPersonal: boolean
  readonly replaces: Replaced | null
  /** Whether the reader has confirmed that everything is saved. */
  readonly kept: boolean
  readonly words: EnrollWords['after']
}

/** What the reader calls the new certificate, and what becomes of the one in whose place it is. */
export function After({ serial, isPersonal, replaces, kept, words }: AfterProps): ReactNode {
  return (
    <>
      {isPersonal && replaces === null && (
        <section className="card pad" aria-labelledby="label">
          <h2 id="label">{words.label.title}</h2>
          <p className="small mute mt-1 mb-3">{words.label.more}</p>
          <LabelForm serial={serial} label={null} words={words.label} />
        </section>
      )}
      {replaces !== null && replaces.until !== null && (
        <section className="card pad" aria-labelledby="older">
          <h2 id="older">{words.older}</h2>
          <Older serial={replaces.serial} until={replaces.until} kept={kept} words={words} />
        </section>
      )}
    </>
  )
}

type OlderProps = Pick<AfterProps, 'serial' | 'kept' | 'words'> & { readonly until: string }

function Older({ serial, until, kept, words }: OlderProps) {
  const [isRetired, setIsRetired] = useState(false)
  const { busy, refusal, run } = useChange(words.failed)
  if (isRetired) {
    return (
      <p role="status" className="mt-1">
        {words.retired}
      </p>
    )
  }
  const retire = () => revoke({ serial, reason: 'superseded', withDescendants: false })
  return (
    <>
      <p className="small mute mt-1 mb-3">{fill(words.olderLine, { date: until })}</p>
      <div className="row">
        <Button
          busy={busy}
          {...(!kept && { blockedBy: 'save-first' })}
          onClick={() => run(retire, () => setIsRetired(true))}
        >
          {words.retire}
        </Button>
        {!kept && (
          <span className="small mute" id="save-first">
            {words.first}
          </span>
        )}
      </div>
      <Refusal text={refusal} />
    </>
  )
}
