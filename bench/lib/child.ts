import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { availableParallelism } from 'node:os'
import { untilSucceeds } from '#lib/testing/until-answers.ts'
import { findPeer } from './peers.ts'

/**
 * Child processes of a measurement. The measured program gets the first core alone; load generator and
 * stand-ins share the second, where the system can pin processes and there are two.
 */

const taskset = availableParallelism() > 1 ? findPeer('taskset') : null

export const PINNED = taskset !== null

export type Core = 'measured' | 'load' | 'all'

const CORES: Readonly<Record<Core, string>> = {
  measured: '0',
  load: '1',
  all: `0-${availableParallelism() - 1}`,
}

const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => process.exit(1))
}

export type Env = Readonly<Record<string, string | undefined>>

export type Child = {
  readonly pid: number
  readonly process: ChildProcess
  /** Stops it and waits for its end. */
  readonly stop: () => Promise<void>
}

/** Starts a program on a core. With `ipc` its messages arrive by process.send. */
export function startChild(
  core: Core,
  command: string,
  args: readonly string[],
  options: { readonly env?: Env; readonly ipc?: boolean; readonly cwd?: string } = {},
): Child {
  const [program, programArgs] = pinned(core, command, args)
  const child = spawn(program, programArgs, {
    env: { ...(options.env ?? process.env) } as NodeJS.ProcessEnv,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    stdio: ['ignore', 'ignore', 'pipe', ...(options.ipc ? (['ipc'] as const) : [])],
  })
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2000)
  })
  children.add(child)
  const gone = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      children.delete(child)
      if (code !== 0 && code !== null) console.error(`${command} ended with ${code}: ${said}`)
      resolve()
    })
  })
  return {
    pid: child.pid ?? 0,
    process: child,
    stop: () => {
      child.kill('SIGTERM')
      return gone
    },
  }
}

/** taskset replaces itself by the program, so the process id is that of the program. */
function pinned(core: Core, command: string, args: readonly string[]): [string, string[]] {
  if (taskset === null) return [command, [...args]]
  return [taskset.path, ['-c', CORES[core], command, ...args]]
}

/** Pins this process to the load's core. */
export function pinSelf(): void {
  if (taskset === null) return
  spawnSync(taskset.path, ['-cp', CORES.load, String(process.pid)], { stdio: 'ignore' })
}

/** Waits until somebody listens at a port of this machine; throws after a minute. */
export function untilListens(port: number, child: Child): Promise<void> {
  const tried = () =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => resolve(socket.destroy()))
      socket.once('error', reject)
    })
  return untilSucceeds(tried, `Port ${port}`, child.process)
}
