/** `npm run unused` asks twice: for everything, and for what runs without tests and tools. */
const production = process.argv.includes('--production')

/** @type {import('knip').KnipConfig} */
const config = {
  entry: [
    'cli/*.js!',
    'cli/{backup,build,config,doctor,init-ca,migrate,move-ledger,portal}.ts!',
    'cli/{reconcile,restore,setup-tenant,start,verify-audit}.ts!',
    'cli/{check,e2e,pictures,reference}.ts',
    'authority/main.ts!',
    'sandbox/main.ts!',
    'bench/*.ts',
    '{bench/lib,lib/signer/testing}/*-process.ts',
    '{authority/testing/hung-worker,lib/ledger/testing/dump-ledger}.ts',
    'test/{chaos,cluster}/main.ts',
  ],
  project: [
    '{app,components,lib,authority,cli,clients,sandbox}/**/*.{ts,tsx,js}!',
    '!**/*.test.{ts,tsx}!',
    '!**/testing/**!',
    '!cli/{check,e2e,find-chromium,pictures,reference}.ts!',
    '!cli/reference/**!',
    '{e2e,bench,test}/**/*.ts',
    '{app,components}/**/*.css!',
    '*.{ts,js}!',
  ],
  exclude: ['binaries'],
  // Fonts are named in CSS, and cli/run.js knows Biome and the Nodes by the names of their packages.
  ignoreDependencies: ['@fontsource-variable/*', '@biomejs/biome', 'latchkey-node'],
  // What a test alone imports may be exported when its own file uses it.
  ignoreExportsUsedInFile: production || { interface: true, type: true },
}

export default config
