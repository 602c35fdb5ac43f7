import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{lib,authority,sandbox,cli,components,app,clients}/**/*.test.{ts,tsx}'],
    // On a shared machine a test of several processes may come too late; what needs a second try is named.
    retry: process.env.CI ? 1 : 0,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
