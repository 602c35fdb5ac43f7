import { ButtonLink } from '#components/ui/button.tsx'
import { Note } from '#components/ui/note.tsx'
import type { CertificateView } from '#lib/api/schemas.ts'
import { formatDate, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import type { CertificateRow } from '#lib/overview.ts'
import { RetireButton } from './retire-button.tsx'

type RenewedNoteProps = {
  readonly row: CertificateRow
  /** The certificate that took the place of this one. */
  readonly successor: CertificateView
  /** The propagation delay as text. */
  readonly span: string
  readonly reader: Reader
  readonly words: Dictionary
}

/** Says that there is a newer certificate in place of this one, and offers to retire this one. */
export function RenewedNote({ row, successor, span, reader, words }: RenewedNoteProps) {
  const { certificate: w } = words
  const date = (at: string) => formatDate(reader, new Date(at), 'long')
  return (
    <Note
      tone="info"
      title={fill(w.renewedTitle, { date: date(successor.issuedAt) })}
      actions={
        <>
          <ButtonLink href={`/certificates/${successor.serial}`} variant="ghost" size="small">
            {w.seeNew}
          </ButtonLink>
          <RetireButton
            serial={row.certificate.serial}
            words={{
              ...w.retire,
              text: fill(w.retire.text, { span }),
              keep: w.stop.keep,
              failed: w.stop.failed,
            }}
            stepUp={words.stepUp}
          />
        </>
      }
    >
      {fill(w.renewedMore, { until: date(row.certificate.notAfter) })}
    </Note>
  )
}
