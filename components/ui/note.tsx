import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

/**
 * info: readers can simply go on · hold: something has to be corrected · bad: permanent or for IT · ok: done.
 */
export type NoteTone = 'info' | 'hold' | 'bad' | 'ok'

const ICONS = { info: 'info', hold: 'alert', bad: 'cross', ok: 'check' } as const satisfies Record<
  NoteTone,
  IconName
>

const TINTS = { info: 'info', hold: 'hold', bad: 'bad', ok: 'fine' } as const satisfies Record<
  NoteTone,
  string
>

type NoteProps = {
  readonly tone: NoteTone
  /** One sentence. */
  readonly title: string
  readonly icon?: IconName
  readonly level?: 2 | 3
  /** Goes to the heading, so that it can be focused after a failed step. */
  readonly headingId?: string
  /** Buttons. */
  readonly actions?: ReactNode
  /** Further text, as phrasing content: it is inside a paragraph. */
  readonly children?: ReactNode
}

/** A problem or news, with what to do. */
export function Note(props: NoteProps) {
  const { tone, title, icon, level = 2, headingId, actions, children } = props
  const Heading = `h${level}` as const
  return (
    <section className={`note ${TINTS[tone]}`} aria-label={title}>
      <Icon name={icon ?? ICONS[tone]} />
      <Heading id={headingId} tabIndex={headingId === undefined ? undefined : -1}>
        {title}
      </Heading>
      {children && <p>{children}</p>}
      {actions && <div className="do">{actions}</div>}
    </section>
  )
}
