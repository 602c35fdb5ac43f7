import { useRouter } from 'next/navigation'
import { useState, useTransition } from 'react'
import type { ActionResult } from '#lib/errors.ts'
import type { Failed } from '#lib/i18n/certificate-stop.ts'
import { isIn } from '#lib/i18n/fill.ts'

/** Asks this portal to change something, and draws the page anew when it is done. */
export function useChange(failed: Failed) {
  const router = useRouter()
  const [refusal, setRefusal] = useState<string | null>(null)
  const [busy, start] = useTransition()

  const run = (change: () => Promise<ActionResult<null>>, onDone: () => void) => {
    setRefusal(null)
    start(async () => {
      const result = await change().catch(() => null)
      if (!result?.ok) return setRefusal(refusalOf(result?.code, failed))
      onDone()
      router.refresh()
    })
  }
  return {
    busy,
    /** Why it did not work; null until it was tried. */
    refusal,
    forget: () => setRefusal(null),
    run,
  }
}

/** An answer that never came is "other" too: nobody knows more of it than to try again. */
function refusalOf(code: string | undefined, failed: Failed): string {
  return (isIn(code, failed) ? failed[code] : undefined) ?? failed.other
}
