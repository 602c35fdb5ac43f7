import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { buildPortal, portalIsBuilt } from '#cli/build.ts'
import { CannotStart } from '#cli/cannot-start.ts'
import { findBrowsers } from '#cli/find-chromium.ts'
import { type Env, NODE_FLAGS, ROOT } from '#cli/programs.ts'
import type { Stack } from '#e2e/stack.ts'
import { vaultSetting } from '#lib/signer-setting.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { makeFolder } from '#lib/testing/memory.ts'

/**
 * `npm run e2e`: the whole of Latchkey in a browser. Each Playwright worker has its own Latchkey, with free
 * ports and an empty data folder, so that all run side by side and beside an `npm start`. With `--cluster` it
 * is one of three authorities and two portals behind a proxy on PostgreSQL (test/cluster). With
 * E2E_SIGNER=vault each has its CA key in a double of a vault. Other arguments are passed to `playwright test`.
 */

const RESULTS = path.join(ROOT, 'test-results')
const PORTS = ['PORTAL_PORT', 'AUTHORITY_PORT', 'AUTHORITY_TLS_PORT', 'SANDBOX_PORT']
/** Each worker has a browser and three programs; more would slow each other down on most machines. */
const MAX_WORKERS = 4
/** A worker waits for two fifths of its time: for the next directory sync, for an animation, for a page. */
const WORKERS_OVER = 1
const CLUSTER_FLAG = '--cluster'

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.exitCode = 1
  console.error(error instanceof CannotStart ? error.message : error)
}

async function main(given: readonly string[]): Promise<number> {
  const isCluster = given.includes(CLUSTER_FLAG)
  const args = given.filter((arg) => arg !== CLUSTER_FLAG)
  const browsers = await findBrowsers(process.env.LATCHKEY_CHROMIUM)
  if (!portalIsBuilt()) await buildPortal(process.env)

  const folder = makeFolder('latchkey-e2e-')
  const vault = process.env.E2E_SIGNER === 'vault' ? await startVault(folder) : null
  try {
    mkdirSync(RESULTS, { recursive: true })
    const wanted = Math.min(os.availableParallelism() + WORKERS_OVER, MAX_WORKERS)
    const workers = isCluster ? 1 : wanted
    const program = isCluster ? 'test/cluster/main.ts' : 'cli/start.ts'
    const stacks = await planStacks(folder, workers, program, vault?.signerOf ?? (() => ({})))
    // What Playwright refuses before it starts them must not show the log of an earlier run.
    for (const { log } of stacks) rmSync(log, { force: true })
    const status = await runPlaywright(args, {
      ...withoutOwnSettings(process.env),
      // Each worker starts the same programs; what one has compiled, the others take over.
      NODE_COMPILE_CACHE: path.join(ROOT, 'node_modules', '.cache', 'compiled'),
      LATCHKEY_CHROMIUM: browsers.headless,
      LATCHKEY_WHOLE_CHROMIUM: browsers.whole,
      LATCHKEY_E2E_STACKS: JSON.stringify(stacks),
    })
    if (status !== 0) for (const { log } of stacks) showLog(log)
    return status
  } finally {
    await vault?.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Removes a developer's own configuration, which must not affect the tests. */
function withoutOwnSettings(env: Env): Env {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('LATCHKEY_') && !PORTS.includes(name)),
  )
}

async function planStacks(
  folder: string,
  count: number,
  program: string,
  signerOf: (index: number) => Stack['signer'],
): Promise<readonly Stack[]> {
  const ports = await Promise.all(Array.from({ length: count * PORTS.length }, freePort))
  return Array.from({ length: count }, (_, index) => {
    const [portalPort = 0, authorityPort = 0, authorityTlsPort = 0, sandboxPort = 0] = ports.slice(
      index * PORTS.length,
    )
    return {
      index,
      program,
      portalPort,
      authorityPort,
      authorityTlsPort,
      sandboxPort,
      dataDir: path.join(folder, String(index)),
      log: path.join(RESULTS, `server-${index}.log`),
      signer: signerOf(index),
    }
  })
}

/** A vault that is this process, with a key for each stack. */
async function startVault(folder: string) {
  const { startVaultDouble } = await import('#lib/signer/testing/vault-double.ts')
  const vault = await startVaultDouble()
  const ca = path.join(folder, 'vault-ca.pem')
  writeFileSync(ca, vault.ca)
  return {
    signerOf: (index: number): Stack['signer'] => ({
      ...vault.env,
      NODE_EXTRA_CA_CERTS: ca,
      LATCHKEY_SIGNER: vaultSetting(vault.makeKey(`stack-${index}`)),
    }),
    close: vault.close,
  }
}

function runPlaywright(args: readonly string[], env: Env): Promise<number> {
  // Ctrl-C reaches Playwright too; this process waits to clean up.
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

function showLog(file: string): void {
  if (!existsSync(file)) return
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  console.error(`\nThe last lines of ${path.relative(ROOT, file)}:\n`)
  console.error(lines.slice(-40).join('\n'))
}
