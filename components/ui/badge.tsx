import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

/** `yes` is met, `no` needs mending, `off` is simply absent, `plain` says something else. */
export type BadgeTone = 'yes' | 'no' | 'off' | 'plain'

type BadgeProps = {
  readonly tone: BadgeTone
  readonly icon: IconName
  readonly children: ReactNode
}

/** A fact with a sign before it. */
export function Badge({ tone, icon, children }: BadgeProps) {
  return (
    <span className={`badge ${tone}`}>
      <Icon name={icon} />
      {children}
    </span>
  )
}

/** A word in a small box, at the end of a line. */
export function Tag({ children }: { readonly children: ReactNode }) {
  return <span className="tag">{children}</span>
}
