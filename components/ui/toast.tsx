'use client'

import { useEffect, useRef, useState } from 'react'

const EVENT = 'latchkey:toast'
const SHOWN_MS = 4000

/** Confirms something that was done ("Password copied"). Errors are never toasts. */
export function showToast(text: string): void {
  window.dispatchEvent(new CustomEvent(EVENT, { detail: text }))
}

const TOAST =
  'pointer-events-none fixed bottom-7 left-1/2 z-20 flex -translate-x-1/2 items-center rounded-control bg-ink px-4.5 py-2.75 text-control font-medium text-bg shadow-3 transition-[opacity,translate] duration-(--calm) ease-calm max-phone:bottom-21 max-phone:w-max max-phone:max-w-[calc(100%-2rem)] print:hidden'

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
    <div className={`${TOAST} ${shown ? '' : 'translate-y-4 opacity-0'}`} role="status">
      {shown ? text : ''}
    </div>
  )
}
