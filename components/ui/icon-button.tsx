import type { MouseEventHandler } from 'react'
import { Icon, type IconName } from './icon.tsx'

type IconButtonProps = {
  readonly icon: IconName
  /** What it does, as a verb and its object; the only name it has. */
  readonly label: string
  readonly pressed?: boolean
  readonly onClick: MouseEventHandler<HTMLButtonElement>
}

/** A square button with a sign only. */
export function IconButton({ icon, label, pressed, onClick }: IconButtonProps) {
  return (
    <button
      type="button"
      className="ib"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  )
}
