import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

/**
 * `yes`: a condition is met; `no`: it needs a correction; `off`: it is absent; `plain`: other information.
 */
export type BadgeTone = 'yes' | 'no' | 'off' | 'plain'

type BadgeProps = {
  readonly tone: BadgeTone
  readonly icon: IconName
  readonly children: ReactNode
}

/** A fact with an icon before it. */
export function Badge({ tone, icon, children }: BadgeProps) {
  return (
    <span className={`badge ${tone}`}>
      <Icon name={icon} />
      {children}
    </span>
  )
}

/** A short text in a box, at the end of a line. */
export function Tag({ children }: { readonly children: ReactNode }) {
  return <span className="tag">{children}</span>
}
