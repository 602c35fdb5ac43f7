import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

/** Waiting for a program that was started. */

const TIME_MAX_MS = 60_000
const POLL_MS = 50

/** Waits until an address answers, with any status; throws after a minute, or when the program has ended. */
export function untilAnswers(
  url: string,
  program: ChildProcess | null,
  timeMaxMs = TIME_MAX_MS,
): Promise<void> {
  const ask = async () => (await fetch(url, { redirect: 'manual' })).body?.cancel()
  return untilSucceeds(ask, url, program, timeMaxMs)
}

/** The same of a question that throws until then. `what` is who does not answer. */
export async function untilSucceeds(
  ask: () => Promise<unknown>,
  what: string,
  program: ChildProcess | null,
  timeMaxMs = TIME_MAX_MS,
): Promise<void> {
  const deadline = performance.now() + timeMaxMs
  for (;;) {
    try {
      await ask()
      return
    } catch (cause) {
      const isOver = program !== null && (program.exitCode ?? program.signalCode) !== null
      if (isOver || performance.now() > deadline) {
        throw new Error(`${what} does not answer.`, { cause })
      }
    }
    await delay(POLL_MS)
  }
}
