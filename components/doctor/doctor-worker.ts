import { diagnose, type Given } from '#lib/doctor/diagnose.ts'

/**
 * The worker of ask-doctor.ts: one file, one answer; null when a reader cannot be loaded. A file that takes too
 * long is ended with its worker.
 */
self.addEventListener('message', (event: MessageEvent<Given>) => {
  void diagnose(event.data).then(
    (diagnosis) => self.postMessage(diagnosis),
    () => self.postMessage(null),
  )
})
