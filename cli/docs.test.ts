import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { pageWith } from '#cli/config/page.ts'
import { ROOT } from '#cli/programs.ts'
import { errorsPage } from '#cli/reference/pages.ts'
import { permissionsFor, ROLES } from '#cli/tenant/desired.ts'
import { CLOUDS } from '#lib/clouds.ts'
import { environmentSchema } from '#lib/environment.ts'
import { SECRETS, SETTINGS, schemaNames, settingsTable } from '#lib/settings/settings.ts'

/** Statements of the documents about files and variables are true. */

const read = (name: string) => readFileSync(path.join(ROOT, name), 'utf8')
const readme = read('README.md')
const configuration = read('docs/reference/configuration.md')

describe('the reference of the configuration', () => {
  test('is what `npm run config -- --write` makes of the settings', () => {
    expect(configuration).toBe(pageWith(configuration))
  })

  test('has every variable in its table once, and no other', () => {
    const wanted = [...schemaNames(), ...SECRETS]
    expect(wanted.length).toBeGreaterThan(40)
    const named = SETTINGS.flatMap(({ settings }) => settings.flatMap(({ names }) => names))
    expect(named.toSorted()).toEqual(wanted.toSorted())
  })

  test('says the default that the schema has, and others in words', () => {
    const defaults: Readonly<Record<string, unknown>> = environmentSchema.parse({})
    const inWords = SETTINGS.flatMap(({ settings }) => settings).flatMap(
      ({ names, defaults: own }) =>
        names.filter((_, index) => typeof own === 'string' || typeof own?.[index] === 'string'),
    )
    const twice = inWords.filter((name) => !Array.isArray(defaults[name] ?? []))
    expect(twice).toEqual([])
    const said = settingsTable()
    expect(said).not.toMatch(/undefined|\[object/)
    expect(said).toContain(
      '| `LATCHKEY_API_CLIENT_ID`, `LATCHKEY_API_SCOPE`, `LATCHKEY_API_URI` | –, `Cert.Enroll`, ',
    )
    expect(said).toContain('| `LATCHKEY_CRL_PARTITION_ABOVE` | 20000 |')
  })

  test.each([
    'npm ci && npm start',
    'npm ci && npm test',
  ])('has `%s` in a block of its own', (line) => {
    expect(readme).toContain(['', '```sh', line, '```', ''].join('\n'))
  })

  test('begins with what must be installed', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } }
    const [, , first] = readme.split('\n')
    expect(first).toMatch(
      /^Needs \[Node\.js\]\(https:\/\/nodejs\.org\) 18 or newer with npm, nothing else\./,
    )
    expect(engines.node).toBe('>=18')
  })
})

test('the reference of errors is what `npm run reference -- --write` makes', () => {
  expect(read('docs/reference/errors.md')).toBe(errorsPage())
})

test('the table of clouds is that of the code', () => {
  for (const { login, graph, issuerV1 } of Object.values(CLOUDS)) {
    for (const url of [login, graph, issuerV1]) expect(configuration).toContain(new URL(url).host)
  }
})

test('the page of a real tenant names what setup-tenant makes', () => {
  const page = read('docs/real-tenant.md')
  const settings = environmentSchema.parse({
    LATCHKEY_HOLD_RISKY_USERS: 'on',
    LATCHKEY_RENEWAL_ROLE_CHECK: 'on',
  })
  const made = [
    ...permissionsFor(settings).map(({ value }) => value),
    ...Object.keys(ROLES),
    ...settings.LATCHKEY_SCRIPT_CLIENTS,
    settings.LATCHKEY_API_SCOPE,
    'auth_time',
    'idtyp',
    'xms_cc',
    'acrs',
  ]
  for (const name of made) expect(page).toContain(name)
})

test('every command has its program', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const files = Object.values(scripts).flatMap(
    (line) => /(?:cli|test|bench)\/[\w/-]+\.ts/.exec(line) ?? [],
  )
  expect(files.length).toBeGreaterThan(10)
  for (const file of files) expect(existsSync(path.join(ROOT, file)), file).toBe(true)
  expect(readme).toContain('npm run verify-audit')
})

test.each([
  ['README.md', 80],
  ['ARCHITECTURE.md', 200],
])('%s stays within %i lines', (name, linesMax) => {
  expect(read(name).trimEnd().split('\n').length).toBeLessThanOrEqual(linesMax)
})

const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  ...readdirSync(path.join(ROOT, 'docs'), { recursive: true })
    .map((name) => `docs/${String(name).split(path.sep).join('/')}`)
    .filter((name) => name.endsWith('.md')),
]

/** The anchors that GitHub gives to the headings of a document. */
function anchorsOf(name: string): readonly string[] {
  const headings = read(name).matchAll(/^#+ (.*)$/gm)
  return Array.from(headings, ([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test.each(documents)('%s leads to files and headings that are there', (name) => {
  const links = read(name).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)
  for (const [link, to = '', anchor] of links) {
    const file = to === '' ? name : path.join(path.dirname(name), to)
    expect(existsSync(path.join(ROOT, file)), link).toBe(true)
    if (anchor && file.endsWith('.md')) expect(anchorsOf(file), link).toContain(anchor)
  }
})

test.each(documents)('%s names commands that are there', (name) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = Array.from(read(name).matchAll(/npm run ([\w:-]+)/g), ([, script = '']) => script)
  for (const script of named) expect(scripts).toHaveProperty([script])
})

test('the map of the documents has every page', () => {
  const pages = documents.filter((name) => /^docs\/(?:reference\/)?[\w-]+\.md$/.test(name))
  const map = read('docs/README.md')
  for (const page of pages.filter((name) => name !== 'docs/README.md')) {
    expect(map).toContain(`](${page.slice('docs/'.length)})`)
  }
})

test('every picture is shown', () => {
  const shown = [...read('docs/pages.md').matchAll(/\(pictures\/([\w-]+\.webp)\)/g)]
  const files = readdirSync(path.join(ROOT, 'docs', 'pictures'))
  expect(shown.map(([, name]) => name).toSorted()).toEqual(files.toSorted())
})

test.each([
  ['ARCHITECTURE.md'],
  ['SECURITY.md'],
  ['CONTRIBUTING.md'],
  ['README.md'],
  ['docs/integrate.md'],
  ['docs/clients.md'],
  ['docs/operate.md'],
])('%s names files that are there', (name) => {
  const named = [
    ...read(name).matchAll(
      /`((?:lib|authority|app|components|cli|sandbox|e2e|bench|test|clients|deploy|docs|\.ci)\/[\w./-]*)`/g,
    ),
  ].map(([, file = '']) => file)
  for (const file of named) expect(existsSync(path.join(ROOT, file)), file).toBe(true)
})
