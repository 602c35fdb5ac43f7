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

const LOOKS = {
  good: { tint: 'good', icon: 'check' },
  hold: { tint: 'hold', icon: 'pause' },
  soon: { tint: 'soon', icon: 'clock' },
  revoked: { tint: 'revoked', icon: 'cross' },
  expired: { tint: 'past', icon: 'end' },
  none: { tint: 'none', icon: 'ring' },
  checking: { tint: 'none', icon: 'ring' },
  unknown: { tint: 'none', icon: 'ring' },
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
    <span className={`pill ${tint}`}>
      <Icon name={icon} />
      {words[status]}
    </span>
  )
}
