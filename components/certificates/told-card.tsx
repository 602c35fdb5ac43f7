import { Icon, type IconName } from '#components/ui/icon.tsx'
import { StatusPill } from '#components/ui/status-pill.tsx'
import { formatMoment, formatTime, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { rememberedUntil } from '#lib/live-status.ts'
import type { CertificateRow } from '#lib/overview.ts'

type ToldCardProps = {
  readonly row: CertificateRow
  readonly reader: Reader
  readonly words: Dictionary
}

/**
 * Page, status service and published list all take their answer from one function of the
 * authority, so this says one thing three times, and from when it is.
 */
export function ToldCard({ row, reader, words }: ToldCardProps) {
  const w = words.certificate
  const { certificate, standing } = row
  const asked: readonly (readonly [IconName, string])[] = [
    ['window', w.toldPage],
    ['wifi', w.toldWifi],
    ['server', w.toldList],
  ]
  return (
    <section className="card pad" aria-labelledby="told">
      <h2 id="told">{w.told}</h2>
      <ul className="told mt-1.5">
        {asked.map(([icon, who]) => (
          <li key={icon}>
            <Icon name={icon} />
            {who}
            <StatusPill status={standing} words={words.common.status} />
          </li>
        ))}
      </ul>
      <p className="small faint mt-2">
        {standing === 'unknown'
          ? w.toldUnknown
          : fill(w.toldRead, {
              time: formatMoment(reader, new Date(certificate.status.asOf), words.common),
              until: formatTime(reader, rememberedUntil(certificate)),
            })}
      </p>
    </section>
  )
}
