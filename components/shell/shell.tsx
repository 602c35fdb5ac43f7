import Link from 'next/link'
import type { ReactNode } from 'react'
import { Mark } from '#components/ui/mark.tsx'
import type { Dictionary } from '#lib/i18n/dictionary.ts'
import { fill } from '#lib/i18n/fill.ts'
import type { Language } from '#lib/i18n/language.ts'
import { AccountMenu } from './account-menu.tsx'
import { LanguageSwitch } from './language-switch.tsx'
import { type NavLink, NavLinks } from './nav-links.tsx'
import { ThemeSwitch } from './theme-switch.tsx'

type ShellProps = {
  readonly words: Dictionary['common']
  readonly language: Language
  readonly tenant: string
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
export function Shell({ words, language, tenant, person, children }: ShellProps) {
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
      <header className="top">
        <div className="in">
          <Link className="brand" href="/" prefetch={false}>
            <Mark />
            {words.product}
            <span className="tenant">{tenant}</span>
          </Link>
          {person && <NavLinks label={words.mainNavigation} links={links} place="bar" />}
          <div className="end">
            <LanguageSwitch language={language} label={words.switchLanguage} />
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
                  signOut: words.signOut,
                }}
              />
            )}
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <footer className="pagefoot">
        <div className="foot">
          <span>{fill(words.footer, { tenant })}</span>
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
