import type { Given } from '#lib/doctor/diagnose.ts'
import type { Diagnosis } from '#lib/doctor/findings.ts'

/** Longer than any file for import takes, also on an old phone. */
const DEADLINE_MS = 20_000

/**
 * Has a worker look at a file, with a deadline. The readers, ours and others', are loaded now; null when they
 * cannot be, as without a connection. Never rejects.
 */
export function askDoctor(given: Given): Promise<Diagnosis | null> {
  const worker = new Worker(new URL('./doctor-worker.ts', import.meta.url))
  return new Promise<Diagnosis | null>((resolve) => {
    const timer = window.setTimeout(() => resolve(TOO_LONG), DEADLINE_MS)
    worker.addEventListener('message', (event: MessageEvent<Diagnosis | null>) => {
      window.clearTimeout(timer)
      resolve(event.data)
    })
    worker.addEventListener('error', () => {
      window.clearTimeout(timer)
      resolve(null)
    })
    worker.postMessage(given)
  }).finally(() => worker.terminate())
}

const TOO_LONG: Diagnosis = {
  form: 'unknown',
  needsPassword: false,
  contents: [],
  findings: [{ code: 'tooLong', values: {}, date: null }],
  grade: null,
}
