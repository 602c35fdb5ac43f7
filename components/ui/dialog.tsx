'use client'

import { type ReactNode, useEffect, useId, useRef } from 'react'

type DialogProps = {
  readonly open: boolean
  /** Called for Esc as well: Esc is the safe way out. */
  readonly onClose: () => void
  /** Asks. */
  readonly title: string
  /** Says what happens, when, and whether it can be undone. */
  readonly children: ReactNode
  /** The safe button first; give it `autoFocus` by being first. */
  readonly actions: ReactNode
}

/** A sheet in the middle, above all else. */
export const PANEL =
  'fixed inset-0 m-auto h-fit max-h-[calc(100%-2rem)] w-[calc(100%-2rem)] max-w-120 overflow-y-auto rounded-[18px] border border-line bg-surface p-7 text-ink shadow-3'

/**
 * A modal question. The browser keeps the focus inside and gives it back afterwards. For the enrol page, whose
 * scripts have no room for Base UI; others use AlertDialog.
 */
export function Dialog({ open, onClose, title, children, actions }: DialogProps) {
  const titleId = useId()
  const element = useRef<HTMLDialogElement>(null)
  const isClosing = useRef(false)

  useEffect(() => {
    const dialog = element.current
    if (!dialog) return
    if (open && !dialog.open) {
      dialog.showModal()
      dialog.querySelector<HTMLElement>('.dialog-actions button, .dialog-actions a')?.focus()
    }
    if (!open && dialog.open) {
      isClosing.current = true
      dialog.close()
    }
  }, [open])

  return (
    <dialog
      ref={element}
      className={`${PANEL} backdrop:bg-veil`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        // Closed by `open` alone: when it is asked again meanwhile, it stays.
        event.preventDefault()
        onClose()
      }}
      onClose={() => {
        // Comes late, when it may be open again. A browser that insists on Esc closes it by itself.
        if (!isClosing.current) onClose()
        isClosing.current = false
      }}
    >
      <h2 id={titleId} className="text-[1.25rem] leading-[1.4]">
        {title}
      </h2>
      <div className="mute mt-2 mb-4">{children}</div>
      <div className="dialog-actions row justify-end">{actions}</div>
    </dialog>
  )
}
