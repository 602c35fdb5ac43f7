import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { type OwnRoot, ownRootOf } from '#lib/pki/certificate/own-root.ts'
import { NOW } from '#lib/pki/testing/make-ca.ts'
import { signerOf } from './key.ts'
import { signRootStatus } from './root-status.ts'
import { openRootStatus, rootStatusPath, writeRootStatus } from './root-status-file.ts'
import { type MadeHere, makeIssuingRoot, makeRootAndIssuingCa } from './testing/ceremony.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-root-status-'))
afterAll(() => rmSync(folder, { recursive: true }))

const surroundings = { now: NOW, randomBytes: (length: number) => randomBytes(length) }
const options = {
  ...({ key: 'ec-p256', name: 'Test', organization: 'Contoso', years: 5 } as const),
  ...{ statusUrl: 'http://pki.contoso.example', crlDays: 365 },
}
const ca: MadeHere = await makeRootAndIssuingCa(options, surroundings)
const root = ownRootOf(ca.chain) as OwnRoot
const file = rootStatusPath(folder)

async function write(number: bigint): Promise<void> {
  if (!ca.root) throw new Error('There is no root key.')
  const wish = { number, now: NOW, days: 30, revoked: null }
  await writeRootStatus(folder, await signRootStatus(root, signerOf(ca.root.key), wish))
}

beforeEach(() => {
  rmSync(path.dirname(file), { recursive: true, force: true })
  mkdirSync(path.dirname(file))
})

test('a file that was replaced is read again, and anybody may read it', async () => {
  await write(1n)
  const read = openRootStatus(folder, ca.chain)
  expect(read()).toMatchObject({ status: { number: 1n }, problem: null })
  expect(statSync(file).mode & 0o777).toBe(0o644)
  await write(2n)
  expect(read()).toMatchObject({ status: { number: 2n }, problem: null })
})

test('one that is missing is named, and found as soon as it is there', async () => {
  const read = openRootStatus(folder, ca.chain)
  const problem = `The root CRL in ${file} cannot be used. It is missing or cannot be read.`
  expect(read()).toMatchObject({ status: null, problem })
  await write(1n)
  expect(read()).toMatchObject({ status: { number: 1n }, problem: null })
})

test.each([
  ['is taken away', () => rmSync(file), 'It is missing or cannot be read.'],
  ['is emptied', () => writeFileSync(file, ''), 'It holds not one CRL.'],
  [
    'is cut off',
    () => writeFileSync(file, '-----BEGIN X509 CRL-----\nMIIB'),
    'A PEM block has no end.',
  ],
  [
    'is another thing',
    () => writeFileSync(file, '-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n'),
    'This is not a CRL of ours: three parts expected.',
  ],
])('when it %s, the one before goes on to count, and it is said', async (_, damage, why) => {
  await write(4n)
  const read = openRootStatus(folder, ca.chain)
  read()
  damage()
  const problem = `The root CRL in ${file} cannot be used. ${why}`
  expect(read()).toMatchObject({ status: { number: 4n }, problem })
})

test('an older one, from a backup, does not push out a newer one', async () => {
  await write(5n)
  const read = openRootStatus(folder, ca.chain)
  read()
  await write(4n)
  const problem = `The root CRL in ${file} cannot be used. Its number is 4, after 5.`
  expect(read()).toMatchObject({ status: { number: 5n }, problem })
})

test('a folder that cannot be written is named', async () => {
  rmSync(path.dirname(file), { recursive: true })
  await expect(write(1n)).rejects.toThrow(`The folder ${path.dirname(file)} cannot be written.`)
})

test('where the root itself issues there is nothing to read', async () => {
  const { chain } = await makeIssuingRoot(options, surroundings)
  expect(openRootStatus(folder, chain)()).toBeNull()
})
