import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { ensureFolder } from './folder.ts'

test('makes what is missing, for this account only, and leaves what is there', () => {
  const place = mkdtempSync(path.join(tmpdir(), 'latchkey-folder-'))
  const folder = path.join(place, 'one', 'two')
  ensureFolder(folder)
  ensureFolder(folder)
  for (const made of [folder, path.dirname(folder)]) {
    expect(statSync(made).mode & 0o777).toBe(0o700)
  }
  writeFileSync(path.join(place, 'file'), '')
  for (const below of [['file'], ['file', 'folder']]) {
    expect(() => ensureFolder(path.join(place, ...below))).toThrow('ENOTDIR')
  }
  rmSync(place, { recursive: true })
})

test('gives up where the kernel refuses', () => {
  expect(() => ensureFolder('/proc/latchkey/data')).toThrow('ENOENT')
})
