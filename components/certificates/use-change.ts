import { useRouter } from 'next/navigation'
import { useState, useTransition } from 'react'
import type { ActionResult } from '#lib/errors.ts'
import { isIn } from '#lib/i18n/fill.ts'
import type { Failed } from '#lib/i18n/words.ts'

export type ChangeOptions = {
  /** False where the page holds what a new drawing would lose. */
  readonly refresh?: boolean
}

/** Calls a server action that changes something, and draws the page again afterwards. */
export function useChange(failed: Failed, { refresh = true }: ChangeOptions = {}) {
  const router = useRouter()
  const [refusal, setRefusal] = useState<string | null>(null)
  const [busy, start] = useTransition()

  const run = (change: () => Promise<ActionResult<null>>, onDone: () => void) => {
    setRefusal(null)
    start(async () => {
      const result = await change().catch(() => null)
      if (!result?.ok) return setRefusal(refusalOf(result?.code, failed))
      onDone()
      if (refresh) router.refresh()
    })
  }
  return {
    busy,
    /** Why the last attempt failed; null before the first. */
    refusal,
    forget: () => setRefusal(null),
    run,
  }
}

/** A missing answer also gives "other", whose text says to try again. */
function refusalOf(code: string | undefined, failed: Failed): string {
  return (isIn(code, failed) ? failed[code] : undefined) ?? failed.other
}
