import { spawnSync } from 'node:child_process'
import { chromium } from '@playwright/test'
import { CannotStart } from '#cli/cannot-start.ts'
import { ROOT } from '#cli/programs.ts'

/** Names of browsers that are packages of the system. */
const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/**
 * Debian's Chromium without windows. It takes half the CPU time, but has no policies and no system
 * certificates.
 */
const HEADLESS_SHELL = '/usr/bin/chromium-headless-shell'

/** Paths of programs; '' means Playwright's own browser of that kind. */
export type Browsers = {
  /** For pages only; the fastest one. */
  readonly headless: string
  /** The whole browser, with policies and the system's certificates. */
  readonly whole: string
}

/** Containers have little shared memory, and tests need no services of the browser's vendor. */
export const CHROMIUM_ARGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-dev-shm-usage',
  '--disable-gpu',
]

/**
 * Gives browsers that have been started successfully; installs one when there is none. Throws CannotStart
 * when that fails too.
 */
export async function findBrowsers(given: string | undefined): Promise<Browsers> {
  if (given) {
    if (await starts(given)) return { headless: given, whole: given }
    throw new CannotStart(`LATCHKEY_CHROMIUM is ${given}, and no browser starts from there.`)
  }
  const whole = await findWhole()
  const isPackage = whole !== '' && (await starts(HEADLESS_SHELL))
  return { headless: isPackage ? HEADLESS_SHELL : whole, whole }
}

async function findWhole(): Promise<string> {
  const found = await firstThatStarts()
  if (found !== null) return found

  for (const [name, install] of [
    ['Playwright’s own download', downloadOwn],
    ['the system’s package', installPackage],
  ] as const) {
    console.log(`There is no Chromium yet; trying ${name}.`)
    if (!install()) continue
    const installed = await firstThatStarts()
    if (installed !== null) return installed
  }
  throw new CannotStart(
    'No Chromium was found and none could be installed. Install one with the system’s package ' +
      'manager, or set LATCHKEY_CHROMIUM to the path of one.',
  )
}

async function firstThatStarts(): Promise<string | null> {
  for (const candidate of ['', ...SYSTEM_BROWSERS]) {
    if (await starts(candidate)) return candidate
  }
  return null
}

/** A browser's file may exist while its libraries are missing, so the browser is started once. */
async function starts(executablePath: string): Promise<boolean> {
  try {
    const browser = await chromium.launch({
      ...(executablePath !== '' && { executablePath }),
      args: CHROMIUM_ARGS,
      timeout: 30_000,
    })
    await browser.close()
    return true
  } catch {
    return false
  }
}

function downloadOwn(): boolean {
  return run(process.execPath, ['node_modules/@playwright/test/cli.js', 'install', 'chromium'], {
    // A short time limit for machines behind a firewall, where the system's package is tried next.
    PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000',
  })
}

function installPackage(): boolean {
  if (process.getuid?.() !== 0) return false
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' }
  const install = (...packages: readonly string[]) =>
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quiet)
  const isThere =
    run('apt-get', ['update', '-qq'], quiet) && install('chromium', 'fonts-liberation')
  // Not every distribution has the headless shell; the whole browser works as well.
  if (isThere) install('chromium-headless-shell')
  return isThere
}

function run(command: string, args: readonly string[], env: Record<string, string>): boolean {
  const result = spawnSync(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 300_000,
  })
  return result.status === 0
}
