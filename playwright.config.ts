import path from 'node:path'
import { defineConfig, devices } from '@playwright/test'
import { CHROMIUM_ARGS } from '#cli/find-chromium.ts'
import type { Stack } from '#e2e/stack.ts'

/** `npm run e2e` sets the environment; see cli/e2e.ts. */
const executablePath = process.env.LATCHKEY_CHROMIUM
const pictures = process.env.PICTURES
const stacks: readonly Stack[] = JSON.parse(process.env.LATCHKEY_E2E_STACKS ?? '[]')

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/runs',
  // A worker runs its tests one after the other with a tenant of its own: a test may disable an account
  // without affecting another.
  workers: Math.max(1, stacks.length),
  fullyParallel: true,
  // A test that needs a second try is a bug, of the test or of the program.
  retries: 0,
  failOnFlakyTests: true,
  forbidOnly: Boolean(process.env.CI),
  // Limits for what hangs, wide enough for a machine that is busy otherwise.
  timeout: 240_000,
  expect: { timeout: 30_000 },
  // Pictures of an earlier run, to compare with; see picture() in e2e/fixtures.ts.
  ...(pictures && { snapshotPathTemplate: `${path.resolve(pictures)}/{arg}{ext}` }),
  reporter: process.env.CI ? [['list'], ['json', { outputFile: 'test-results/e2e.json' }]] : 'list',
  use: {
    locale: 'en-GB',
    timezoneId: 'UTC',
    // Who waits for no animation is done sooner; e2e/tour.spec.ts goes through every page with all that moves.
    contextOptions: { reducedMotion: 'reduce' },
    // What was done, sent and logged, and copies of every page: a fifth of the work. `--trace on` has them.
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: { args: CHROMIUM_ARGS, ...(executablePath && { executablePath }) },
  },
  projects: [{ name: 'desktop', use: { ...devices['Desktop Chrome'] } }],
  webServer: stacks.map((stack) => ({
    command: `exec "${process.execPath}" cli/run.js ${stack.program} >"${stack.log}" 2>&1`,
    env: {
      NODE_ENV: 'production',
      LATCHKEY_DATA: stack.dataDir,
      ...stack.signer,
      ...ports(stack),
    },
    url: `http://localhost:${stack.portalPort}/signin`,
    timeout: 180_000,
    reuseExistingServer: false,
    // Killed with SIGKILL, the supervisor could not stop its programs.
    gracefulShutdown: { signal: 'SIGTERM' as const, timeout: 30_000 },
  })),
})

function ports({ portalPort, authorityPort, authorityTlsPort, sandboxPort }: Stack) {
  return {
    PORTAL_PORT: String(portalPort),
    AUTHORITY_PORT: String(authorityPort),
    AUTHORITY_TLS_PORT: String(authorityTlsPort),
    SANDBOX_PORT: String(sandboxPort),
  }
}
