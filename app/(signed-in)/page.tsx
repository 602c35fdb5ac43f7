import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Suspense } from 'react'
import { ButtonLink } from '#components/ui/button.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { requireSession, type Session } from '#lib/auth/session.ts'
import { formatDate, type Reader } from '#lib/format.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { currentReader } from '#lib/i18n/reader.ts'
import { isReportedLost, overviewOf } from '#lib/overview.ts'
import { HomeBody } from './home-body.tsx'
import { load } from './load.ts'
import { NoRole } from './no-role.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await currentReader()).words.home.title }
}

export default async function HomePage() {
  const session = await requireSession()
  const { reader, words } = await currentReader()
  const { roles } = session.requester
  const mayEnroll = roles.includes('CSR.SelfService')
  if (!mayEnroll && (await hasNothing(session))) {
    // An operator is not here for certificates of their own.
    if (roles.includes('Manage.All')) redirect('/admin')
    return <NoRole session={session} words={words} />
  }
  return (
    <div className="wrap stack gap-5.5">
      <div className="between">
        <div>
          <PageHeading>{words.home.title}</PageHeading>
          <p className="lede mt-1.5">
            <Suspense fallback={words.common.whatIsIt}>
              <Lede session={session} reader={reader} words={words} />
            </Suspense>
          </p>
        </div>
        {mayEnroll && (
          <Suspense>
            <GetOne session={session} words={words} />
          </Suspense>
        )}
      </div>
      <Suspense fallback={<Skeleton label={words.common.loading} rows={3} shape="row" />}>
        <HomeBody session={session} mayEnroll={mayEnroll} reader={reader} words={words} />
      </Suspense>
    </div>
  )
}

/** Without certificates the empty list has the one button of the page. */
async function GetOne({ session, words }: Omit<LedeProps, 'reader'>) {
  if (await hasNothing(session)) return null
  return (
    <ButtonLink href="/enroll" variant="primary" icon="plus" wide="phone">
      {words.common.getCertificate}
    </ButtonLink>
  )
}

async function hasNothing(session: Session): Promise<boolean> {
  const { certificates } = await load(session)
  return certificates.ok && certificates.value.length === 0
}

type LedeProps = { readonly session: Session; readonly reader: Reader; readonly words: Dictionary }

/** The state of the reader's certificates in one sentence, with an explanation while they have few. */
async function Lede({ session, reader, words }: LedeProps) {
  const { certificates, devices, me } = await load(session)
  if (!certificates.ok || !devices.ok || !me.ok || !me.value.user?.enabled) {
    return words.common.whatIsIt
  }
  const { current } = overviewOf(certificates.value, devices.value.items, reader.now)
  const live = current.flatMap((row) => (row.kind === 'certificate' ? [row] : []))
  const [next] = live.toSorted((a, b) =>
    a.certificate.notAfter.localeCompare(b.certificate.notAfter),
  )
  const hasEnded = current.some(
    (row) => row.kind === 'device' && row.last?.displayStatus === 'expired',
  )
  const isWell =
    live.every((row) => row.displayStatus === 'good') && !hasEnded && !current.some(isReportedLost)
  if (!next || !isWell) return words.common.whatIsIt
  return fill(words.home.allWell, {
    name: next.name,
    date: formatDate(reader, new Date(next.certificate.notAfter), 'long'),
  })
}
