'use client'

import { useEffect, useRef, useState } from 'react'
import { Icon } from '#components/ui/icon.tsx'
import { AuthForm } from './auth-form.tsx'

type AccountMenuProps = {
  readonly name: string
  readonly upn: string | null
  readonly initials: string
  readonly words: { readonly account: string; readonly signOut: string }
}

/** The menu with who is signed in, and sign-out. Esc and a click elsewhere close it. */
export function AccountMenu({ name, upn, initials, words }: AccountMenuProps) {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)

  useEffect(() => {
    if (!open) return
    const outside = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false)
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      setOpen(false)
      button.current?.focus()
    }
    document.addEventListener('pointerdown', outside)
    document.addEventListener('focusin', outside)
    document.addEventListener('keydown', onKey)
    return () => {
      document.removeEventListener('pointerdown', outside)
      document.removeEventListener('focusin', outside)
      document.removeEventListener('keydown', onKey)
    }
  }, [open])

  return (
    <div className="relative flex items-center" ref={root}>
      <button
        ref={button}
        type="button"
        className="ml-1 flex cursor-pointer items-center gap-[9px] whitespace-nowrap rounded-full p-1 pr-2 font-medium text-control hover:bg-sunken max-phone:pr-1"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <span
          className="grid size-7.5 flex-none place-items-center rounded-full bg-accent-soft font-semibold text-accent text-caption leading-none tracking-[0.02em]"
          aria-hidden="true"
        >
          {initials}
        </span>
        <span className="vh">{words.account}</span>
        <span className="max-desk:hidden" aria-hidden="true">
          {name}
        </span>
      </button>
      {open && (
        <div className="absolute top-[calc(100%+8px)] right-0 z-20 min-w-62 rounded-card border border-line bg-surface p-1.5 shadow-3">
          <div className="mb-1.5 border-b border-line px-3 pt-2.5 pb-3 wrap-anywhere">
            <div className="font-semibold">{name}</div>
            {upn && <div className="small mute">{upn}</div>}
          </div>
          <AuthForm to="signout" next="/signin?left=1">
            {() => (
              <button
                type="submit"
                className="flex min-h-10 w-full cursor-pointer items-center gap-2.5 rounded-[8px] px-3 py-2 text-left text-control hover:bg-sunken"
              >
                <Icon name="leave" className="text-ink3" />
                {words.signOut}
              </button>
            )}
          </AuthForm>
        </div>
      )}
    </div>
  )
}
