import { ButtonLink } from '#components/ui/button.tsx'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { type CertificateRow, isReportedLost, type Overview, sameHolder } from '#lib/overview.ts'

type LostCardProps = {
  readonly overview: Overview
  /**
   * Whether the directory's list of the reader's devices was read; a device outside of it is not theirs any
   * more.
   */
  readonly knowsDevices: boolean
  readonly words: Dictionary['home']
}

/** Reports a device lost, or withdraws the report. Nothing without certificates. */
export function LostCard({ overview, knowsDevices, words }: LostCardProps) {
  const rows = holders(overview).filter(
    ({ certificate, device }) => certificate.profile !== 'device' || device || !knowsDevices,
  )
  if (rows.length === 0) return null
  return (
    <section className="card pad" aria-labelledby="lost">
      <h2 id="lost">{words.lostTitle}</h2>
      <p className="small mute mt-1">{words.lostMore}</p>
      <div className="row mt-3.5">
        {rows.map((row) => {
          const { certificate, name } = row
          const isLost = isReportedLost(row)
          const device = isLost ? words.foundDo : words.lostDo
          const self = isLost ? words.foundSelfDo : words.lostSelfDo
          return (
            <ButtonLink
              key={certificate.serial}
              href={`/certificates/${certificate.serial}${isLost ? '' : '?stop=1'}`}
              size="small"
            >
              {certificate.profile === 'device' ? fill(device, { name }) : self}
            </ButtonLink>
          )
        })}
      </div>
    </section>
  )
}

/**
 * One certificate for each device and person, since all of a holder's certificates are held and released
 * together.
 */
function holders({ current }: Overview): readonly CertificateRow[] {
  const rows = current.flatMap((row) => (row.kind === 'certificate' ? [row] : []))
  return rows.filter(
    (row, index) =>
      rows.findIndex((other) => sameHolder(other.certificate, row.certificate)) === index,
  )
}
