import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import { CannotStart } from '#cli/cannot-start.ts'
import { type Env, type PortUse, ROOT } from '#cli/programs.ts'
import { ensureFolder } from '#lib/folder.ts'

/** More than the CA and an empty ledger take. */
const TRIAL = Buffer.alloc(256 * 1024)

/**
 * Makes the data folder if it is missing, for this account only, and checks that it can be written. Throws
 * CannotStart. Files in it are not changed.
 */
export function checkDataFolder(dataDir: string): void {
  const trial = path.join(dataDir, `.write-test-${process.pid}`)
  try {
    ensureFolder(dataDir)
    writeFileSync(trial, TRIAL, { flag: 'wx', mode: 0o600 })
    rmSync(trial)
  } catch (error) {
    if (codeOf(error) === 'ENOSPC') {
      rmSync(trial, { force: true })
      throw new CannotStart(`The disk of the data folder ${dataDir} is full. Make room on it.`)
    }
    throw new CannotStart(
      `The data folder ${dataDir} cannot be written (${codeOf(error)}). ` +
        'Make it writable for this account, or set LATCHKEY_DATA to another folder.',
    )
  }
}

/** Gives one sentence with port, program and variable for each port that is in use. */
export async function portProblems(uses: readonly PortUse[]): Promise<readonly string[]> {
  const problems: string[] = []
  for (const use of uses) {
    const problem = await portProblem(use)
    if (problem !== null) problems.push(problem)
  }
  return problems
}

/** Next reads .env files and the authority does not, so the two would have different configurations. */
export function envFileProblems(root: string = ROOT): readonly string[] {
  const found = ['.env', '.env.local', '.env.production', '.env.production.local'].find((name) =>
    existsSync(path.join(root, name)),
  )
  if (!found) return []
  return [
    `There is a ${found} file, which only the portal would read. ` +
      'Remove it and set the configuration in the environment.',
  ]
}

/** The programs call each other at localhost by plain http, which a proxy elsewhere would look for on itself. */
export function proxyProblems(env: Env): readonly string[] {
  if (env.NODE_USE_ENV_PROXY !== '1' || !(env.http_proxy ?? env.HTTP_PROXY)) return []
  const direct = (env.no_proxy ?? env.NO_PROXY ?? '').split(/[\s,]+/)
  if (direct.includes('localhost') || direct.includes('*')) return []
  return [
    'HTTP_PROXY is set, and the programs call each other at localhost: add localhost to NO_PROXY.',
  ]
}

async function portProblem(use: PortUse): Promise<string | null> {
  // A program that listens on all addresses does not prevent another from binding to one of them on every
  // system (macOS), so the port is first called and then bound.
  const failure = (await answers(use.port)) ? 'EADDRINUSE' : await tryToListen(use)
  if (failure === null) return null
  const program = `the ${use.program}`
  const otherwise = `set ${use.variable} to another port`
  if (failure === 'EADDRINUSE') {
    return `Port ${use.port} is in use, and ${program} needs it. Stop what runs there, or ${otherwise}.`
  }
  if (failure === 'EACCES') {
    return `This account may not open port ${use.port} for ${program}. Use a port from 1024 up: ${otherwise}.`
  }
  return (
    `${capitalise(program)} cannot listen on ${use.host} port ${use.port} (${failure}). ` +
    `Check LATCHKEY_HOST, or ${otherwise}.`
  )
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: 'localhost' })
    socket.setTimeout(1000, () => finish(false))
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
    function finish(answered: boolean) {
      socket.destroy()
      resolve(answered)
    }
  })
}

function tryToListen(use: PortUse): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(codeOf(error)))
    server.listen({ port: use.port, host: use.host, exclusive: true }, () =>
      server.close(() => resolve(null)),
    )
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
