import cluster from 'node:cluster'
import type { WorkersSeen } from '#authority/routes/health.ts'
import type { WorkerState } from '#lib/api/schemas.ts'
import type { Assignment, FromWorker, ToWorker } from './messages.ts'

/** A worker's connection to the process that supervises it. When that one dies, Node ends the worker. */
export type WorkerLink = {
  readonly assignment: Assignment
  readonly workers: WorkersSeen
  readonly send: (message: FromWorker) => void
  /** Adds what is called for each further message. */
  readonly listen: (hear: (message: ToWorker) => void) => void
}

/** Asks for what this worker is to do; null in a process that is no worker. */
export async function openLink(): Promise<WorkerLink | null> {
  if (!cluster.isWorker) return null
  let workers: readonly WorkerState[] = []
  const listeners: ((message: ToWorker) => void)[] = []
  const assigned = Promise.withResolvers<Assignment>()
  // Sent by our own supervisor, which is the only one at the other end.
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'assignment') assigned.resolve(message.assignment)
    if (message.kind === 'workers') workers = message.workers
    // Nobody listens yet, so nothing is under way.
    if (message.kind === 'stop' && listeners.length === 0) process.exit(0)
    for (const hear of listeners) hear(message)
  })
  const send = (message: FromWorker) => {
    // It may be gone already; then this process ends too.
    if (process.connected) process.send?.(message, undefined, {}, () => undefined)
  }
  send({ kind: 'hello' })
  const assignment = await assigned.promise
  setInterval(() => send({ kind: 'beat' }), assignment.beatMs).unref()
  return {
    ...{ assignment, send },
    workers: () => workers,
    listen: (hear) => {
      listeners.push(hear)
    },
  }
}
