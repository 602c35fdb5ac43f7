'use client'

import { useRouter } from 'next/navigation'
import { useEffect } from 'react'

/** As long as it is there, the page is drawn anew now and then while somebody can see it. */
export function LookAgain({ everyMs }: { readonly everyMs: number }) {
  const router = useRouter()
  useEffect(() => {
    const look = () => document.visibilityState === 'visible' && router.refresh()
    const timer = window.setInterval(look, everyMs)
    return () => window.clearInterval(timer)
  }, [everyMs, router])
  return null
}
