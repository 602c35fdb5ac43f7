'use client'

import { useEffect, useRef } from 'react'

/**
 * Keeps the reader from leaving by accident while `active`: by closing or reloading the tab (the browser
 * asks), by the back button, and by links of our own pages. For the last two it calls `ask` with the function
 * that leaves.
 */
export function useLeaveGuard(active: boolean, ask: (leave: () => void) => void): void {
  const asked = useRef(ask)
  asked.current = ask

  useEffect(() => {
    if (!active) return
    let leaving = false

    const onUnload = (event: BeforeUnloadEvent) => {
      if (!leaving) event.preventDefault()
    }
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a[href]') : null
      if (!(link instanceof HTMLAnchorElement) || staysHere(link, event)) return
      event.preventDefault()
      event.stopPropagation()
      asked.current(() => {
        leaving = true
        window.location.assign(link.href)
      })
    }
    // An additional history entry: the back button removes it and the page stays.
    history.pushState(null, '', window.location.href)
    const onBack = () => {
      history.pushState(null, '', window.location.href)
      asked.current(() => {
        leaving = true
        history.go(-2)
      })
    }

    window.addEventListener('beforeunload', onUnload)
    window.addEventListener('popstate', onBack)
    document.addEventListener('click', onClick, { capture: true })
    return () => {
      window.removeEventListener('beforeunload', onUnload)
      window.removeEventListener('popstate', onBack)
      document.removeEventListener('click', onClick, { capture: true })
    }
  }, [active])
}

/** Whether a link downloads, opens another tab, or leads to a place on this page. */
function staysHere(link: HTMLAnchorElement, event: MouseEvent): boolean {
  const newTab = event.ctrlKey || event.metaKey || event.shiftKey || link.target === '_blank'
  return (
    newTab || link.hasAttribute('download') || (link.getAttribute('href') ?? '').startsWith('#')
  )
}
