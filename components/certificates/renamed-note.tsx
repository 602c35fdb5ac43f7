import { ButtonLink } from '#components/ui/button.tsx'
import { Note } from '#components/ui/note.tsx'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'

type RenamedNoteProps = {
  /** The name in the certificate, and the account's name now. */
  readonly old: string
  readonly upn: string
  readonly mayEnroll: boolean
  readonly words: Dictionary['certificate']
}

/** The account is called otherwise than the certificate: it stays good, and a new one is offered. */
export function RenamedNote({ old, upn, mayEnroll, words }: RenamedNoteProps) {
  return (
    <Note
      tone="info"
      title={fill(words.renamedTitle, { upn })}
      actions={
        mayEnroll && (
          <ButtonLink href="/enroll?for=me" size="small">
            {words.renamedDo}
          </ButtonLink>
        )
      }
    >
      {fill(words.renamedMore, { old })}
    </Note>
  )
}
