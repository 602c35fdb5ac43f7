import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

/**
 * info: readers can simply go on · soon: something comes to its end · hold: something has to be corrected ·
 * bad: permanent or for IT · ok: done.
 */
export type NoteTone = 'info' | 'soon' | 'hold' | 'bad' | 'ok'

const LOOKS = {
  info: { icon: 'info', sign: 'text-accent', box: 'border-transparent bg-accent-soft' },
  soon: { icon: 'clock', sign: 'text-soon', box: 'border-transparent bg-soon-soft' },
  hold: { icon: 'alert', sign: 'text-hold', box: 'border-hold-line bg-hold-soft' },
  bad: { icon: 'cross', sign: 'text-revoked', box: 'border-revoked-line bg-revoked-soft' },
  ok: { icon: 'check', sign: 'text-good', box: 'border-transparent bg-good-soft' },
} as const satisfies Record<NoteTone, { icon: IconName; sign: string; box: string }>

type NoteProps = {
  readonly tone: NoteTone
  /** One sentence. */
  readonly title: string
  readonly icon?: IconName
  readonly level?: 2 | 3
  /** Goes to the heading, so that it can be focused after a failed step. */
  readonly headingId?: string
  /** Is the head of a card. */
  readonly head?: boolean
  /** Buttons. */
  readonly actions?: ReactNode
  /** Further text, as phrasing content: it is inside a paragraph. */
  readonly children?: ReactNode
}

/** A problem or news, with what to do. */
export function Note(props: NoteProps) {
  const { tone, title, icon, level = 2, headingId, head = false, actions, children } = props
  const Heading = `h${level}` as const
  const look = LOOKS[tone]
  const hasMore = Boolean(children)
  // Without more words the title stands beside its buttons.
  const place = hasMore ? '' : 'phone:row-[1/span_2] phone:self-center'
  return (
    <section
      className={`grid grid-cols-[22px_1fr_auto] items-start gap-x-3.5 gap-y-1 px-5 py-4 max-phone:grid-cols-[22px_1fr] max-phone:px-4 max-phone:py-3.75 ${head ? 'rounded-t-[13px] border-b' : 'rounded-card border'} ${look.box}`}
      aria-label={title}
    >
      <Icon
        name={icon ?? look.icon}
        className={`size-5 ${hasMore ? 'mt-px' : 'max-phone:mt-px'} ${look.sign} ${place}`}
      />
      <Heading
        id={headingId}
        tabIndex={headingId === undefined ? undefined : -1}
        className={`text-body leading-[1.45] ${place}`}
      >
        {title}
      </Heading>
      {hasMore && <p className="col-2 max-w-[76ch] text-control text-ink2">{children}</p>}
      {actions && (
        <div className="col-3 row-[1/span_2] flex items-center gap-2 self-center max-phone:col-2 max-phone:row-auto max-phone:mt-2 max-phone:flex-wrap">
          {actions}
        </div>
      )}
    </section>
  )
}
