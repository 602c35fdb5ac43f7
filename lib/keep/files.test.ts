import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { beginsWith } from './files.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string): string {
  writeFileSync(path.join(folder, name), content)
  return path.join(folder, name)
}

const PART = 'x'.repeat(65_536)

test.each([
  ['the same', `${PART}ab`, `${PART}ab`, true],
  ['longer', `${PART}abc`, `${PART}ab`, true],
  ['another at its end', `${PART}ac`, `${PART}ab`, false],
  ['another at its beginning', `y${PART}`, `${PART}`, false],
  ['shorter by a whole part, which it repeats', PART, PART + PART, false],
  ['shorter by an octet', `${PART}a`, `${PART}aa`, false],
  ['empty', '', 'a', false],
  ['anything, of an empty one', 'a', '', true],
])('a log that is %s', async (_, mine, theirs, wanted) => {
  expect(await beginsWith(file('mine', mine), file('theirs', theirs))).toBe(wanted)
})
