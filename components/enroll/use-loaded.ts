'use client'

import { useEffect, useState } from 'react'

const RETRY_MS = 2_000

/**
 * Gives a part of the page that is loaded when it is wanted; null until then. What could not be loaded is asked
 * for again: an error page in its place would take the key along.
 */
export function useLoaded<Part>(load: () => Promise<Part>, wanted: boolean): Part | null {
  const [part, setPart] = useState<{ readonly value: Part } | null>(null)
  const missing = part === null
  useEffect(() => {
    if (!wanted || !missing) return
    let over = false
    let timer: number | undefined
    const attempt = () => {
      load().then(
        (value) => {
          if (!over) setPart({ value })
        },
        () => {
          if (!over) timer = window.setTimeout(attempt, RETRY_MS)
        },
      )
    }
    attempt()
    return () => {
      over = true
      window.clearTimeout(timer)
    }
  }, [load, wanted, missing])
  return part?.value ?? null
}
