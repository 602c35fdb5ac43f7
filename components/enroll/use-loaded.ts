'use client'

import { useEffect, useState } from 'react'

const RETRY_MS = 2_000

/**
 * Gives a part of the page that is loaded when it is wanted; null until then. What could not be loaded is asked
 * for again: an error page in its place would take the key along. While offline nothing is asked for, since the
 * loader of chunks may remember a failure.
 */
export function useLoaded<Part>(load: () => Promise<Part>, wanted: boolean): Part | null {
  const [part, setPart] = useState<{ readonly value: Part } | null>(null)
  const missing = part === null
  useEffect(() => {
    if (!wanted || !missing) return
    let over = false
    let timer: number | undefined
    const attempt = () => {
      if (!navigator.onLine) return
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
    window.addEventListener('online', attempt)
    return () => {
      over = true
      window.clearTimeout(timer)
      window.removeEventListener('online', attempt)
    }
  }, [load, wanted, missing])
  return part?.value ?? null
}

const SIGNS = ['pointermove', 'pointerdown', 'keydown'] as const

/** Whether the reader has moved or typed on this page: from then on more of it may soon be wanted. */
export function useTouched(): boolean {
  const [touched, setTouched] = useState(false)
  useEffect(() => {
    if (touched) return
    const touch = () => setTouched(true)
    for (const sign of SIGNS) window.addEventListener(sign, touch, { passive: true })
    return () => {
      for (const sign of SIGNS) window.removeEventListener(sign, touch)
    }
  }, [touched])
  return touched
}
