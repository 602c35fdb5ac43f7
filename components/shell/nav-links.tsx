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

const LOOKS = {
  bar: {
    nav: 'flex gap-1 whitespace-nowrap max-phone:hidden',
    link: 'flex items-center px-[11px] text-control hover:text-ink aria-[current]:text-ink aria-[current]:after:inset-x-[11px] aria-[current]:after:-bottom-[3px] aria-[current]:after:key-bit',
  },
  tabs: {
    nav: 'fixed inset-x-0 bottom-0 z-10 grid auto-cols-fr grid-flow-col border-line border-t bg-surface px-1.5 pt-1 pb-[max(6px,env(safe-area-inset-bottom))] print:hidden phone:hidden [@media(max-height:32rem)]:static',
    link: 'grid justify-items-center gap-0.5 rounded-control px-0.5 pt-[7px] pb-[5px] text-caption leading-[1.2] aria-[current]:font-semibold aria-[current]:text-accent aria-[current]:before:-top-[5px] aria-[current]:before:left-[calc(50%-18px)] aria-[current]:before:w-9 aria-[current]:before:key-bit',
  },
} as const

const RULED = 'ml-3 before:absolute before:-left-2 before:h-5 before:border-line before:border-l'

/** Links to the main pages; the present one is marked. */
export function NavLinks({ label, links, place }: NavLinksProps) {
  const path = usePathname()
  return (
    <nav className={LOOKS[place].nav} aria-label={label}>
      {links.map(({ href, label: name, icon, also = [], ruled }) => (
        <Link
          key={href}
          href={href}
          className={`relative font-medium text-ink2 no-underline ${LOOKS[place].link} ${ruled && place === 'bar' ? RULED : ''}`}
          aria-current={isOn(path, href, also) ? 'page' : undefined}
          prefetch={false}
        >
          {place === 'tabs' && <Icon name={icon} className="size-5.25" />}
          {name}
        </Link>
      ))}
    </nav>
  )
}

function isOn(path: string, href: string, also: readonly string[]): boolean {
  return path === href || also.some((start) => path.startsWith(start))
}
