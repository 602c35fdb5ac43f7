import { Socket } from 'node:net'

/**
 * Preloaded into every program that cli/run.js, the supervisor or the build starts. The descriptor in
 * LATCHKEY_PARENT_PIPE is a pipe from the parent: when the parent is killed (kill -9), the pipe ends and the
 * program stops as on SIGTERM, so that no orphan keeps a port or the ledger. Threads and forks of the program
 * inherit this preload, but not the variable.
 */
if (process.env.LATCHKEY_PARENT_PIPE) {
  const pipe = new Socket({ fd: Number(process.env.LATCHKEY_PARENT_PIPE) })
  delete process.env.LATCHKEY_PARENT_PIPE
  pipe.on('end', () => process.kill(process.pid, 'SIGTERM'))
  pipe.on('error', () => process.kill(process.pid, 'SIGTERM'))
  pipe.resume()
  // The pipe must not keep a program running that has finished.
  pipe.unref()
}
