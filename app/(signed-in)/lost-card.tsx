import { ButtonLink } from '#components/ui/button.tsx'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { type CertificateRow, isReportedLost, type Overview, sameHolder } from '#lib/overview.ts'

type LostCardProps = {
  readonly overview: Overview
  /** Whether the directory told which devices are the reader's: another one is theirs no more. */
  readonly knowsDevices: boolean
  readonly words: Dictionary['home']
}

/** The short way to stop a device that is gone, and to have it back. Nothing without certificates. */
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

/** One certificate of each device and person: they stop and start together. */
function holders({ current }: Overview): readonly CertificateRow[] {
  const rows = current.flatMap((row) => (row.kind === 'certificate' ? [row] : []))
  return rows.filter(
    (row, index) =>
      rows.findIndex((other) => sameHolder(other.certificate, row.certificate)) === index,
  )
}
