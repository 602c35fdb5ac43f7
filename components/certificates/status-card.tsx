import type { ReactNode } from 'react'
import { AskIt, type Help } from '#components/shell/ask-it.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { MessageBox } from '#components/ui/command.tsx'
import { Note, type NoteTone } from '#components/ui/note.tsx'
import { WhatAndHow } from '#components/ui/what-and-how.tsx'
import type { Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import type { CertificateRow, DisplayStatus } from '#lib/overview.ts'
import { causeOf, type Rules, reasonOf } from '#lib/reasons.ts'
import { CertificateValidity } from './certificate-validity.tsx'
import { readingOf } from './reading.ts'
import { RenewalLine } from './renewal-line.tsx'

type StatusCardProps = {
  readonly row: CertificateRow
  readonly rules: Rules
  /** The reader's name in messages to IT. */
  readonly person: string
  /** The button that checks again, with its result. */
  readonly check: ReactNode
  /** The address at which the reader gets another certificate of this holder; null when they cannot. */
  readonly getNew: string | null
  readonly help: Help
  readonly reader: Reader
  readonly words: Dictionary
}

const TONES = {
  good: 'ok',
  soon: 'soon',
  hold: 'hold',
  unknown: 'info',
  revoked: 'bad',
  expired: 'info',
} as const satisfies Record<DisplayStatus, NoteTone>

/** The status of a certificate with its reason, its validity, and what its owner can do. */
export function StatusCard(props: StatusCardProps) {
  const { row, rules, person, check, getNew, help, reader, words } = props
  const why = reasonOf(row.certificate, rules, reader, words)
  const cause = causeOf(row.certificate, rules, reader, words)
  const about = { name: row.name, why: cause, person }
  const reading = readingOf(row.certificate, about, words.certificate)
  return (
    <div className="card">
      <Note
        tone={TONES[row.displayStatus]}
        {...(row.displayStatus === 'hold' && { icon: 'pause' as const })}
        title={why}
        head
        actions={check}
      />
      <div className="px-6 pt-5.5 pb-5 max-phone:px-4.5">
        <CertificateValidity certificate={row.certificate} reader={reader} words={words} long />
        {rules.policy && (row.displayStatus === 'good' || row.displayStatus === 'soon') && (
          <RenewalLine
            certificate={row.certificate}
            policy={rules.policy}
            reader={reader}
            words={words.certificate.renewal}
          />
        )}
      </div>
      {reading && (
        <WhatAndHow
          className="border-line border-t"
          words={words.common}
          what={reading.what}
          steps={reading.steps}
        />
      )}
      {reading?.isForNew && getNew !== null && (
        <div className="px-6 pb-6 max-phone:px-4.5">
          <ButtonLink href={getNew} size="small">
            {words.common.getCertificate}
          </ButtonLink>
        </div>
      )}
      {reading?.message && (
        <div className="px-6 pb-6 max-phone:px-4.5">
          <MessageBox text={reading.message} />
          <div className="row mt-3.5">
            <AskIt
              message={reading.message}
              copy={words.common.copyMessage}
              help={help}
              words={words.common}
              size="small"
            />
          </div>
        </div>
      )}
    </div>
  )
}
