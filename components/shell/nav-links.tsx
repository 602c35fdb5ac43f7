'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { Icon, type IconName } from '#components/ui/icon.tsx'

export type NavLink = {
  readonly href: string
  readonly label: string
  readonly icon: IconName
  /** Beginnings of further addresses that belong to this entry. */
  readonly also?: readonly string[]
  /** Separated by a rule. */
  readonly ruled?: boolean
}

type NavLinksProps = {
  readonly label: string
  readonly links: readonly NavLink[]
  /** In the bar, or as tabs at the bottom of a phone. */
  readonly place: 'bar' | 'tabs'
}

/** Links to the main pages; the present one is marked. */
export function NavLinks({ label, links, place }: NavLinksProps) {
  const path = usePathname()
  return (
    <nav className={place === 'bar' ? 'nav' : 'tabs'} aria-label={label}>
      {links.map(({ href, label: name, icon, also = [], ruled }) => (
        <Link
          key={href}
          href={href}
          className={ruled ? 'ruled' : undefined}
          aria-current={isOn(path, href, also) ? 'page' : undefined}
          prefetch={false}
        >
          {place === 'tabs' && <Icon name={icon} />}
          {name}
        </Link>
      ))}
    </nav>
  )
}

function isOn(path: string, href: string, also: readonly string[]): boolean {
  return path === href || also.some((start) => path.startsWith(start))
}
