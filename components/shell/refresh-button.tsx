'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useTransition } from 'react'
import { Button } from '#components/ui/button.tsx'
import type { ButtonSize, ButtonVariant } from '#components/ui/button-look.ts'

type RefreshButtonProps = {
  readonly label: string
  /** Accessible name, where the visible text alone is not enough. */
  readonly name?: string
  readonly variant?: ButtonVariant
  readonly size?: ButtonSize
  /** Whether it also retries by itself, after 5, 15 and 60 seconds. */
  readonly automatic?: boolean
}

const PAUSES_MS = [5_000, 15_000, 60_000]

/** Draws the page again with the server's present data. */
export function RefreshButton(props: RefreshButtonProps) {
  const { label, name, variant = 'secondary', size = 'small', automatic = false } = props
  const router = useRouter()
  const [busy, start] = useTransition()

  useEffect(() => {
    if (!automatic) return
    const timers = PAUSES_MS.map((pause) => window.setTimeout(() => router.refresh(), pause))
    return () => timers.forEach(window.clearTimeout)
  }, [automatic, router])

  return (
    <Button
      variant={variant}
      size={size}
      icon="refresh"
      busy={busy}
      {...(name !== undefined && { label: name })}
      onClick={() => start(() => router.refresh())}
    >
      {label}
    </Button>
  )
}
