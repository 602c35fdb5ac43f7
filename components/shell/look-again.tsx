'use client'

import { useRouter } from 'next/navigation'
import { useEffect } from 'react'

/** Draws the page again at an interval while it is mounted and the tab is visible. */
export function LookAgain({ everyMs }: { readonly everyMs: number }) {
  const router = useRouter()
  useEffect(() => {
    const look = () => document.visibilityState === 'visible' && router.refresh()
    const timer = window.setInterval(look, everyMs)
    return () => window.clearInterval(timer)
  }, [everyMs, router])
  return null
}
