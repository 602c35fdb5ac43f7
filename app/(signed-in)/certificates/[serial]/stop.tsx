import { StopButtons } from '#components/certificates/stop-buttons.tsx'
import type { CertificateView } from '#lib/api/schemas.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import {
  type CertificateRow,
  hasDescendants,
  isOver,
  isReportedLost,
  sameHolder,
} from '#lib/overview.ts'

type StopProps = {
  readonly row: CertificateRow
  readonly own: readonly CertificateView[]
  readonly isOthers: boolean
  readonly canReport: boolean
  readonly span: string
  readonly ask: boolean
  readonly words: Dictionary['certificate']['stop']
  readonly stepUp: Dictionary['stepUp']
}

/** What can be done against the certificate, or why nothing can. */
export function Stop({ row, own, isOthers, canReport, span, ask, words, stepUp }: StopProps) {
  const { serial, profile, status } = row.certificate
  const isLost = isReportedLost(row)
  // A report can be withdrawn by any certificate of the device.
  if (status.state === 'revoked' && !(row.device && isLost)) {
    return <p className="small mute">{words.isRevoked}</p>
  }
  if (status.state === 'expired' && !(row.device && isLost)) {
    return <p className="small mute">{words.isExpired}</p>
  }
  const others = row.device?.othersCertificates ?? []
  const together = own.filter(
    (one) => sameHolder(one, row.certificate) && !isOver(one.status.state),
  )
  return (
    <StopButtons
      serial={serial}
      name={row.name}
      isPersonal={profile !== 'device'}
      count={Math.max(1, together.length + others.length)}
      isLost={isLost}
      canReport={canReport}
      canRevoke={!isOver(status.state)}
      isOthers={isOthers}
      // The reader does not see which of somebody else's certificates were renewed from which.
      hasDescendants={isOthers ? others.length > 1 : hasDescendants(serial, own)}
      span={span}
      ask={ask ? 'lost' : null}
      words={words}
      stepUp={stepUp}
    />
  )
}
