import type { MouseEventHandler } from 'react'
import { Icon, type IconName } from './icon.tsx'

type IconButtonProps = {
  readonly icon: IconName
  /** The accessible name: a verb and its object. */
  readonly label: string
  readonly pressed?: boolean
  readonly onClick: MouseEventHandler<HTMLButtonElement>
}

/** A square button with an icon only. */
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
