/** A worker that holds its event loop for longer than this does not answer anybody. */
export const SILENT_MAX_MS = 30_000
/** How often a worker says that it lives, in the time for which it may be silent. */
const BEATS = 6

type Pulse = {
  /** From its first beat on a worker is watched. */
  readonly begin: (who: number) => void
  readonly beat: (who: number) => void
  readonly end: (who: number) => void
  /** Of the beats, in milliseconds. */
  readonly everyMs: number
  readonly stop: () => void
}

/** Calls `onSilent` once for each worker that was not heard for `silentMaxMs`. */
export function watchPulse(
  silentMaxMs: number,
  onSilent: (who: number, silentMs: number) => void,
): Pulse {
  const everyMs = silentMaxMs / BEATS
  const heardAt = new Map<number, number>()
  let lookedAt = performance.now()
  const look = () => {
    const now = performance.now()
    // This process, or the whole machine, stood still as well: what was sent meanwhile is not read yet.
    const wasAway = now - lookedAt > 2 * everyMs
    lookedAt = now
    for (const [who, at] of heardAt) {
      if (wasAway) heardAt.set(who, now)
      else if (now - at > silentMaxMs) {
        heardAt.delete(who)
        onSilent(who, Math.round(now - at))
      }
    }
  }
  const timer = setInterval(look, everyMs).unref()
  return {
    everyMs,
    begin: (who) => void heardAt.set(who, performance.now()),
    beat: (who) => {
      if (heardAt.has(who)) heardAt.set(who, performance.now())
    },
    end: (who) => void heardAt.delete(who),
    stop: () => clearInterval(timer),
  }
}
