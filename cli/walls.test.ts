import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '#cli/programs.ts'

/**
 * What a folder may import besides itself, as ARCHITECTURE.md draws it: `#lib/pki/` is a folder of
 * ours, `#lib/errors.ts` a file, all else a package or Node. What is not here is not allowed. The
 * longest folder that holds a file counts.
 */
const WALLS = {
  'lib/pki': '#lib/errors.ts #lib/model.ts @noble/hashes des.js',
  'lib/network': '#lib/pki/',
  // It reads what others made, by a reader of others beside ours.
  'lib/doctor': '#lib/errors.ts #lib/pki/ @noble/hashes @peculiar/x509 des.js reflect-metadata',
  'lib/policy': '#lib/errors.ts #lib/model.ts #lib/pki/',
  'lib/signer': `#lib/errors.ts #lib/folder.ts #lib/model.ts #lib/pki/ #lib/retry-after.ts #lib/signer-setting.ts node:
    @azure/identity @azure/keyvault-keys @peculiar/webcrypto @peculiar/x509 reflect-metadata zod`,
  'lib/directory':
    '#lib/errors.ts #lib/model.ts #lib/retry-after.ts #lib/telemetry.ts node: undici zod',
  'lib/ledger':
    '#lib/errors.ts #lib/folder.ts #lib/model.ts #lib/audit.ts #lib/policy/status-types.ts #lib/telemetry.ts node: kysely pg',
  // Adapters by their interface only.
  'lib/issuance': `#lib/errors.ts #lib/model.ts #lib/audit.ts #lib/api/schemas.ts
    #lib/api/manage-schemas.ts #lib/pki/ #lib/policy/
    #lib/directory/directory.ts #lib/ledger/ledger.ts #lib/ledger/directory-ledger.ts
    #lib/ledger/records.ts #lib/ledger/reminder-ledger.ts #lib/ledger/status-ledger.ts #lib/mail/post.ts
    #lib/signer/signer.ts #lib/telemetry.ts node: zod`,
  'lib/calendar': '#lib/i18n/ #lib/issuance/reminders/calendar.ts',
  'lib/mail': '#lib/format.ts #lib/i18n/ #lib/model.ts node: nodemailer',
  'lib/auth': `#lib/errors.ts #lib/model.ts #lib/config.ts #lib/log.ts #lib/secret-lines.ts #lib/api/ #lib/brand/brand.ts
    node: @opentelemetry/api jose next next-auth pino react zod`,
  // The network and the CA's certificate, as any relying party.
  'lib/relying-party': '#lib/pki/ #lib/relying-party-view.ts node:',
  'lib/api':
    '#lib/errors.ts #lib/model.ts #lib/problem.ts #lib/pki/asn1/base64.ts #lib/policy/policy.ts #lib/policy/status-types.ts zod',
  // Loaded only where its variables ask for it.
  'lib/otel': `#lib/config.ts @opentelemetry/api @opentelemetry/context-async-hooks @opentelemetry/core
    @opentelemetry/exporter-metrics-otlp-proto @opentelemetry/exporter-trace-otlp-proto
    @opentelemetry/resources @opentelemetry/sdk-metrics @opentelemetry/sdk-trace`,
  // Among the rest of lib only compose.ts picks adapters; none of it knows a program.
  lib: 'node: next pino zod',
  components: `#lib/actions/ #lib/api/ #lib/doctor/ #lib/i18n/ #lib/network/ #lib/pki/ #lib/policy/ #lib/scripts/
    #lib/errors.ts #lib/format.ts #lib/live-status.ts #lib/model.ts #lib/overview.ts #lib/propagation.ts
    #lib/reasons.ts #lib/relying-party-view.ts #lib/renewal.ts #lib/system.ts
    node: @azure/msal-browser @base-ui/react lean-qr lucide-react next react react-dom`,
  // No key, no database: the authority by lib/api only.
  app: `#components/ #lib/actions/ #lib/api/ #lib/auth/ #lib/brand/brand.ts #lib/i18n/ #lib/relying-party/ #lib/scripts/
    #lib/config.ts #lib/errors.ts #lib/format.ts #lib/live-status.ts #lib/overview.ts #lib/problem.ts
    #lib/propagation.ts #lib/reasons.ts #lib/relying-party-view.ts #lib/system.ts
    node: next next-auth react`,
  authority: `#lib/api/ #lib/auth/ #lib/calendar/ #lib/issuance/ #lib/network/ #lib/pki/ #lib/compose.ts #lib/config.ts
    #lib/errors.ts #lib/folder.ts #lib/i18n/languages.ts #lib/log.ts #lib/mail-settings.ts #lib/model.ts
    #lib/otel/ #lib/problem.ts #lib/secret-lines.ts #lib/server-certificate.ts #lib/sole-authority.ts #lib/telemetry.ts node: @fastify/rate-limit @fastify/swagger
    @opentelemetry/api @opentelemetry/sdk-metrics fastify fastify-type-provider-zod pino prom-client zod`,
  // It imitates Microsoft and knows nothing of Latchkey.
  sandbox: `node: @microsoft/microsoft-graph-types @microsoft/microsoft-graph-types-beta jose
    oidc-provider zod`,
} as const satisfies Record<string, string>

