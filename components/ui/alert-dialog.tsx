'use client'

import { AlertDialog as Base } from '@base-ui/react/alert-dialog'
import { type ReactNode, useRef } from 'react'
import { Button } from './button.tsx'
import { PANEL } from './dialog.tsx'

type AlertDialogProps = {
  readonly open: boolean
  /** Called for Esc as well: Esc is the safe way out. */
  readonly onClose: () => void
  /** A question. */
  readonly title: string
  /** Says what happens, when, and whether it can be undone. */
  readonly text: string
  /** A choice or a refusal, between the text and the buttons. */
  readonly children?: ReactNode
  /** Label of the safe button, which has the focus at first. */
  readonly safe: string
  readonly busy: boolean
  /** Label and action of the other button. */
  readonly sure: string
  readonly onSure: () => void
}

/** A question before an action that cannot be undone easily. Only its two buttons and Esc close it. */
export function AlertDialog(props: AlertDialogProps) {
  const { open, onClose, title, text, children, safe, busy, sure, onSure } = props
  const buttons = useRef<HTMLDivElement>(null)
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-veil" />
        <Base.Popup
          className={`${PANEL} z-41`}
          initialFocus={() => buttons.current?.querySelector('button') ?? true}
        >
          <Base.Title className="text-[1.25rem] leading-[1.4]">{title}</Base.Title>
          <Base.Description className="mute mt-2">{text}</Base.Description>
          {children}
          <div ref={buttons} className="row mt-5 justify-end">
            <Button onClick={onClose}>{safe}</Button>
            <Button variant="sure" busy={busy} onClick={onSure}>
              {sure}
            </Button>
          </div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
