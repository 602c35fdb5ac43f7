'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import type { LiveStatus } from '#lib/live-status.ts'

type LiveCheckProps = {
  readonly serial: string
  /** Of what the page shows now. */
  readonly version: string
  /** Said when the page was drawn anew because the certificate stands otherwise. */
  readonly changed: string
  readonly everyMs: number
  readonly words: {
    readonly checkAgain: string
    readonly failed: string
    readonly signedOut: string
  }
}

/**
 * Keeps the page true while it is open: asks this portal now and then, as long as the tab is
 * visible, and has the page drawn anew when the answer differs. What it says is said once.
 */
export function LiveCheck({ serial, version, changed, everyMs, words }: LiveCheckProps) {
  const router = useRouter()
  const [said, setSaid] = useState('')
  const [busy, setBusy] = useState(false)
  const shown = useRef(version)

  useEffect(() => {
    if (shown.current === version) return
    shown.current = version
    setSaid(changed)
  }, [version, changed])

  useEffect(() => {
    let asking = false
    const look = async () => {
      if (asking || document.visibilityState !== 'visible') return
      asking = true
      const found = await ask(serial)
      asking = false
      if (found === 'signed out') stop()
      else if (found !== 'silent' && found.version !== shown.current) router.refresh()
    }
    const timer = window.setInterval(look, everyMs)
    const stop = () => {
      window.clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
    document.addEventListener('visibilitychange', look)
    return stop
  }, [serial, everyMs, router])

  const check = async () => {
    setBusy(true)
    const found = await ask(serial)
    setBusy(false)
    if (found === 'signed out') return setSaid(words.signedOut)
    if (found === 'silent') return setSaid(words.failed)
    const isSame = found.version === shown.current
    // Noted before the page is drawn anew, so that it is not said a second time.
    shown.current = found.version
    setSaid(isSame ? found.still : found.now)
    // Also when nothing changed: the times on the page are those of the last reading.
    router.refresh()
  }

  return (
    <>
      <span className="small mute live" role="status">
        {said}
      </span>
      <Button size="small" icon="refresh" busy={busy} onClick={check}>
        {words.checkAgain}
      </Button>
    </>
  )
}

async function ask(serial: string): Promise<LiveStatus | 'signed out' | 'silent'> {
  try {
    const response = await fetch(`/certificates/${serial}/status`, { cache: 'no-store' })
    if (response.status === 401) return 'signed out'
    const body: unknown = await response.json()
    return response.ok && isLiveStatus(body) ? body : 'silent'
  } catch {
    return 'silent'
  }
}

function isLiveStatus(body: unknown): body is LiveStatus {
  return typeof body === 'object' && body !== null && 'version' in body && 'still' in body
}
