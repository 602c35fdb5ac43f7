import { performance } from 'node:perf_hooks'

export type LagMeter = {
  /** Delay of the event loop in milliseconds. */
  readonly lagMs: () => number
  readonly close: () => void
}

const TICK_MS = 20

/**
 * Measures how late a timer is called. A long turn of the loop is measured while it is still going on, so
 * that requests which arrive during a flood find it overloaded.
 */
export function measureLag(): LagMeter {
  let expectedAt = performance.now() + TICK_MS
  let last = 0
  const timer = setInterval(() => {
    const now = performance.now()
    // Halved at each tick, so that one slow turn does not count for long.
    last = Math.max(now - expectedAt, last / 2)
    expectedAt = now + TICK_MS
  }, TICK_MS)
  timer.unref()
  return {
    lagMs: () => Math.max(last, performance.now() - expectedAt),
    close: () => clearInterval(timer),
  }
}
