import { useRouter } from 'next/navigation'
import { type RefObject, useEffect } from 'react'

/** The portal's answer about a status: another version means that it changed. */
export type Versioned = { readonly version: string }

/**
 * Updates a page while it is open: asks the portal at an interval while the tab is visible, and has the page
 * drawn again when the version differs.
 */
export function useVersion(path: string, shown: RefObject<string>, everyMs: number): void {
  const router = useRouter()
  useEffect(() => {
    let asking = false
    const look = async () => {
      if (asking || document.visibilityState !== 'visible') return
      asking = true
      const found = await askVersion(path, isVersioned)
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
  }, [path, shown, everyMs, router])
}

export async function askVersion<T extends Versioned>(
  path: string,
  fits: (body: unknown) => body is T,
): Promise<T | 'signed out' | 'silent'> {
  try {
    const response = await fetch(path, { cache: 'no-store' })
    if (response.status === 401) return 'signed out'
    const body: unknown = await response.json()
    return response.ok && fits(body) ? body : 'silent'
  } catch {
    return 'silent'
  }
}

function isVersioned(body: unknown): body is Versioned {
  return typeof body === 'object' && body !== null && 'version' in body
}
