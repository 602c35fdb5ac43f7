import path from 'node:path'
import { defineConfig } from 'vitest/config'

// Tests start some two hundred programs and as many workers; what one has compiled, the others take over.
process.env.NODE_COMPILE_CACHE ??= path.resolve('node_modules', '.cache', 'compiled')

export default defineConfig(({ mode }) => ({
  test: {
    // `npm run test:long`: tests that are long by their number of tries read it.
    env: mode === 'long' ? { LATCHKEY_TEST_LONG: '1' } : {},
    include: ['{lib,authority,sandbox,cli,components,app,clients}/**/*.test.{ts,tsx}'],
    globalSetup: 'lib/ledger/testing/shared-postgres.ts',
    // A test that needs a second try is a bug, of the test or of the program.
    retry: 0,
    // Vitest leaves one core free by default, which is half of a small machine.
    maxWorkers: '100%',
    reporters: process.env.CI
      ? ['default', ['json', { outputFile: 'test-results/unit.json' }]]
      : 'default',
    // Limits for what hangs, wide enough for a machine that is busy otherwise.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
}))
