import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import { CannotStart } from '#cli/cannot-start.ts'
import { type PortUse, ROOT } from '#cli/programs.ts'
import { ensureFolder } from '#lib/folder.ts'

/**
 * Makes the data folder if need be and proves that it can be written. Throws CannotStart; nothing
 * that stands in it is touched.
 */
export function checkDataFolder(dataDir: string): void {
  const trial = path.join(dataDir, `.write-test-${process.pid}`)
  try {
    // Only this account may look in: the CA key and the ledger lie here.
    ensureFolder(dataDir)
    writeFileSync(trial, '', { flag: 'wx', mode: 0o600 })
    rmSync(trial)
  } catch (error) {
    throw new CannotStart(
      `The data folder ${dataDir} cannot be written (${codeOf(error)}). ` +
        'Make it writable for this account, or set LATCHKEY_DATA to another folder.',
    )
  }
}

/** Throws CannotStart, naming the port, the program and the variable, when one is not free. */
export async function checkPorts(uses: readonly PortUse[]): Promise<void> {
  for (const [index, use] of uses.entries()) {
    const twin = uses.slice(0, index).find((other) => other.port === use.port)
    if (twin) {
      throw new CannotStart(
        `${twin.variable} and ${use.variable} are both ${use.port}. Give each its own port.`,
      )
    }
  }
  for (const use of uses) await checkPort(use)
}

/** Next reads .env files, the authority does not: each would then follow another configuration. */
export function checkNoEnvFile(root: string = ROOT): void {
  const found = ['.env', '.env.local', '.env.production', '.env.production.local'].find((name) =>
    existsSync(path.join(root, name)),
  )
  if (found) {
    throw new CannotStart(
      `There is a ${found} file, which only the portal would read. ` +
        'Remove it and set the configuration in the environment.',
    )
  }
}

async function checkPort(use: PortUse): Promise<void> {
  // A program that listens on all addresses does not hinder a bind to one of them everywhere (macOS),
  // so the port is called first and bound second.
  const failure = (await answers(use.port)) ? 'EADDRINUSE' : await tryToListen(use)
  if (failure === null) return
  const program = `the ${use.program}`
  const otherwise = `set ${use.variable} to another port`
  if (failure === 'EADDRINUSE') {
    throw new CannotStart(
      `Port ${use.port} is in use, and ${program} needs it. Stop what runs there, or ${otherwise}.`,
    )
  }
  if (failure === 'EACCES') {
    throw new CannotStart(
      `This account may not open port ${use.port} for ${program}. Use a port from 1024 up: ${otherwise}.`,
    )
  }
  throw new CannotStart(
    `${capitalise(program)} cannot listen on ${use.host} port ${use.port} (${failure}). ` +
      `Check LATCHKEY_HOST, or ${otherwise}.`,
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
