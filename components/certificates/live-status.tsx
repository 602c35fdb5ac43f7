'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import type { LiveStatus } from '#lib/live-status.ts'
import { askVersion, useVersion } from './use-version.ts'

type LiveCheckProps = {
  readonly serial: string
  /** Version of the status that the page shows. */
  readonly version: string
  /** The announcement when the status has changed. */
  readonly changed: string
  readonly everyMs: number
  readonly words: {
    readonly checkAgain: string
    readonly failed: string
    readonly signedOut: string
  }
}

/** Updates the page of one certificate while it is open. Each change is announced once. */
export function LiveCheck({ serial, version, changed, everyMs, words }: LiveCheckProps) {
  const router = useRouter()
  const [said, setSaid] = useState('')
  const [busy, setBusy] = useState(false)
  const shown = useRef(version)
  const path = `/certificates/${serial}/status`
  useVersion(path, shown, everyMs)

  useEffect(() => {
    if (shown.current === version) return
    shown.current = version
    setSaid(changed)
  }, [version, changed])

  const check = async () => {
    setBusy(true)
    const found = await askVersion(path, isLiveStatus)
    setBusy(false)
    if (found === 'signed out') return setSaid(words.signedOut)
    if (found === 'silent') return setSaid(words.failed)
    const isSame = found.version === shown.current
    // Set before the page is drawn again, so that the change is not announced a second time.
    shown.current = found.version
    setSaid(isSame ? found.still : found.now)
    // Also without a change, since the page shows the times of the last directory sync.
    router.refresh()
  }

  return (
    <>
      <span
        className="small mute max-w-[30ch] text-right max-phone:order-1 max-phone:max-w-none max-phone:text-left"
        role="status"
      >
        {said}
      </span>
      <Button size="small" icon="refresh" busy={busy} onClick={check}>
        {words.checkAgain}
      </Button>
    </>
  )
}

function isLiveStatus(body: unknown): body is LiveStatus {
  return typeof body === 'object' && body !== null && 'version' in body && 'still' in body
}
