import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

/** `yes` is met, `no` needs mending, `off` is simply absent, `plain` says something else. */
export type BadgeTone = 'yes' | 'no' | 'off' | 'plain'

const TONES = {
  yes: { text: 'text-ink2', sign: 'text-good' },
  no: { text: 'text-hold', sign: '' },
  off: { text: 'text-ink2', sign: 'text-ink3' },
  plain: { text: 'text-ink2', sign: '' },
} as const satisfies Record<BadgeTone, { text: string; sign: string }>

type BadgeProps = {
  readonly tone: BadgeTone
  readonly icon: IconName
  readonly children: ReactNode
}

/** A fact with a sign before it. */
export function Badge({ tone, icon, children }: BadgeProps) {
  return (
    <span
      className={`inline-flex items-center gap-1.25 font-medium text-small leading-[1.3] ${TONES[tone].text}`}
    >
      <Icon name={icon} className={`size-3.75 ${TONES[tone].sign}`} />
      {children}
    </span>
  )
}

/** A word in a small box, at the end of a line. */
export function Tag(props: { readonly children: ReactNode; readonly className?: string }) {
  return (
    <span
      className={`inline-flex h-5.5 items-center whitespace-nowrap rounded-inside bg-sunken px-2 font-medium text-caption text-ink2 leading-none ${props.className ?? ''}`}
    >
      {props.children}
    </span>
  )
}
