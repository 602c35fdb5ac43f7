'use client'

import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { keepChoice } from './cookie.ts'

/** Sends the reader's time zone to the server once, by a cookie: browsers do not send it themselves. */
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
