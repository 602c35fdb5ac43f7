import { performance } from 'node:perf_hooks'

export type LagMeter = {
  /** How late the event loop is, in milliseconds. */
  readonly lagMs: () => number
  readonly close: () => void
}

const TICK_MS = 20

/**
 * Measures how late a timer is called. It sees a long turn of the loop while that turn is still
 * going on, so that what comes late in a flood is known to be late.
 */
export function measureLag(): LagMeter {
  let expectedAt = performance.now() + TICK_MS
  let last = 0
  const timer = setInterval(() => {
    const now = performance.now()
    // Falls by half at each tick, so that one slow turn does not count for long.
    last = Math.max(now - expectedAt, last / 2)
    expectedAt = now + TICK_MS
  }, TICK_MS)
  timer.unref()
  return {
    lagMs: () => Math.max(last, performance.now() - expectedAt),
    close: () => clearInterval(timer),
  }
}
