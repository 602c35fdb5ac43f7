'use client'

import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { keepChoice } from './cookie.ts'
import { SEALED_PAGE } from './sealed-page.ts'

/**
 * Sends the reader's time zone to the server once, by a cookie: browsers do not send it themselves. Writes to the
 * document whether there is a connection.
 */
export function BrowserFacts({ timeZone }: { readonly timeZone: string }) {
  const router = useRouter()
  useEffect(() => {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone
    if (!own || own === timeZone || document.cookie.includes(`latchkey-zone=${own}`)) return
    keepChoice('zone', own)
    if (location.pathname !== SEALED_PAGE) router.refresh()
  }, [timeZone, router])
  useEffect(() => {
    const tell = () => document.documentElement.toggleAttribute('data-offline', !navigator.onLine)
    tell()
    window.addEventListener('online', tell)
    window.addEventListener('offline', tell)
    return () => {
      window.removeEventListener('online', tell)
      window.removeEventListener('offline', tell)
    }
  }, [])
  return null
}
