import { monitorEventLoopDelay } from 'node:perf_hooks'
import { LatchkeyError } from '#lib/errors.ts'
import type { App } from './schema.ts'

const RESOLUTION_MS = 10
const SAMPLE_MS = 1000

/**
 * Refuses requests while the event loop is late: by more than so many milliseconds in the mean of the last second, 0
 * for never. `@fastify/under-pressure` does the same, and reads the memory's size each time too, which throws in its
 * timer, and so ends the process, where clients have taken all file descriptors.
 */
export function refuseWhenLate(app: App, maxMs: number): void {
  if (maxMs === 0) return
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  let isLate = false
  let since = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    // After a reset the first sample is its beginning only: a loop whose turns last longer than this interval has none.
    const meanMs = delay.count === 0 ? now - since : delay.mean / 1e6
    isLate = meanMs - RESOLUTION_MS > maxMs
    since = now
    delay.reset()
  }, SAMPLE_MS)
  timer.unref()
  app.addHook('onRequest', (_request, _reply, done) => done(isLate ? new Overloaded() : undefined))
  app.addHook('onClose', (_app, done) => {
    clearInterval(timer)
    delay.disable()
    done()
  })
}

class Overloaded extends LatchkeyError {
  constructor() {
    super('authority_unavailable', 'This service has more to do than it can.', {
      remedy: 'Send the same request again in a few seconds.',
      retryAfterSeconds: 10,
    })
  }
}
