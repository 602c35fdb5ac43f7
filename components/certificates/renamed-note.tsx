import { ButtonLink } from '#components/ui/button.tsx'
import { Note } from '#components/ui/note.tsx'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'

type RenamedNoteProps = {
  /** The name in the certificate; `upn` is the account's present name. */
  readonly old: string
  readonly upn: string
  readonly mayEnroll: boolean
  readonly words: Dictionary['certificate']
}

/** Says that the account has another name than the certificate, which stays good, and offers a new one. */
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
