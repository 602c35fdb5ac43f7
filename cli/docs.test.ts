import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '#cli/programs.ts'

/** Statements of the documents about files and variables are true. */

const read = (name: string) => readFileSync(path.join(ROOT, name), 'utf8')
const readme = read('README.md')
const configuration = read('docs/configuration.md')

/** Variables that are read as secrets. */
const SECRETS = [
  'LATCHKEY_CA_PASSPHRASE',
  'LATCHKEY_GRAPH_CLIENT_SECRET',
  'LATCHKEY_PORTAL_CLIENT_SECRET',
  'LATCHKEY_PROXY_SECRET',
  'LATCHKEY_ROOT_PASSPHRASE',
  'LATCHKEY_SESSION_SECRET',
  'LATCHKEY_SMTP_SECRET',
]
/** For tests only: kills the program at a named point. */
const HIDDEN = ['LATCHKEY_FAILPOINT']

function variablesOfConfig(): readonly string[] {
  const source = read('lib/environment.ts')
  const found = [...source.matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name = '']) => name)
  return found.filter((name) => !HIDDEN.includes(name))
}

/** Gives the first cell of each row of the tables. */
function variablesOfTable(): readonly string[] {
  return configuration
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => line.split(' | ')[0]?.match(/`[A-Z][A-Z_]+`/g) ?? [])
    .map((name) => name.slice(1, -1))
}

describe('the reference of the configuration', () => {
  test('has every variable in its table once, and no other', () => {
    const wanted = [...variablesOfConfig(), ...SECRETS]
    expect(wanted.length).toBeGreaterThan(40)
    expect(variablesOfTable().toSorted()).toEqual(wanted.toSorted())
  })

  test('says the default that a variable has', () => {
    const source = read('lib/environment.ts').replaceAll(/\n {4,}/g, '')
    const defaults = new Map(
      [...source.matchAll(/^ {2}([A-Z][A-Z_]+): .*\.default\('?([\w.]+)'?\),$/gm)].map(
        ([, name = '', value = '']) => [name, value.replaceAll('_', '')],
      ),
    )
    expect(defaults.size).toBeGreaterThan(20)
    for (const line of configuration.split('\n')) {
      const [names = '', said = ''] = line.replace(/^\| /, '').split(' | ')
      const each = names.match(/[A-Z][A-Z_]+/g) ?? []
      const values = said.replaceAll('`', '').split(/[,;]/)
      for (const [index, name] of each.entries()) {
        const value = defaults.get(name)
        if (value === undefined || !names.startsWith('`')) continue
        expect([name, values[index]?.trim()]).toEqual([name, value])
      }
    }
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

describe('the README', () => {
  test('names commands that are there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const named = [...readme.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name)
    expect(named).toContain('verify-audit')
    for (const name of named) {
      expect(Object.keys(scripts), name).toContain(name)
      const file = /cli\/[\w-]+\.ts/.exec(scripts[name] ?? '')?.[0]
      if (file) expect(existsSync(path.join(ROOT, file)), file).toBe(true)
    }
  })
})

test.each([
  ['README.md', 150],
  ['ARCHITECTURE.md', 200],
])('%s stays within %i lines', (name, linesMax) => {
  expect(read(name).trimEnd().split('\n').length).toBeLessThanOrEqual(linesMax)
})

test.each([
  ['README.md'],
  ['ARCHITECTURE.md'],
  ['SECURITY.md'],
  ['CONTRIBUTING.md'],
])('%s leads to files that are there', (name) => {
  const links = [...read(name).matchAll(/\]\(((?!https?:|#)[^)#\s]+)/g)].map(([, to = '']) => to)
  for (const to of links) expect(existsSync(path.join(ROOT, to)), to).toBe(true)
})

test.each([
  ['ARCHITECTURE.md'],
  ['SECURITY.md'],
  ['CONTRIBUTING.md'],
  ['README.md'],
])('%s names files that are there', (name) => {
  const named = [
    ...read(name).matchAll(
      /`((?:lib|authority|app|components|cli|sandbox|e2e|bench|clients|\.ci)\/[\w./-]*)`/g,
    ),
  ].map(([, file = '']) => file)
  for (const file of named) expect(existsSync(path.join(ROOT, file)), file).toBe(true)
})