/** Tools and tests of the whole: they may import anything. */
const OPEN = ['cli', 'e2e', 'bench', 'clients']

/** Tests may reach over the walls; those of the portal may not, since their pages could follow. */
const IS_TEST = /\.test\.tsx?$|\/testing\//
const IN_PORTAL = /^(?:app|components)\//

type Folder = keyof typeof WALLS
const FOLDERS = (Object.keys(WALLS) as Folder[]).sort((a, b) => b.length - a.length)

/** The modules that a source names, whether for values or for types, and in mocks. */
function importsOf(text: string): readonly string[] {
  const statement =
    /\b(?:import|export)\b(?:\s+type\b)?(?:[\w\s*$,]|\{[^}]*\})*?\bfrom\s*(['"])([^'"\n]+)\1/g
  const bare = /(?:^|[;}])\s*import\s*(['"])([^'"\n]+)\1/gm
  const call = /\b(?:import|require|vi\.\w+)\s*\(\s*(?:\/\*.*?\*\/\s*)?(['"`])([^'"`\n]+)\1/g
  return [statement, bare, call].flatMap((form) =>
    [...text.matchAll(form)].map(([, , name = '']) => name),
  )
}

/** What of a source's imports its folder may not have. */
function forbiddenIn(file: string, text: string): readonly string[] {
  const folder = FOLDERS.find((name) => file.startsWith(`${name}/`))
  return importsOf(text).filter(
    (name) => name.split('/').includes('..') || (folder && !isAllowed(file, folder, name)),
  )
}

function isAllowed(file: string, folder: Folder, name: string): boolean {
  const isTest = IS_TEST.test(file)
  if (isTest && !IN_PORTAL.test(file)) return true
  const isOurs = /^[#.]/.test(name)
  if (!isOurs && isTest) return true
  const full = name.startsWith('.') ? `#${path.posix.join(path.posix.dirname(file), name)}` : name
  return [`#${folder}/`, ...WALLS[folder].split(/\s+/)].some((allowed) => {
    if (/[/:]$/.test(allowed)) return full.startsWith(allowed)
    return full === allowed || (!isOurs && full.startsWith(`${allowed}/`))
  })
}

const SOURCES = globSync(
  '{app,components,lib,authority,sandbox,cli,e2e,bench,clients}/**/*.{ts,tsx,js}',
  {
    cwd: ROOT,
  },
).map((file) => file.split(path.sep).join('/'))

test('no file reaches over a wall', () => {
  expect(SOURCES.length).toBeGreaterThan(500)
  const found = SOURCES.flatMap((file) =>
    forbiddenIn(file, readFileSync(path.join(ROOT, file), 'utf8')).map((name) => [file, name]),
  )
  expect(found).toEqual([])
})

test('every folder with sources has a wall or is open', () => {
  const tops = new Set(SOURCES.map((file) => file.split('/')[0]))
  expect([...tops].filter((top = '') => !(top in WALLS) && !OPEN.includes(top))).toEqual([])
})

test('what a wall lets through is there', () => {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
  ) as Record<'dependencies' | 'devDependencies', Record<string, string>>
  const packages = Object.keys({ ...dependencies, ...devDependencies })
  const isThere = (allowed: string) =>
    allowed === 'node:' || !allowed.startsWith('#')
      ? ['node:', ...packages].includes(allowed)
      : SOURCES.some((file) => `#${file}`.startsWith(allowed))
  const all = Object.values(WALLS).flatMap((allowed) => allowed.split(/\s+/))
  expect(all.filter((allowed) => !isThere(allowed))).toEqual([])
})

describe('each wall', () => {
  const violations: readonly (readonly [file: string, name: string])[] = [
    ['lib/pki/csr/csr.ts', '#lib/policy/decide.ts'],
    ['lib/pki/csr/csr.ts', 'node:crypto'],
    ['lib/pki/csr/csr.ts', 'server-only'],
    ['lib/doctor/diagnose.ts', '#lib/network/forms.ts'],
    ['lib/policy/decide.ts', '#lib/config.ts'],
    ['lib/policy/decide.ts', 'node:crypto'],
    ['lib/policy/decide.ts', 'react'],
    ['lib/signer/key.ts', '#lib/ledger/ledger.ts'],
    ['lib/signer/key.ts', 'next/headers'],
    ['lib/directory/graph.ts', '#lib/policy/policy.ts'],
    ['lib/directory/transport/graph-http.ts', 'next-auth/jwt'],
    ['lib/ledger/certificates/begin.ts', '#lib/issuance/authority.ts'],
    ['lib/ledger/open.ts', '#lib/policy/decide.ts'],
    ['lib/issuance/enroll/enroll.ts', '#lib/ledger/open.ts'],
    ['lib/issuance/enroll/enroll.ts', '#lib/directory/graph.ts'],
    ['lib/issuance/enroll/enroll.ts', 'kysely'],
    ['lib/issuance/enroll/enroll.ts', '@fastify/rate-limit'],
    ['lib/auth/session.ts', '#lib/issuance/authority.ts'],
    ['lib/mail/smtp.ts', '#lib/config.ts'],
    ['lib/mail/smtp.ts', '#lib/ledger/ledger.ts'],
    ['lib/calendar/ics.ts', 'nodemailer'],
    ['lib/issuance/reminders/remind.ts', '#lib/mail/smtp.ts'],
    ['lib/relying-party/probe.ts', '#lib/ledger/ledger.ts'],
    ['lib/relying-party/probe.ts', '#lib/errors.ts'],
    ['lib/api/client.ts', '#lib/policy/decide.ts'],
    ['lib/api/client.ts', 'react/jsx-runtime'],
    ['lib/compose.ts', '#authority/http/server.ts'],
    ['lib/overview.ts', '#components/ui/badge.tsx'],
    ['components/ui/badge.tsx', '#app/layout.tsx'],
    ['components/ui/badge.tsx', '#lib/auth/session.ts'],
    ['components/ui/badge.tsx', '#lib/config.ts'],
    ['components/ui/badge.test.tsx', '#lib/compose.ts'],
    ['app/layout.tsx', '#lib/ledger/ledger.ts'],
    ['app/layout.tsx', '#lib/compose.ts'],
    ['app/layout.test.ts', '#authority/http/server.ts'],
    ['authority/main.ts', '#lib/signer/file.ts'],
    ['authority/main.ts', '#app/layout.tsx'],
    ['authority/main.ts', 'next/server'],
    ['sandbox/main.ts', '#lib/config.ts'],
    ['sandbox/main.ts', '#cli/programs.ts'],
    ...FOLDERS.flatMap((folder) =>
      ['#cli/programs.ts', '#bench/core.ts', '#e2e/home.spec.ts', '#nowhere.ts'].map(
        (name) => [`${folder}/x.ts`, name] as const,
      ),
    ),
  ]

  test.each(violations)('%s does not import %s', (file, name) => {
    expect(forbiddenIn(file, `import { x } from '${name}'`)).toEqual([name])
  })

  const pki = 'lib/pki/csr/csr.ts'
  const beyond = '#lib/ledger/ledger.ts'
  test.each([
    `import { x } from '${beyond}'`,
    `import x, { type y } from "${beyond}"`,
    `import {\n  type x,\n  y,\n} from '${beyond}'`,
    `import type { x } from '${beyond}'`,
    `import * as x from '${beyond}'`,
    `import '${beyond}'`,
    `export { x } from '${beyond}'`,
    `export type { x } from '${beyond}'`,
    `export * from '${beyond}'`,
    `const x = await import('${beyond}')`,
    `const x = await import(/* later */ \`${beyond}\`)`,
    `type X = import('${beyond}').X`,
    `const x = require('${beyond}')`,
    `vi.mock('${beyond}', () => ({}))`,
  ])('%s is an import', (text) => {
    expect(forbiddenIn(pki, text)).toEqual([beyond])
  })

  test.each([
    [pki, `import { x } from '#lib/pki/asn1/der.ts'\nimport { y } from './csr-names.ts'`],
    [pki, `import { LatchkeyError } from '#lib/errors.ts'`],
    [pki, `import { sha256 } from '@noble/hashes/sha2.js'`],
    ['lib/issuance/enroll/enroll.ts', `import type { Ledger } from '#lib/ledger/ledger.ts'`],
    ['lib/issuance/enroll/enroll.test.ts', `import { x } from '#lib/ledger/open.ts'`],
    ['lib/compose.ts', `import { x } from '#lib/ledger/open.ts'`],
    ['components/ui/badge.test.tsx', `import { expect } from 'vitest'`],
    ['cli/start.ts', `import { x } from '#authority/main.ts'`],
  ])('%s may', (file, text) => {
    expect(forbiddenIn(file, text)).toEqual([])
  })

  test.each([
    '../ledger/ledger.ts',
    './../ledger/ledger.ts',
    '#lib/pki/../ledger/ledger.ts',
  ])('nobody climbs: %s', (name) => {
    for (const file of [pki, 'cli/start.ts', 'lib/pki/csr/csr.test.ts']) {
      expect(forbiddenIn(file, `import { x } from '${name}'`)).toEqual([name])
    }
  })
})
