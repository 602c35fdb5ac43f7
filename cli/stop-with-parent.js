import { isMainThread } from 'node:worker_threads'

/**
 * Preloaded into every program that the supervisor starts: standard input is a pipe from it. When
 * the supervisor dies without a word (kill -9), the pipe ends and the program stops as on SIGTERM,
 * so that no orphan keeps a port or the ledger.
 */
if (isMainThread) {
  // A worker thread inherits this preload; its program's main thread listens already.
  process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'))
  process.stdin.on('error', () => process.kill(process.pid, 'SIGTERM'))
  process.stdin.resume()
  // The pipe alone must not keep a program alive that has ended its work.
  process.stdin.unref()
}
