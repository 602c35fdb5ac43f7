import type { Metadata } from 'next'
import { AuthButton } from '#components/shell/auth-button.tsx'
import { Brand } from '#components/shell/brand.tsx'
import { CookieNote } from '#components/shell/cookie-note.tsx'
import { Door } from '#components/shell/door.tsx'
import { HelpLine } from '#components/shell/help-line.tsx'
import { LanguageMenu } from '#components/shell/language-menu.tsx'
import { OfflineNote } from '#components/shell/offline-note.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { Note } from '#components/ui/note.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'
import { portal } from '#lib/auth/portal.ts'
import { safePath } from '#lib/auth/safe-path.ts'
import { logoUrl } from '#lib/brand/brand.ts'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import { currentReader } from '#lib/i18n/reader.ts'

type Query = Readonly<Record<string, string | string[] | undefined>>
type SignInProps = { readonly searchParams: Promise<Query> }

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await currentReader()).words.signin.title }
}

export default async function SignInPage({ searchParams }: SignInProps) {
  const { reader, words } = await currentReader()
  const query = await searchParams
  const { signin, common } = words
  const { brand, config } = portal()
  const tenant = config.tenantName
  const again = query.left !== undefined || query.error !== undefined
  return (
    <div className="grid min-h-screen grid-cols-[46%_1fr] max-phone:block max-phone:min-h-0">
      <Door />
      <main
        id="main"
        className="flex min-h-screen flex-col pt-9 pr-12 pb-8 pl-[clamp(32px,9vw,136px)] max-phone:min-h-[calc(100vh-168px)] max-phone:px-5 max-phone:pt-5 max-phone:pb-7"
        tabIndex={-1}
      >
        <OfflineNote text={`${signin.offline} ${signin.offlineMore}`} />
        <Brand product={common.product} logo={logoUrl(brand)} />
        <div className="my-auto w-full max-w-[440px] py-10 max-phone:my-0 max-phone:pt-5 max-phone:pb-8">
          <PageHeading className="text-[2.5rem] leading-[1.1] tracking-[-0.018em] max-phone:text-[1.875rem]">
            {signin.heading}
          </PageHeading>
          <p className="lede mt-3.5 mb-7 text-[1rem] leading-normal">{signin.lede}</p>
          <div className="stack gap-4 empty:hidden not-empty:mb-6">
            <Why query={query} tenant={tenant} words={signin} />
            <CookieNote title={signin.blocked} text={signin.blockedMore} />
          </div>
          <AuthButton
            next={nextOf(query)}
            label={fill(signin.button, { tenant })}
            busyLabel={signin.leaving}
            chooseAccount={again}
            icon="microsoft"
            variant="primary"
            size="large"
            wide
          />
          <p className="small faint mt-3">{signin.note}</p>
          <Steps words={signin} />
        </div>
        <div className="flex flex-wrap items-center gap-x-6 gap-y-1 text-small print:hidden">
          <LanguageMenu language={reader.language} label={common.language} place="foot" />
          <HelpLine {...brand.help} privacyUrl={brand.privacyUrl} words={common} />
        </div>
      </main>
    </div>
  )
}

const STEP_ICONS = ['laptop', 'key', 'file'] as const

function Steps({ words }: { readonly words: Dictionary['signin'] }) {
  return (
    <ol className="mt-9 grid gap-3.5 border-line border-t pt-6.5">
      {words.steps.map((step, index) => (
        <li
          key={step}
          className="grid grid-cols-[34px_1fr] items-center gap-3.5 text-pretty text-control text-ink2"
        >
          <span className="grid size-8.5 place-items-center rounded-control bg-sunken text-brass">
            <Icon name={STEP_ICONS[index] ?? 'key'} />
          </span>
          <span>{step}</span>
        </li>
      ))}
    </ol>
  )
}

type WhyProps = {
  readonly query: Query
  readonly tenant: string
  readonly words: Dictionary['signin']
}

/** Why the reader is on this page again: refused, session expired, or signed out. */
function Why({ query, tenant, words }: WhyProps) {
  const error = errorOf(query.error)
  if (error) {
    const { title, more } = words.errors[error]
    return (
      <Note tone={error === 'again' ? 'info' : 'bad'} title={title}>
        {fill(more, { tenant })}
      </Note>
    )
  }
  if (query.ended !== undefined) {
    return (
      <Note tone="info" icon="clock" title={words.ended}>
        {words.endedMore}
      </Note>
    )
  }
  if (query.left !== undefined) {
    return (
      <Note tone="ok" title={words.signedOut}>
        {words.signedOutMore}
      </Note>
    )
  }
  return null
}

/** Error codes of next-auth and of our own callbacks, with the text for each. */
const ERRORS: ReadonlyMap<unknown, keyof Dictionary['signin']['errors']> = new Map([
  ['wrong_tenant', 'wrong_tenant'],
  ['unreadable', 'setup'],
  ['AccessDenied', 'refused'],
  ['Configuration', 'setup'],
  ['OAuthSignin', 'setup'],
])

function errorOf(error: string | string[] | undefined) {
  if (error === undefined) return null
  return ERRORS.get(error) ?? 'again'
}

/** Where to go afterwards: our own parameter, or next-auth's when it sent the reader here. */
function nextOf(query: Query): string {
  const next = query.next ?? query.callbackUrl
  if (typeof next !== 'string') return '/'
  const { origin } = new URL(portal().config.portalUrl)
  const path = safePath(next.startsWith(`${origin}/`) ? next.slice(origin.length) : next)
  // Never back to this page, which would be an endless loop.
  return path.startsWith('/signin') ? '/' : path
}
