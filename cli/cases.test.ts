import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '#cli/programs.ts'

/** docs/cases.md has a line for each id in a test, and the tests that it names exist. */

const FAMILIES = 'I TOK STEP AUZ ENC POL KEY WEB EST STO KMS DIR REV CON UPG REM'.split(' ')
const ID = new RegExp(`\\b(?:${FAMILIES.join('|')})-?\\d+\\b`, 'g')
const FOLDERS = 'app,authority,cli,clients,components,e2e,lib,sandbox'

const read = (name: string) => readFileSync(path.join(ROOT, name), 'utf8')

type Case = { readonly id: string; readonly cells: readonly string[] }

const cases: readonly Case[] = read('docs/cases.md')
  .split('\n')
  .filter((line) => line.match(ID)?.[0] === line.split(' | ')[0]?.replace('| ', ''))
  .map((line) => line.replace(/^\| /, '').replace(/ \|$/, '').split(' | '))
  .map((cells) => ({ id: cells[0] ?? '', cells }))

/** `file` “words of its title”, anywhere in the line. */
const references = cases.flatMap(({ id, cells }) =>
  [...(cells.at(-1) ?? '').matchAll(/`([^`]+)` “([^”]+)”/g)].map(([, file = '', words = '']) => ({
    id,
    file,
    words,
  })),
)

describe('the cases', () => {
  test('are unique and in order', () => {
    const place = (id: string) => {
      const [, family = '', number = ''] = /^([A-Z]+)-?(\d+)$/.exec(id) ?? []
      return FAMILIES.indexOf(family) * 100 + Number(number)
    }
    const places = cases.map(({ id }) => place(id))
    expect(places.length).toBeGreaterThan(250)
    expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b))
  })

  test('say what is expected, and where it is tried or why it is not', () => {
    for (const { id, cells } of cases) {
      expect([id, cells.length]).toEqual([id, id.startsWith('I') ? 3 : 4])
      expect(cells.at(-1), id).toMatch(/^`[^`]+` “[^”]+”|^(?:no|not yet): \w/)
    }
  })

  test('are all that tests mention', () => {
    const files = globSync(`{${FOLDERS}}/**/{*.test.ts,*.spec.ts,testing/*.ts}`, { cwd: ROOT })
    const known = new Set(cases.map(({ id }) => id))
    const mentioned = new Set(files.flatMap((file) => read(file).match(ID) ?? []))
    expect(mentioned.size).toBeGreaterThan(150)
    expect([...mentioned].filter((id) => !known.has(id))).toEqual([])
  })

  test('name files that are there, with the words that they quote', () => {
    expect(references.length).toBeGreaterThan(300)
    const wrong = references.filter(({ file, words }) => {
      return !existsSync(path.join(ROOT, file)) || !read(file).includes(words)
    })
    expect(wrong).toEqual([])
  })

  test('name no file that is not there, also where nothing of it is quoted', () => {
    const named = read('docs/cases.md').matchAll(/`((?:[\w-]+\/)+[\w.-]+\.ts)`/g)
    for (const [, file = ''] of named) expect(existsSync(path.join(ROOT, file)), file).toBe(true)
  })
})
