import Link from 'next/link'
import type { ReactNode } from 'react'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import type { Language } from '#lib/i18n/languages.ts'
import { AccountMenu } from './account-menu.tsx'
import { Brand } from './brand.tsx'
import { LanguageMenu } from './language-menu.tsx'
import { type NavLink, NavLinks } from './nav-links.tsx'
import { OfflineNote } from './offline-note.tsx'
import { ThemeSwitch } from './theme-switch.tsx'

type ShellProps = {
  readonly words: Dictionary['common']
  readonly language: Language
  readonly tenant: string
  readonly logo: string | null
  /** Whom to ask, at the foot of every page. */
  readonly help: ReactNode
  /** Who is signed in; null leaves out account and pages. */
  readonly person: {
    readonly name: string
    readonly upn: string | null
    /** Whether the person may manage the certificates of everyone. */
    readonly isOperator: boolean
  } | null
  readonly children: ReactNode
}

/** The frame of every page but sign-in: bar, main, footer; on a phone the pages are tabs at the bottom. */
export function Shell(props: ShellProps) {
  const { words, language, tenant, logo, help, person, children } = props
  const links = [
    { href: '/', label: words.home, icon: 'home', also: ['/certificates', '/enroll'] },
    { href: '/devices', label: words.devices, icon: 'laptop' },
    { href: '/scripts', label: words.scripts, icon: 'terminal', also: ['/scripts/'] },
    ...(person?.isOperator
      ? [{ href: '/admin', label: words.manage, icon: 'shield', ruled: true } as const]
      : []),
  ] as const satisfies readonly NavLink[]
  return (
    <>
      <header className="sticky top-0 z-10 border-line border-b bg-surface/92 backdrop-blur-[10px] print:hidden [@media(max-height:32rem)]:static">
        <div className="mx-auto flex h-15 max-w-[1120px] items-stretch gap-7 px-8 max-desk:gap-3.5 max-phone:h-13.5 max-phone:px-4">
          <Link className="flex no-underline" href="/" prefetch={false}>
            <Brand product={words.product} logo={logo} tenant={tenant} />
          </Link>
          {person && <NavLinks label={words.mainNavigation} links={links} place="bar" />}
          <div className="ml-auto flex items-center gap-1">
            <LanguageMenu language={language} label={words.language} place="bar" />
            <ThemeSwitch
              words={{ themeToDark: words.themeToDark, themeToLight: words.themeToLight }}
            />
            {person && (
              <AccountMenu
                name={person.name}
                upn={person.upn}
                initials={initialsOf(person.name)}
                words={{
                  account: fill(words.account, { name: person.name }),
                  calendar: words.calendar,
                  signOut: words.signOut,
                }}
              />
            )}
          </div>
        </div>
      </header>
      <OfflineNote text={words.offline} />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <footer className="mx-auto max-w-[1120px] px-8 pb-9 max-phone:px-4 max-phone:pb-22.5">
        <div className="flex flex-wrap items-center justify-between gap-x-8 gap-y-1 border-line border-t pt-4 text-ink3 text-small print:hidden">
          <p>{fill(words.footer, { tenant })}</p>
          {help}
        </div>
      </footer>
      {person && <NavLinks label={words.mainNavigation} links={links} place="tabs" />}
    </>
  )
}

/** First letters of the first and the last name. */
function initialsOf(name: string): string {
  const parts = name.split(/\s+/).filter((part) => part !== '')
  const letters = [parts[0], parts.length > 1 ? parts.at(-1) : undefined]
  return letters.map((part) => Array.from(part ?? '')[0]?.toUpperCase() ?? '').join('')
}
