'use client'

import { AlertDialog as Base } from '@base-ui/react/alert-dialog'
import { type ReactNode, useRef } from 'react'
import { Button } from './button.tsx'

type AlertDialogProps = {
  readonly open: boolean
  /** Called for Esc as well: Esc is the safe way out. */
  readonly onClose: () => void
  /** Asks. */
  readonly title: string
  /** Says what happens, when, and whether it can be undone. */
  readonly text: string
  /** Between the text and the buttons: a choice, a refusal. */
  readonly children?: ReactNode
  /** What the safe button says; it has the focus at first. */
  readonly safe: string
  readonly busy: boolean
  /** What the other button says and does. */
  readonly sure: string
  readonly onSure: () => void
}

/** A question before something that hurts. Only its two buttons and Esc close it. */
export function AlertDialog(props: AlertDialogProps) {
  const { open, onClose, title, text, children, safe, busy, sure, onSure } = props
  const buttons = useRef<HTMLDivElement>(null)
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="ask-back" />
        <Base.Popup
          className="ask"
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
