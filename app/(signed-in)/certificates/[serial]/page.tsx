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
import { LabelCard } from '#components/certificates/label-card.tsx'
import { LiveCheck } from '#components/certificates/live-status.tsx'
import { RelyingPartyCard } from '#components/certificates/relying-party-card.tsx'
import { RenamedNote } from '#components/certificates/renamed-note.tsx'
import { RenewedNote } from '#components/certificates/renewed-note.tsx'
import { StatusCard } from '#components/certificates/status-card.tsx'
import { RefreshButton } from '#components/shell/refresh-button.tsx'
import { MainAndSide } from '#components/ui/main-and-side.tsx'
import { Note } from '#components/ui/note.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { StatusPill } from '#components/ui/status-pill.tsx'
import type { CertificateDetail, CertificateView } from '#lib/api/schemas.ts'
import { authorityOf } from '#lib/auth/authority-client.ts'
import { portal } from '#lib/auth/portal.ts'
import { requireSession, type Session } from '#lib/auth/session.ts'
import { formatSpan } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { plural } from '#lib/i18n/fill.ts'
import { currentReader } from '#lib/i18n/reader.ts'
import { changeOf, versionOf } from '#lib/live-status.ts'
import {
  type CertificateRow,
  deviceOf,
  displayStatusOf,
  enrollPath,
  isOver,
  olderNameIn,
  successorOf,
} from '#lib/overview.ts'
import { stopSeconds } from '#lib/propagation.ts'
import { Actions } from './actions.tsx'
import { RelyingPartyStatus } from './relying-party-status.tsx'

type CertificateProps = { readonly params: Promise<{ serial: string }> }

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await currentReader()).words.home.certificate }
}

export default async function CertificatePage({ params }: CertificateProps) {
  const session = await requireSession()
  const { reader, words } = await currentReader()
  const [certificate, { me, devices, lastDevices, certificates, propagation }] = await Promise.all([
    ownCertificate(session, (await params).serial),
    load(session),
  ])
  if (!certificate.ok || !propagation.ok) return <Silent words={words} />
  const row = rowOf(certificate.value, lastDevices?.items ?? [], reader.now)
  const view = row.certificate
  const card = { row, propagation: propagation.value, reader, words }
  const own = certificates.ok ? certificates.value : []
  // A certificate of the reader's device that is not among their own was enrolled by somebody else.
  const isOthers = row.device !== null && certificates.ok && !own.some(isSame(view))
  const upn = me.ok ? (me.value.user?.upn ?? null) : null
  const olderName = isOver(row.displayStatus) ? null : olderNameIn(view, upn)
  const mayEnroll = session.requester.roles.includes('CSR.SelfService') && !isOthers
  const successor = successorOf(view.serial, own)
  const span = formatSpan(stopSeconds(propagation.value), words.common)
  return (
    <div className="wrap stack gap-5">
      <Crumbs name={row.name} words={words} />
      <div className="between items-center">
        <Heading row={row} words={words} />
        <Actions
          row={row}
          own={own}
          isOthers={isOthers}
          mayRenew={mayEnroll && !successor}
          canReport={view.profile !== 'device' || row.device !== null || !devices.ok}
          span={span}
          days={plural(propagation.value.lostDays, words.common.days)}
          words={words}
        />
      </div>
      {successor && !isOver(row.displayStatus) && (
        <RenewedNote row={row} successor={successor} span={span} reader={reader} words={words} />
      )}
      {isOthers && <Others words={words.certificate} />}
      {olderName !== null && upn !== null && (
        <RenamedNote old={olderName} upn={upn} mayEnroll={mayEnroll} words={words.certificate} />
      )}
      <StatusCard
        row={row}
        rules={{
          policy: me.ok ? me.value.policy : null,
          propagation: propagation.value,
          upn: session.upn,
        }}
        person={session.requester.name ?? session.upn ?? ''}
        help={portal().brand.help}
        getNew={mayEnroll && !row.device?.reportedLost ? enrollPath(row, 'new') : null}
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
          <CertificateHistory {...{ certificate: view, isOthers, reader, words }} />
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
          {view.profile === 'user' && !isOthers && (
            <LabelCard serial={view.serial} label={view.label} words={words.certificate.label} />
          )}
          <Downloads serial={view.serial} words={words.certificate} />
        </div>
      </MainAndSide>
    </div>
  )
}

function Heading({ row, words }: { readonly row: CertificateRow; readonly words: Dictionary }) {
  const { label } = row.certificate
  return (
    <div className="flex items-center gap-4.5 max-phone:items-start">
      <RowPicture row={row} large />
      <div className="min-w-0">
        <div className="row gap-3">
          <PageHeading>{row.name}</PageHeading>
          <StatusPill status={row.displayStatus} words={words.common.status} />
        </div>
        <p className="mute mt-0.75">
          {[label, kindOf(row, words)].filter((part) => part !== null).join(' · ')}
        </p>
      </div>
    </div>
  )
}

function Crumbs({ name, words }: { readonly name: string; readonly words: Dictionary }) {
  return (
    <nav className="small" aria-label={words.common.youAreHere}>
      <Link href="/" className="inline-flex min-h-6 items-center" prefetch={false}>
        {words.certificate.crumb}
      </Link>{' '}
      <span className="faint">/ {name}</span>
    </nav>
  )
}

/** For a certificate that somebody else got for a device of the reader. */
function Others({ words }: { readonly words: Dictionary['certificate'] }) {
  return (
    <Note tone="info" title={words.othersTitle}>
      {words.othersMore}
    </Note>
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
