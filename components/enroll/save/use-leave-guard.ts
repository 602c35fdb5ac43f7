'use client'

import { useEffect, useRef } from 'react'

/**
 * Keeps the reader from leaving by accident while `active`: closing or reloading the tab (the
 * browser's own question), the back button, and links of our own pages. For the last two `ask` is
 * called with what to do if they leave all the same.
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
    // An entry of our own on top: the back button takes that one away, and the page stays.
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

/** A download, another tab, or a place on this page. */
function staysHere(link: HTMLAnchorElement, event: MouseEvent): boolean {
  const newTab = event.ctrlKey || event.metaKey || event.shiftKey || link.target === '_blank'
  return (
    newTab || link.hasAttribute('download') || (link.getAttribute('href') ?? '').startsWith('#')
  )
}
