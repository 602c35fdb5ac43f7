import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { becomeSole } from './sole-authority.ts'

/** Who holds the lock is told by authority/test/main.test.ts, among processes. */

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-sole-'))
afterAll(() => rmSync(folder, { recursive: true }))

test.each<[string, (lock: string) => void]>([
  ['no file', (lock) => mkdirSync(lock)],
  ['no lock', (lock) => writeFileSync(lock, 'something else. '.repeat(64))],
])('what lies where the lock belongs and is %s lets nobody begin', (name, put) => {
  const ledger = path.join(folder, name.replace(' ', '-'))
  put(`${ledger}.lock`)
  expect(() => becomeSole({ database: `sqlite:${ledger}` })).toThrow(
    `The lock of the ledger, ${ledger}.lock, cannot be taken.`,
  )
})

test('nothing lies beside the lock, and what an earlier release left there is gone', () => {
  const own = path.join(folder, 'own')
  mkdirSync(own)
  writeFileSync(path.join(own, 'ledger.lock-journal'), new Uint8Array(512))
  becomeSole({ database: `sqlite:${path.join(own, 'ledger')}` })
  expect(readdirSync(own)).toEqual(['ledger.lock'])
})

test('a folder that cannot be is told of when the ledger is opened', () => {
  writeFileSync(path.join(folder, 'file'), '')
  expect(() => becomeSole({ database: `sqlite:${folder}/file/ledger.sqlite` })).not.toThrow()
})
