import { Icon, type IconName } from './icon.tsx'

export type Status =
  | 'good'
  | 'hold'
  | 'soon'
  | 'revoked'
  | 'expired'
  | 'none'
  | 'checking'
  | 'unknown'

const OPEN = { tint: 'inset-ring inset-ring-edge text-ink2', icon: 'ring' } as const

const LOOKS = {
  good: { tint: 'bg-good-soft text-good', icon: 'check' },
  hold: { tint: 'bg-hold-soft text-hold', icon: 'pause' },
  soon: { tint: 'bg-soon-soft text-soon', icon: 'clock' },
  revoked: { tint: 'bg-revoked-soft text-revoked', icon: 'cross' },
  expired: { tint: 'bg-past-soft text-past', icon: 'end' },
  none: OPEN,
  checking: OPEN,
  unknown: OPEN,
} as const satisfies Record<Status, { tint: string; icon: IconName }>

type StatusPillProps = {
  readonly status: Status
  /** The word for each status in the reader's language. */
  readonly words: Readonly<Record<Status, string>>
}

/** The display status of a certificate: icon, text and tint, never colour alone. */
export function StatusPill({ status, words }: StatusPillProps) {
  const { tint, icon } = LOOKS[status]
  return (
    <span
      className={`inline-flex h-6.5 items-center gap-1.5 whitespace-nowrap rounded-full pr-2.5 pl-2 font-[550] text-small leading-none forced-colors:border ${tint}`}
    >
      <Icon name={icon} className="size-3.5 stroke-[2.9]" />
      {words[status]}
    </span>
  )
}
