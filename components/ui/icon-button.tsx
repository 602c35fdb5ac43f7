import type { MouseEventHandler } from 'react'
import { Icon, type IconName } from './icon.tsx'

type IconButtonProps = {
  readonly icon: IconName
  /** What it does, as a verb and its object; the only name it has. */
  readonly label: string
  readonly pressed?: boolean
  /** Of the label, where it is not the page's. */
  readonly lang?: string
  readonly onClick: MouseEventHandler<HTMLButtonElement>
}

/** A square button with a sign only. */
export function IconButton({ icon, label, pressed, lang, onClick }: IconButtonProps) {
  return (
    <button
      type="button"
      className="grid size-9 cursor-pointer place-items-center rounded-control text-ink2 hover:bg-sunken hover:text-ink"
      lang={lang}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  )
}
