'use client'

import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { keepChoice } from './cookie.ts'

/** Tells the server the reader's time zone, once: a browser does not send it by itself. */
export function BrowserFacts({ timeZone }: { readonly timeZone: string }) {
  const router = useRouter()
  useEffect(() => {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone
    if (!own || own === timeZone || document.cookie.includes(`latchkey-zone=${own}`)) return
    keepChoice('zone', own)
    router.refresh()
  }, [timeZone, router])
  return null
}
