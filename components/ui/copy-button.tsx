'use client'

import { Button } from './button.tsx'
import type { ButtonSize, ButtonVariant } from './button-look.ts'
import { IconButton } from './icon-button.tsx'
import { showToast } from './toast.tsx'

type CopyButtonProps = {
  readonly text: string
  /** "Copy message". */
  readonly label: string
  /** "Message copied". */
  readonly done: string
  /** Without a variant the button shows an icon only. */
  readonly variant?: ButtonVariant
  readonly size?: ButtonSize
}

/** Copies a text and confirms it. */
export function CopyButton({ text, label, done, variant, size = 'normal' }: CopyButtonProps) {
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => showToast(done),
      () => undefined,
    )
  }
  if (variant === undefined) return <IconButton icon="copy" label={label} onClick={copy} />
  return (
    <Button variant={variant} size={size} icon="copy" onClick={copy}>
      {label}
    </Button>
  )
}
