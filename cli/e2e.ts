import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { buildPortal, portalIsBuilt } from '#cli/build.ts'
import { CannotStart } from '#cli/cannot-start.ts'
import { findChromium } from '#cli/find-chromium.ts'
import { type Env, NODE_FLAGS, ROOT } from '#cli/programs.ts'

/**
 * `npm run e2e`: the whole of Latchkey in a browser, on ports of its own and with an empty data
 * folder, so that it runs beside an `npm start`. Arguments go to `playwright test`.
 */

const RESULTS = path.join(ROOT, 'test-results')
const SERVER_LOG = path.join(RESULTS, 'server.log')
const PORTS = ['PORTAL_PORT', 'AUTHORITY_PORT', 'AUTHORITY_TLS_PORT', 'SANDBOX_PORT']

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.exitCode = 1
  console.error(error instanceof CannotStart ? error.message : error)
}

async function main(args: readonly string[]): Promise<number> {
  const chromium = await findChromium(process.env.LATCHKEY_CHROMIUM)
  if (!portalIsBuilt()) await buildPortal(process.env)

  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'latchkey-e2e-'))
  try {
    mkdirSync(RESULTS, { recursive: true })
    const status = await runPlaywright(args, {
      ...withoutOwnSettings(process.env),
      ...(await freePorts()),
      LATCHKEY_DATA: dataDir,
      LATCHKEY_CHROMIUM: chromium,
      LATCHKEY_SERVER_LOG: SERVER_LOG,
    })
    if (status !== 0) showServerLog()
    return status
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** A developer's own configuration must not decide what the tests see. */
function withoutOwnSettings(env: Env): Env {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('LATCHKEY_') && !PORTS.includes(name)),
  )
}

async function freePorts(): Promise<Record<string, string>> {
  // All are held at once, so that none is given twice.
  const servers = PORTS.map(() => createServer())
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => server.listen(0, () => resolve()))),
  )
  const ports = servers.map((server) => String((server.address() as AddressInfo).port))
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return Object.fromEntries(PORTS.map((name, index) => [name, ports[index] ?? '']))
}

function runPlaywright(args: readonly string[], env: Env): Promise<number> {
  // Ctrl-C reaches Playwright too; this process stays to clean up behind it.
  process.on('SIGINT', () => {})
  return new Promise((resolve, reject) => {
    const playwright = path.join('node_modules', '@playwright', 'test', 'cli.js')
    const child = spawn(process.execPath, [...NODE_FLAGS, playwright, 'test', ...args], {
      cwd: ROOT,
      env: { ...env, NODE_ENV: 'production' },
      stdio: 'inherit',
    })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

function showServerLog(): void {
  if (!existsSync(SERVER_LOG)) return
  const lines = readFileSync(SERVER_LOG, 'utf8').trimEnd().split('\n')
  console.error(`\nThe last lines of ${path.relative(ROOT, SERVER_LOG)}:\n`)
  console.error(lines.slice(-40).join('\n'))
}
