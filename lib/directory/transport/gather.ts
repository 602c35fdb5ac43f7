import { nextTick } from 'node:process'

/**
 * Calls `take` once with everything that is handed in within one turn of the event loop, that is until all
 * remaining work waits for I/O.
 */
export function gather<T>(take: (together: readonly T[]) => void): (one: T) => void {
  let waiting: T[] = []
  return (one) => {
    waiting.push(one)
    if (waiting.length > 1) return
    // process.nextTick in a microtask runs after all promises that are settled by now.
    queueMicrotask(() => {
      nextTick(() => {
        const together = waiting
        waiting = []
        take(together)
      })
    })
  }
}
