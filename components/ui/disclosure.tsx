import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'

const LOOKS = {
  card: { whole: 'border-line not-first:border-t', title: 'gap-2 px-5.5' },
  text: { whole: 'mt-1', title: 'gap-2' },
  entry: {
    whole: 'border-line not-first:border-t',
    title: 'flex-wrap gap-x-3 gap-y-1 px-5.5 py-2.25',
  },
} as const satisfies Record<string, { whole: string; title: string }>

type DisclosureProps = {
  readonly title: ReactNode
  /** So that a link can lead to it. */
  readonly id?: string
  /** A part of a card, one entry of a list in a card, or a line of a text. */
  readonly look?: keyof typeof LOOKS
  readonly children: ReactNode
}

/** What few people need, one click away. */
export function Disclosure({ title, id, look = 'card', children }: DisclosureProps) {
  return (
    <details className={`group ${LOOKS[look].whole}`} id={id}>
      <summary
        className={`flex min-h-11 cursor-pointer list-none items-center text-control font-medium text-ink2 marker:hidden ${LOOKS[look].title}`}
      >
        {look !== 'entry' && (
          <Icon
            name="right"
            small
            className="transition-transform duration-(--fast) ease-calm group-open:rotate-90"
          />
        )}
        {title}
      </summary>
      {children}
    </details>
  )
}
