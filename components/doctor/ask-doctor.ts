import type { Given } from '#lib/doctor/diagnose.ts'
import type { Diagnosis, FindingCode } from '#lib/doctor/findings.ts'

/** Longer than any file for import takes, also on an old phone. */
const DEADLINE_MS = 20_000

/**
 * Has a worker look at a file, with a deadline. The readers, ours and others', are loaded now. Never rejects: what
 * stopped it is the finding.
 */
export function askDoctor(given: Given): Promise<Diagnosis> {
  const worker = new Worker(new URL('./doctor-worker.ts', import.meta.url))
  return new Promise<Diagnosis>((resolve) => {
    const timer = window.setTimeout(() => resolve(only('tooLong')), DEADLINE_MS)
    worker.addEventListener('message', (event: MessageEvent<Diagnosis>) => {
      window.clearTimeout(timer)
      resolve(event.data)
    })
    worker.addEventListener('error', () => {
      window.clearTimeout(timer)
      resolve(only('notLoaded'))
    })
    worker.postMessage(given)
  }).finally(() => worker.terminate())
}

function only(code: FindingCode): Diagnosis {
  const findings = [{ code, values: {}, date: null }]
  return { form: 'unknown', needsPassword: false, contents: [], findings, grade: null }
}
