import { nextTick } from 'node:process'

/**
 * Gives `take` at once all that is handed in within one turn of the event loop, that is until nothing
 * can go on any more without an answer from outside.
 */
export function gather<T>(take: (together: readonly T[]) => void): (one: T) => void {
  let waiting: T[] = []
  return (one) => {
    waiting.push(one)
    if (waiting.length > 1) return
    // Ticks come after the last promise that is settled by now.
    queueMicrotask(() => {
      nextTick(() => {
        const together = waiting
        waiting = []
        take(together)
      })
    })
  }
}
