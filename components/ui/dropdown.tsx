'use client'

import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from 'react'

type DropdownProps = {
  /** What the button shows. */
  readonly face: ReactNode
  readonly faceClass: string
  /** The name of the button, where its face has no words. */
  readonly label?: string
  /** Where the panel opens. */
  readonly place: 'below' | 'above'
  /** What the panel holds. Buttons that send no form close it. */
  readonly children: ReactNode
}

const PLACES = { below: 'top-[calc(100%+8px)] right-0', above: 'bottom-[calc(100%+8px)] left-0' }

/** A button that opens a panel. Esc and a click elsewhere close it, arrow keys move inside. */
export function Dropdown({ face, faceClass, label, place, children }: DropdownProps) {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const stops = () => [...(root.current?.querySelectorAll('button') ?? [])]

  useEffect(() => {
    if (!open) return
    const outside = ({ target }: Event) => {
      if (target instanceof Node && !root.current?.contains(target)) setOpen(false)
    }
    document.addEventListener('pointerdown', outside)
    document.addEventListener('focusin', outside)
    return () => {
      document.removeEventListener('pointerdown', outside)
      document.removeEventListener('focusin', outside)
    }
  }, [open])

  const close = () => {
    setOpen(false)
    stops()[0]?.focus()
  }
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === 'Escape') close()
    if (!step) return
    event.preventDefault()
    const all = stops()
    const at = all.findIndex((stop) => stop.matches(':focus'))
    all[(at + step + all.length) % all.length]?.focus()
  }
  const onClick = ({ target }: MouseEvent) => {
    // A form whose button is gone is not sent.
    if (target instanceof Element && target.closest('[type=button]')) close()
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the buttons inside
    <div className="relative flex items-center" ref={root} onKeyDown={open ? onKey : undefined}>
      <button
        type="button"
        className={faceClass}
        aria-expanded={open}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!open)}
      >
        {face}
      </button>
      {open && (
        // biome-ignore lint/a11y/noStaticElementInteractions: the clicks are those of the buttons inside
        // biome-ignore lint/a11y/useKeyWithClickEvents: a key on a button is a click too
        <div
          className={`absolute z-20 rounded-card border border-line bg-surface p-1.5 shadow-3 ${PLACES[place]}`}
          onClick={onClick}
        >
          {children}
        </div>
      )}
    </div>
  )
}
