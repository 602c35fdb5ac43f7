import type { ChildProcess } from 'node:child_process'
import type { Worker } from 'node:cluster'

/** Node's handle of a connection on its way to a worker; closed here once that has taken it. */
type Handle = { close: (...rest: unknown[]) => void }

const holders = new Map<Handle, Worker>()

/**
 * Closes the connections that a worker was given and has not taken when it ends. Node's cluster module forgets
 * them, open, and a client without a time limit would wait for ever.
 */
export function closeWhatIsLeft(worker: Worker): Worker {
  const send = worker.process.send.bind(worker.process) as (...all: unknown[]) => boolean
  const watched = (...all: unknown[]) => {
    if (isHandle(all[1])) handOver(all[1], worker)
    return send(...all)
  }
  worker.process.send = watched as ChildProcess['send']
  return worker.once('exit', () => {
    for (const [handle, holder] of holders) if (holder === worker) handle.close()
  })
}

/** One that a worker did not want goes to the next. */
function handOver(handle: Handle, worker: Worker): void {
  if (!holders.has(handle)) {
    const close = handle.close.bind(handle)
    handle.close = (...rest) => {
      holders.delete(handle)
      close(...rest)
    }
  }
  holders.set(handle, worker)
}

function isHandle(value: unknown): value is Handle {
  return typeof value === 'object' && value !== null && 'close' in value
}
