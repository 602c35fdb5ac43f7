import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Suspense } from 'react'
import { load } from '#app/(signed-in)/load.ts'
import { systemHere } from '#app/system-here.ts'
import { offersOf, presetOf } from '#components/enroll/choose/offers.ts'
import { type Renewal, renewalIn } from '#components/enroll/choose/renewal.ts'
import { EnrollFlow } from '#components/enroll/enroll-flow.tsx'
import { RefreshButton } from '#components/shell/refresh-button.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Note } from '#components/ui/note.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { NetworkView } from '#lib/api/network-schemas.ts'
import type { MeView } from '#lib/api/schemas.ts'
import { authorityOf } from '#lib/auth/authority-client.ts'
import { portal } from '#lib/auth/portal.ts'
import { requireSession, type Session } from '#lib/auth/session.ts'
import { formatDate } from '#lib/format.ts'
import { type EnrollWords, enrollWords } from '#lib/i18n/dictionary.ts'
import { currentReader } from '#lib/i18n/reader.ts'

export async function generateMetadata(): Promise<Metadata> {
  const { reader } = await currentReader()
  return { title: enrollWords(reader.language).choose.title }
}

type PageProps = { readonly searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function EnrollPage({ searchParams }: PageProps) {
  const session = await requireSession()
  // Without the role nothing can be enrolled; the home page says why.
  if (!session.requester.roles.includes('CSR.SelfService')) redirect('/')
  const { for: asked, renew } = await searchParams
  const { reader, words } = await currentReader()
  const { title } = enrollWords(reader.language).choose
  return (
    <Suspense
      fallback={
        <div className="wrap stack gap-6">
          <h1>{title}</h1>
          <Skeleton label={words.common.loading} rows={4} shape="row" />
        </div>
      }
    >
      <Enroll
        session={session}
        asked={typeof asked === 'string' ? asked : null}
        renew={typeof renew === 'string' ? renew : null}
      />
    </Suspense>
  )
}

type EnrollProps = {
  readonly session: Session
  readonly asked: string | null
  /** Serial of the certificate that is to be renewed; null for a new one. */
  readonly renew: string | null
}

async function Enroll({ session, asked, renew }: EnrollProps) {
  const { reader, words: dictionary } = await currentReader()
  const words = enrollWords(reader.language)
  const [{ me, devices, certificates }, networks] = await Promise.all([
    load(session),
    networksFor(session),
  ])
  if (!me.ok || !devices.ok) {
    const code = me.ok ? (devices.ok ? null : devices.code) : me.code
    return (
      <Instead title={words.choose.title}>
        <Note
          tone="info"
          title={
            code === 'directory_unavailable'
              ? words.choose.directorySilent
              : words.choose.authoritySilent
          }
          actions={<RefreshButton label={dictionary.common.tryAgain} automatic />}
        >
          {words.choose.silentMore}
        </Note>
      </Instead>
    )
  }

  const facts = {
    me: me.value,
    devices: devices.value.items,
    certificates: certificates.ok ? certificates.value : [],
    browser: await systemHere(),
  }
  const all = offersOf(facts, reader, words.choose)
  const preset = presetOf(all, asked, facts)
  const renewal = renew === null ? null : renewalIn(all, renew, facts, reader, words.choose)
  if (renew !== null && !renewal?.offer.possible) {
    return (
      <NotRenewed
        renewal={renewal}
        preset={preset}
        words={words.choose}
        getNew={dictionary.common.getCertificate}
      />
    )
  }
  if (preset === null) {
    return (
      <Instead title={words.choose.title}>
        <EmptyState
          sentence={words.choose.noneTitle}
          action={<ButtonLink href="/devices">{words.choose.seeDevices}</ButtonLink>}
        />
      </Instead>
    )
  }
  const { whatHappened, whatYouCanDo, copyForIt, messageCopied } = dictionary.common
  return (
    <EnrollFlow
      offers={renewal ? [renewal.offer] : all}
      preset={renewal?.offer.id ?? preset}
      replaces={renewal?.replaces ?? null}
      networks={networks}
      keys={BROWSER_KEYS.filter((key) => me.value.policy.keys.includes(key))}
      until={formatDate(reader, lastDay(me.value, reader.now), 'long')}
      confirmedUntil={confirmedUntil(me.value)}
      tenant={portal().config.tenantName}
      reader={reader}
      words={renewal ? { ...words, choose: { ...words.choose, title: renewal.title } } : words}
      common={{ whatHappened, whatYouCanDo, copyForIt, messageCopied }}
    />
  )
}

/** Without an answer the page offers certificates without the settings of networks. */
async function networksFor(session: Session): Promise<readonly NetworkView[]> {
  return authorityOf(session)
    .networks()
    .catch(() => [])
}

type NotRenewedProps = {
  /** Null for a certificate that cannot be renewed at all. */
  readonly renewal: Renewal | null
  /** What the reader may get a new certificate for, or null. */
  readonly preset: string | null
  readonly getNew: string
  readonly words: EnrollWords['choose']
}

/** Why a certificate cannot be renewed, or not now, and the way on. */
function NotRenewed({ renewal, preset, getNew, words }: NotRenewedProps) {
  if (renewal) {
    const { id, name, line } = renewal.offer
    return (
      <Instead title={renewal.title}>
        <EmptyState
          sentence={`${name}: ${line}`}
          action={<ButtonLink href={`/devices?for=${id}`}>{words.howToFix}</ButtonLink>}
        />
      </Instead>
    )
  }
  return (
    <Instead title={words.title}>
      <EmptyState
        sentence={words.notRenewable}
        action={preset && <ButtonLink href={`/enroll?for=${preset}`}>{getNew}</ButtonLink>}
      />
    </Instead>
  )
}

/** Null where nothing is ever confirmed; a time in the past where it is now. */
function confirmedUntil({ stepUp }: MeView): number | null {
  if (stepUp.kind === 'off') return null
  return stepUp.goodUntil === null ? 0 : new Date(stepUp.goodUntil).getTime()
}

const BROWSER_KEYS = ['ec-p256', 'rsa-2048', 'rsa-3072'] as const

const DAY_MS = 86_400_000

/** The last day of a new certificate, which never outlives its issuer. */
function lastDay({ policy, issuer }: MeView, now: Date): Date {
  const wanted = now.getTime() + policy.validityDays * DAY_MS
  return new Date(Math.min(wanted, new Date(issuer.notAfter).getTime()))
}

function Instead(props: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <div className="wrap stack gap-6">
      <PageHeading>{props.title}</PageHeading>
      {props.children}
    </div>
  )
}
