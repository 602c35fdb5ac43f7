import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'

type KeyRowProps = {
  /** Null for a further row of the holder above it. */
  readonly picture: ReactNode
  /** The name, and what it is. */
  readonly title: ReactNode
  readonly bar: ReactNode
  readonly status: ReactNode
  readonly action?: ReactNode
  /** The whole row leads somewhere: its title has a link over all of it. */
  readonly isLink?: boolean
}

/** One line of a list of certificates. */
export function KeyRow({ picture, title, bar, status, action, isLink = false }: KeyRowProps) {
  return (
    <li
      className={`relative grid grid-cols-[52px_minmax(170px,1fr)_minmax(220px,1.45fr)_122px_112px] items-center gap-x-5.5 gap-y-1.5 border-line px-5.5 py-4.25 first:rounded-t-card hover:bg-sunken/45 max-desk:grid-cols-[52px_1fr_auto] max-desk:gap-x-4 max-desk:gap-y-2.5 max-phone:px-4 max-phone:pt-4 max-phone:pb-4.5 ${picture === null ? 'pt-2 max-phone:pt-2' : 'not-first:border-t'}`}
    >
      {picture ?? <span />}
      <div className="min-w-0">{title}</div>
      <div className="max-desk:order-3 max-desk:col-span-full">{bar}</div>
      <span className="max-desk:justify-self-end">{status}</span>
      {action && (
        <span className="relative z-1 justify-self-end max-desk:order-4 max-desk:col-span-full max-desk:justify-self-start">
          {action}
        </span>
      )}
      {isLink && !action && (
        <Icon name="right" className="justify-self-end text-ink3 max-desk:hidden" />
      )}
    </li>
  )
}
