import os from 'node:os'
import path from 'node:path'
import { defineConfig } from 'vitest/config'

// Tests start some hundred programs and as many workers; what one has compiled, the others take over.
process.env.NODE_COMPILE_CACHE ??= path.resolve('node_modules', '.cache', 'compiled')
// `openssl x509` reads every CA that the machine trusts, whatever it is asked: most of its time. No test relies on these.
process.env.SSL_CERT_FILE = os.devNull

/**
 * Files whose tests are long by their number of tries, or by what they grow: `npm run test:long` runs these,
 * `.ci/run` with fewer tries (lib/testing/tries.ts), and `npm test` all others.
 */
const LONG = ['{lib,authority}/**/*.long.test.ts']

/** Files that replace modules, which must not reach the tests of others, or that import one for the first time. */
const ALONE = ['lib/auth/action.test.ts', 'sandbox/entra/oidc-library.test.ts']

const ALL = ['{lib,authority,sandbox,cli,components,app,clients,bench}/**/*.test.{ts,tsx}']

export default defineConfig(({ mode }) => {
  const isLong = mode === 'long'
  return {
    test: {
      globalSetup: 'lib/ledger/testing/shared-postgres.ts',
      // A test that needs a second try is a bug, of the test or of the program.
      retry: 0,
      // One more than processors, since a worker waits for a fifth of its time: for a program, a disk, a second to pass.
      maxWorkers: os.availableParallelism() + 1,
      reporters: process.env.CI
        ? ['default', ['json', { outputFile: `test-results/${isLong ? 'long' : 'unit'}.json` }]]
        : 'default',
      // Limits for what hangs, wide enough for a machine that is busy otherwise.
      testTimeout: 120_000,
      hookTimeout: 240_000,
      // Vitest's own is one second, in which a busy machine may not come to it.
      expect: { poll: { timeout: 45_000 } },
      projects: [
        {
          extends: true,
          test: {
            name: 'together',
            include: isLong ? LONG : ALL,
            exclude: isLong ? [] : [...ALONE, ...LONG],
            // Files share a process and what it has imported: starting and importing for each took a
            // seventh of the time. A test leaves nothing behind, neither in `process.env` nor in globals.
            isolate: false,
          },
        },
        { extends: true, test: { name: 'alone', include: isLong ? [] : ALONE } },
      ],
    },
  }
})
