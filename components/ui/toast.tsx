'use client'

import { useEffect, useRef, useState } from 'react'

const EVENT = 'latchkey:toast'
const SHOWN_MS = 4000

/** Confirms something that was done ("Password copied"). Errors are never toasts. */
export function showToast(text: string): void {
  window.dispatchEvent(new CustomEvent(EVENT, { detail: text }))
}

/** The one place where toasts appear; stands once in the layout. */
export function Toaster() {
  const [text, setText] = useState('')
  const [shown, setShown] = useState(false)
  const timer = useRef<number | undefined>(undefined)

  useEffect(() => {
    const show = (event: Event) => {
      if (!(event instanceof CustomEvent) || typeof event.detail !== 'string') return
      setText(event.detail)
      setShown(true)
      restart()
    }
    const restart = () => {
      window.clearTimeout(timer.current)
      timer.current = window.setTimeout(() => setShown(false), SHOWN_MS)
    }
    window.addEventListener(EVENT, show)
    return () => {
      window.removeEventListener(EVENT, show)
      window.clearTimeout(timer.current)
    }
  }, [])

  return (
    <div className={shown ? 'toast on' : 'toast'} role="status">
      {shown ? text : ''}
    </div>
  )
}
