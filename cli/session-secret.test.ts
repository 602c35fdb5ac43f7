import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CannotStart } from './cannot-start.ts'
import { ensureSessionSecret } from './session-secret.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-secret-'))
  file = path.join(folder, 'session.secret')
})

afterEach(() => rmSync(folder, { recursive: true }))

test('the first start makes 32 octets that only this account can read; the second keeps them', () => {
  ensureSessionSecret(file)
  const made = readFileSync(file, 'utf8')
  expect(Buffer.from(made, 'base64url')).toHaveLength(32)
  expect(statSync(file).mode & 0o777).toBe(0o600)

  ensureSessionSecret(file)
  expect(readFileSync(file, 'utf8')).toBe(made)
})

test.each([
  ['empty', ''],
  ['cut short', 'abc'],
])('a file that is %s is refused and left alone', (_name, content) => {
  writeFileSync(file, content)
  expect(() => ensureSessionSecret(file)).toThrow(CannotStart)
  expect(() => ensureSessionSecret(file)).toThrow(
    `The session secret in ${file} is damaged. ` +
      'Remove the file: a new one is made, and people sign in again.',
  )
  expect(readFileSync(file, 'utf8')).toBe(content)
})
