import { execFile } from 'node:child_process'
import path from 'node:path'
import { vi } from 'vitest'
import { ROOT } from '#cli/programs.ts'

export type Ran = { readonly status: number; readonly stdout: string; readonly stderr: string }

type Env = Readonly<Record<string, string | undefined>>

/**
 * Runs the `main` of a command in this process, which is much quicker than starting it. It sees no other
 * environment than this; one at a time, since there is one environment and one console.
 */
export async function runCommand(
  main: (args: readonly string[]) => Promise<number>,
  args: readonly string[],
  env: Env,
): Promise<Ran> {
  const said = { log: '', error: '' }
  const spies = (['log', 'error'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation((line) => {
      said[name] += `${line}\n`
    }),
  )
  const own = process.env
  process.env = { NODE_ENV: 'test', ...env }
  try {
    const status = await main(args)
    return { status, stdout: said.log, stderr: said.error }
  } finally {
    process.env = own
    for (const spy of spies) spy.mockRestore()
  }
}

/**
 * Starts a command of `cli/` as npm does. Asynchronous, since it may ask an authority in this process.
 */
export function startCommand(name: string, args: readonly string[], env: Env): Promise<Ran> {
  const program = path.join(ROOT, 'cli', `${name}.ts`)
  const whole = {
    PATH: '/usr/bin:/bin',
    NODE_ENV: 'test' as const,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    ...env,
  }
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env: whole }, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}
