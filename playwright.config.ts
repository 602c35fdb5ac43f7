import { defineConfig, devices } from '@playwright/test'
import { CHROMIUM_ARGS } from '#cli/find-chromium.ts'

/** `npm run e2e` sets the environment; see cli/e2e.ts. */
const portalUrl = `http://localhost:${process.env.PORTAL_PORT ?? 3000}`
const executablePath = process.env.LATCHKEY_CHROMIUM
const serverLog = process.env.LATCHKEY_SERVER_LOG

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/runs',
  // One sandbox tenant, one after the other: a test may disable an account without hurting another.
  workers: 1,
  fullyParallel: false,
  // A test that needs a second try is a bug, of the test or of the program.
  retries: 0,
  failOnFlakyTests: true,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: process.env.CI ? [['list'], ['json', { outputFile: 'test-results/e2e.json' }]] : 'list',
  use: {
    baseURL: portalUrl,
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: { args: CHROMIUM_ARGS, ...(executablePath && { executablePath }) },
  },
  projects: [{ name: 'desktop', use: { ...devices['Desktop Chrome'] } }],
  webServer: {
    command: `exec "${process.execPath}" cli/run.js cli/start.ts${serverLog ? ` >"${serverLog}" 2>&1` : ''}`,
    url: `${portalUrl}/signin`,
    timeout: 180_000,
    reuseExistingServer: false,
    // The supervisor stops its programs; killed without a word it could not.
    gracefulShutdown: { signal: 'SIGTERM', timeout: 30_000 },
  },
})
