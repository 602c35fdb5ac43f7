import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Config } from '#lib/config.ts'

/** The authority as a separate process, as the supervisor runs it. */
export type Running = {
  readonly child: ChildProcess
  /** All output so far. */
  readonly output: () => string
  /** Its exit status. */
  readonly ended: Promise<number>
}

/** Starts the program with a data folder on the ports of `config`; the caller ends it. */
export function startProgram(
  config: Config,
  {
    env = {},
    args = [],
    descriptors = 'unlimited',
  }: {
    env?: Readonly<Record<string, string>>
    args?: readonly string[]
    /** How many files and connections the system lets it have. */
    descriptors?: number | 'unlimited'
  } = {},
): Running {
  const program = [process.execPath, 'authority/main.ts', ...args]
  const [command = '', ...rest] =
    descriptors === 'unlimited'
      ? program
      : ['/bin/sh', '-c', `ulimit -n ${descriptors} && exec "$0" "$@"`, ...program]
  const child = spawn(command, rest, {
    cwd: path.resolve(import.meta.dirname, '..', '..'),
    env: {
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      LATCHKEY_DATA: config.dataDir,
      AUTHORITY_PORT: String(config.AUTHORITY_PORT),
      AUTHORITY_TLS_PORT: String(config.AUTHORITY_TLS_PORT),
      SANDBOX_PORT: String(config.SANDBOX_PORT),
      ...env,
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk
    })
  }
  const ended = once(child, 'close').then(([code]) => Number(code))
  return { child, output: () => output, ended }
}
