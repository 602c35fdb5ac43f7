import { StopButtons } from '#components/certificates/stop-buttons.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import type { CertificateView } from '#lib/api/schemas.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import {
  type CertificateRow,
  enrollPath,
  hasDescendants,
  isOver,
  isRenewable,
  isReportedLost,
  sameHolder,
} from '#lib/overview.ts'

type ActionsProps = Omit<StopProps, 'words' | 'stepUp'> & {
  /** Whether the reader may get another one, and has none in place of this one. */
  readonly mayRenew: boolean
  readonly words: Dictionary
}

/** What the reader can do with the certificate: renew it, and stop it. */
export function Actions({ mayRenew, words, ...stop }: ActionsProps) {
  const { row } = stop
  return (
    <div className="row items-start">
      {mayRenew && isRenewable(row.certificate) && (
        <ButtonLink
          href={enrollPath(row, 'renew')}
          variant={row.displayStatus === 'good' ? 'secondary' : 'primary'}
          icon="refresh"
        >
          {words.certificate.renew}
        </ButtonLink>
      )}
      <Stop {...stop} words={words.certificate.stop} stepUp={words.stepUp} />
    </div>
  )
}

type StopProps = {
  readonly row: CertificateRow
  readonly own: readonly CertificateView[]
  readonly isOthers: boolean
  readonly canReport: boolean
  readonly span: string
  /** For how long a report can be undone, as text. */
  readonly days: string
  readonly words: Dictionary['certificate']['stop']
  readonly stepUp: Dictionary['stepUp']
}

/** What can be done against the certificate, or why nothing can. */
function Stop({ row, own, isOthers, canReport, span, days, words, stepUp }: StopProps) {
  const { serial, profile, status } = row.certificate
  const isLost = isReportedLost(row)
  // A report can be withdrawn by any certificate of the device.
  if (status.state === 'revoked' && !(row.device && isLost)) {
    return <p className="small mute self-center">{words.isRevoked}</p>
  }
  if (status.state === 'expired' && !(row.device && isLost)) {
    return <p className="small mute self-center">{words.isExpired}</p>
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
      days={days}
      words={words}
      stepUp={stepUp}
    />
  )
}
