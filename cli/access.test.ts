import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { canTry } from '#lib/testing/judge.ts'
import {
  accessProblem,
  isContainerSecret,
  makePrivate,
  thisAccount,
  type Wanted,
} from './access.ts'

let folder: string
let file: string
const me = thisAccount()
const hasModes = canTry(me !== null, 'owners and modes of files')
const account = me ?? 0
const secret: Wanted = { is: 'file', called: 'The secret' }

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-access-'))
  file = path.join(folder, 'secret')
  writeFileSync(file, 'x', { mode: 0o600 })
})
afterEach(() => rmSync(folder, { recursive: true }))

describe.skipIf(!hasModes)('a file', () => {
  test.each([0o600, 0o400, 0o700])('of mode %o is of this account alone', (mode) => {
    chmodSync(file, mode)
    expect(accessProblem(file, secret, account)).toBeNull()
  })

  test.each([
    [0o644, 'read', '0644'],
    [0o640, 'read', '0640'],
    [0o604, 'read', '0604'],
    [0o660, 'changed', '0660'],
    [0o602, 'changed', '0602'],
    [0o777, 'changed', '0777'],
    [0o611, 'read', '0611'],
  ])('of mode %o can be %s by others', (mode, what, octal) => {
    chmodSync(file, mode)
    expect(accessProblem(file, secret, account)).toBe(
      `The secret ${file} can be ${what} by others (mode ${octal}). Run: chmod 600 ${file}`,
    )
  })

  test('for everybody may be read by others and not changed', () => {
    const certificate: Wanted = { is: 'file', called: 'The certificate', public: true }
    chmodSync(file, 0o644)
    expect(accessProblem(file, certificate, account)).toBeNull()
    chmodSync(file, 0o664)
    expect(accessProblem(file, certificate, account)).toBe(
      `The certificate ${file} can be changed by others (mode 0664). Run: chmod 644 ${file}`,
    )
  })

  test('of another account is refused whatever its mode, of root it is not', () => {
    const other = account + 1
    const { uid } = statSync(file)
    const told = accessProblem(file, secret, other)
    if (uid === 0) expect(told).toBeNull()
    else {
      expect(told).toBe(
        `The secret ${file} belongs to another account (${uid}), which can change it. Run: chown ${other} ${file}`,
      )
    }
  })

  test.skipIf(!canTry(account === 0, 'a file of root'))(
    'of root may be read by the group, where a secret is handed over so',
    () => {
      const handed: Wanted = { ...secret, groupOfRoot: true }
      chmodSync(file, 0o440)
      expect(accessProblem(file, handed, 1000)).toBeNull()
      expect(accessProblem(file, secret, 1000)).toContain('can be read by others (mode 0440)')
      // When root runs the program, the group is somebody else.
      expect(accessProblem(file, handed, 0)).toContain('can be read by others (mode 0440)')
      chmodSync(file, 0o460)
      expect(accessProblem(file, handed, 1000)).toContain('can be changed by others (mode 0460)')
      chmodSync(file, 0o444)
      expect(accessProblem(file, handed, 1000)).toContain('can be read by others (mode 0444)')
    },
  )

  test('behind a symbolic link is refused, or its target counts', () => {
    const link = path.join(folder, 'link')
    symlinkSync(file, link)
    expect(accessProblem(link, secret, account)).toBe(
      `The secret ${link} is a symbolic link, whose target others may exchange. Put the file itself there.`,
    )
    expect(accessProblem(link, { ...secret, link: true }, account)).toBeNull()
    chmodSync(file, 0o644)
    expect(accessProblem(link, { ...secret, link: true }, account)).toContain('(mode 0644)')
  })

  test('that is not there, or is something else, is told of by whoever reads it', () => {
    expect(accessProblem(path.join(folder, 'none'), secret, account)).toBeNull()
    chmodSync(folder, 0o755)
    expect(accessProblem(folder, secret, account)).toBeNull()
    expect(accessProblem(file, { ...secret, is: 'folder' }, account)).toBeNull()
  })

  test('gets the mode that it is made with', () => {
    chmodSync(file, 0o666)
    makePrivate(file, secret, account)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const below = path.join(folder, 'below')
    mkdirSync(below)
    chmodSync(below, 0o755)
    makePrivate(below, { is: 'folder', called: 'The folder' }, account)
    expect(statSync(below).mode & 0o777).toBe(0o700)
    // A stricter mode is kept.
    chmodSync(file, 0o400)
    makePrivate(file, secret, account)
    expect(statSync(file).mode & 0o777).toBe(0o400)
  })
})

test('where there are no accounts nothing is said', () => {
  chmodSync(file, 0o666)
  expect(accessProblem(file, secret, null)).toBeNull()
})

test.each([
  ['/run/secrets/ca', true],
  ['/run/secrets/../passwd', false],
  ['/run/secrets', false],
  ['/srv/run/secrets/ca', false],
])('%s is of a container’s runtime: %s', (name, expected) => {
  expect(isContainerSecret(name)).toBe(expected)
})
