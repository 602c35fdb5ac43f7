/**
 * What the browser knows of its connection. One that says "offline" although this page just came to it means any
 * other network: the portal is on the same machine. Its word counts from when it said "online" once.
 */
let counts = true

if (typeof window !== 'undefined' && !navigator.onLine) {
  counts = false
  window.addEventListener(
    'online',
    () => {
      counts = true
    },
    { once: true },
  )
}

/** False only where asking the portal would be in vain. */
export function isOnline(): boolean {
  return navigator.onLine || !counts
}
