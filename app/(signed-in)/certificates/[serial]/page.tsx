import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { Suspense } from 'react'
import { lookMs } from '#app/(signed-in)/live.tsx'
import { type Answer, answer, load } from '#app/(signed-in)/load.ts'
import { CertificateFacts } from '#components/certificates/certificate-facts.tsx'
import { Downloads } from '#components/certificates/downloads.tsx'
import { CertificateHistory } from '#components/certificates/history.tsx'
import { kindOf, RowPicture } from '#components/certificates/keyring.tsx'
import { LiveCheck } from '#components/certificates/live-status.tsx'
import { RelyingPartyCard } from '#components/certificates/relying-party-card.tsx'
import { RenamedNote } from '#components/certificates/renamed-note.tsx'
import { StatusCard } from '#components/certificates/status-card.tsx'
import { RefreshButton } from '#components/shell/refresh-button.tsx'
import { MainAndSide } from '#components/ui/main-and-side.tsx'
import { Note } from '#components/ui/note.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { StatusPill } from '#components/ui/status-pill.tsx'
import type { CertificateDetail, CertificateView } from '#lib/api/schemas.ts'
import { authorityOf } from '#lib/auth/authority-client.ts'
import { requireSession, type Session } from '#lib/auth/session.ts'
import { formatSpan } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { currentReader } from '#lib/i18n/reader.ts'
import { changeOf, versionOf } from '#lib/live-status.ts'
import {
  type CertificateRow,
  deviceOf,
  displayStatusOf,
  isOver,
  olderNameIn,
} from '#lib/overview.ts'
import { stopSeconds } from '#lib/propagation.ts'
import { RelyingPartyStatus } from './relying-party-status.tsx'
import { Stop } from './stop.tsx'

type CertificateProps = {
  readonly params: Promise<{ serial: string }>
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await currentReader()).words.home.certificate }
}

export default async function CertificatePage({ params, searchParams }: CertificateProps) {
  const session = await requireSession()
  const { reader, words } = await currentReader()
  const [certificate, { me, devices, certificates, propagation }] = await Promise.all([
    ownCertificate(session, (await params).serial),
    load(session),
  ])
  if (!certificate.ok || !propagation.ok) {
    return <Silent words={words} />
  }
  const row = rowOf(certificate.value, devices.ok ? devices.value.items : [], reader.now)
  const view = row.certificate
  const card = { row, propagation: propagation.value, reader, words }
  const own = certificates.ok ? certificates.value : []
  // A certificate of the reader's device that is not among their own was enrolled by somebody else.
  const isOthers = row.device !== null && certificates.ok && !own.some(isSame(view))
  const upn = me.ok ? (me.value.user?.upn ?? null) : null
  const olderName = isOver(row.displayStatus) ? null : olderNameIn(view, upn)
  return (
    <div className="wrap stack gap-5">
      <nav className="small" aria-label={words.common.youAreHere}>
        <Link href="/" className="inline-flex min-h-6 items-center" prefetch={false}>
          {words.certificate.crumb}
        </Link>{' '}
        <span className="faint">/ {row.name}</span>
      </nav>
      <div className="between items-center">
        <div className="flex items-center gap-4.5 max-phone:items-start">
          <RowPicture row={row} large />
          <div className="min-w-0">
            <div className="row gap-3">
              <PageHeading>{row.name}</PageHeading>
              <StatusPill status={row.displayStatus} words={words.common.status} />
            </div>
            <p className="mute mt-0.75">{kindOf(row, words)}</p>
          </div>
        </div>
        <Stop
          row={row}
          own={own}
          isOthers={isOthers}
          canReport={view.profile !== 'device' || row.device !== null || !devices.ok}
          span={formatSpan(stopSeconds(propagation.value), words.common)}
          ask={(await searchParams).stop !== undefined}
          words={words.certificate.stop}
          stepUp={words.stepUp}
        />
      </div>
      {isOthers && (
        <Note tone="info" title={words.certificate.othersTitle}>
          {words.certificate.othersMore}
        </Note>
      )}
      {olderName !== null && upn !== null && (
        <RenamedNote
          old={olderName}
          upn={upn}
          mayEnroll={session.requester.roles.includes('CSR.SelfService')}
          words={words.certificate}
        />
      )}
      <StatusCard
        row={row}
        rules={{
          policy: me.ok ? me.value.policy : null,
          propagation: propagation.value,
          upn: session.upn,
        }}
        person={session.requester.name ?? session.upn ?? ''}
        check={
          <LiveCheck
            serial={view.serial}
            version={versionOf(view)}
            changed={changeOf(view, row.name, words.certificate)}
            everyMs={lookMs()}
            words={{
              checkAgain: words.certificate.checkAgain,
              failed: words.certificate.checking.failed,
              signedOut: words.certificate.checking.signedOut,
            }}
          />
        }
        reader={reader}
        words={words}
      />
      <MainAndSide>
        <div className="stack">
          <CertificateHistory
            certificate={view}
            isOthers={isOthers}
            reader={reader}
            words={words}
          />
          <CertificateFacts
            certificate={view}
            issuer={me.ok ? me.value.issuer.name : null}
            reader={reader}
            words={words}
          />
        </div>
        <div className="stack">
          <Suspense fallback={<RelyingPartyCard {...card} view={null} everyMs={lookMs()} />}>
            <RelyingPartyStatus
              {...card}
              session={session}
              certificate={certificate.value.certificate}
            />
          </Suspense>
          <Downloads serial={view.serial} words={words.certificate} />
        </div>
      </MainAndSide>
    </div>
  )
}

function Silent({ words }: { readonly words: Dictionary }) {
  return (
    <div className="wrap stack gap-5">
      <PageHeading>{words.home.certificate}</PageHeading>
      <Note
        tone="info"
        title={words.home.authoritySilent}
        actions={<RefreshButton label={words.common.tryAgain} automatic />}
      >
        {words.home.authoritySilentMore}
      </Note>
    </div>
  )
}

/**
 * Gives the requester's own certificate, or one of their device. Somebody else's serial, an unknown and a
 * malformed one give the same 404.
 */
async function ownCertificate(
  session: Session,
  serial: string,
): Promise<Answer<CertificateDetail>> {
  const found = await answer(authorityOf(session).certificate(serial))
  if (!found.ok && found.code === 'not_found') notFound()
  return found
}

function rowOf(
  certificate: CertificateDetail,
  devices: Parameters<typeof deviceOf>[1],
  now: Date,
): CertificateRow {
  const device = deviceOf(certificate, devices)
  const name = device?.displayName ?? certificate.displayName
  return {
    kind: 'certificate',
    certificate,
    device,
    name,
    displayStatus: displayStatusOf(certificate, now),
  }
}

function isSame({ serial }: CertificateView): (other: CertificateView) => boolean {
  return (other) => other.serial === serial
}
