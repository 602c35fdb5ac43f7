import os from 'node:os'
import path from 'node:path'
import { defineConfig } from 'vitest/config'

// Tests start some hundred programs and as many workers; what one has compiled, the others take over.
process.env.NODE_COMPILE_CACHE ??= path.resolve('node_modules', '.cache', 'compiled')

/** Files with tests that are long by their number of tries, or of what they try; see lib/testing/tries.ts. */
export const LONG = [
  'authority/test/corpus-shutdown.test.ts',
  'authority/test/fuzz.test.ts',
  'authority/test/ocsp-graph-calls.test.ts',
  'authority/test/replicas.test.ts',
  'clients/latchkey-enroll.test.ts',
  'lib/issuance/enroll/ignored-extensions.test.ts',
  'lib/issuance/enroll/renewal-race.test.ts',
  'lib/issuance/status/status-agrees.test.ts',
  'lib/ledger/growth.test.ts',
  'lib/ledger/processes.test.ts',
  'lib/pki/asn1/base64.test.ts',
  'lib/pki/certificate/certificate.test.ts',
  'lib/pki/csr/csr.test.ts',
  'lib/pki/csr/differential.test.ts',
  'lib/pki/pkcs12/pkcs12.test.ts',
  'lib/signer/ecdsa-signature.test.ts',
]

/** In LATCHKEY_TEST_LONG: the files above are left to `npm run test:long`, which runs beside (.ci/run). */
const APART = 'apart'

/** Files that replace modules, which must not reach the tests of others, or that import one for the first time. */
const ALONE = ['lib/auth/action.test.ts', 'sandbox/entra/oidc-library.test.ts']

const ALL = ['{lib,authority,sandbox,cli,components,app,clients}/**/*.test.{ts,tsx}']

export default defineConfig(({ mode }) => {
  const isLong = mode === 'long'
  const isBesideLong = !isLong && process.env.LATCHKEY_TEST_LONG === APART
  return {
    test: {
      env: isLong ? { LATCHKEY_TEST_LONG: process.env.LATCHKEY_TEST_LONG || 'long' } : {},
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
            exclude: isBesideLong ? [...ALONE, ...LONG] : ALONE,
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
