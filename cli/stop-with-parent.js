import { Socket } from 'node:net'

/**
 * Preloaded into every program that cli/run.js, the supervisor or the build starts: the descriptor
 * that LATCHKEY_PARENT_PIPE names is a pipe from it. When the parent dies without a word (kill -9),
 * the pipe ends and the program stops as on SIGTERM, so that no orphan keeps a port or the ledger.
 * Threads and forks of the program inherit this preload and find the variable gone.
 */
if (process.env.LATCHKEY_PARENT_PIPE) {
  const pipe = new Socket({ fd: Number(process.env.LATCHKEY_PARENT_PIPE) })
  delete process.env.LATCHKEY_PARENT_PIPE
  pipe.on('end', () => process.kill(process.pid, 'SIGTERM'))
  pipe.on('error', () => process.kill(process.pid, 'SIGTERM'))
  pipe.resume()
  // The pipe alone must not keep a program alive that has ended its work.
  pipe.unref()
}
