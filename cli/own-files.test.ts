import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { canTry } from '#lib/testing/judge.ts'
import { thisAccount } from './access.ts'
import { ownFileProblems } from './own-files.ts'

const me = thisAccount()
const hasModes = canTry(me !== null, 'owners and modes of files')
let place: string
let dataDir: string
const at = (...names: string[]) => path.join(dataDir, ...names)
const modeOf = (...names: string[]) => statSync(at(...names)).mode & 0o777

const check = (sandbox: boolean, database = `sqlite:${at('ledger.sqlite')}`) =>
  ownFileProblems({ dataDir, database, sandbox }, me)

/** The files as Latchkey writes them. */
function fill(): void {
  for (const folder of ['', 'ca', 'tls']) mkdirSync(at(folder), { mode: 0o700 })
  for (const name of ['ca/ca.key.json', 'tls/server.pem', 'tls/ca-key.pem', ...PRIVATE]) {
    writeFileSync(at(name), 'x', { mode: 0o600 })
  }
  for (const name of ['ca/ca.pem', 'ca/chain.pem', 'ca/root-status.pem', 'tls/ca.pem']) {
    writeFileSync(at(name), 'x')
    chmodSync(at(name), 0o644)
  }
}

const BESIDE = ['ledger.sqlite-wal', 'ledger.sqlite.lock']
const PRIVATE = ['session.secret', 'signatures.log', 'ledger.sqlite', ...BESIDE]

beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), 'latchkey-own-'))
  dataDir = path.join(place, 'data')
})
afterEach(() => rmSync(place, { recursive: true }))

describe.skipIf(!hasModes)('with a tenant', () => {
  test('what Latchkey made is as it should be, and so is a folder that is not there', () => {
    expect(check(false)).toEqual([])
    fill()
    expect(check(false)).toEqual([])
  })

  test.each([
    ['', 0o755, 'The data folder {} can be read by others (mode 0755). Run: chmod 700 {}'],
    ['', 0o770, 'The data folder {} can be changed by others (mode 0770). Run: chmod 700 {}'],
    ['ca', 0o755, 'The folder of the CA {} can be read by others (mode 0755). Run: chmod 700 {}'],
    ['ca/ca.key.json', 0o640, 'The CA key {} can be read by others (mode 0640). Run: chmod 600 {}'],
    [
      'ca/ca.pem',
      0o666,
      'The CA certificate {} can be changed by others (mode 0666). Run: chmod 644 {}',
    ],
    [
      'ca/chain.pem',
      0o646,
      'The CA chain {} can be changed by others (mode 0646). Run: chmod 644 {}',
    ],
    [
      'tls',
      0o711,
      'The folder of the https certificate {} can be read by others (mode 0711). Run: chmod 700 {}',
    ],
    [
      'tls/server.pem',
      0o644,
      'The https key {} can be read by others (mode 0644). Run: chmod 600 {}',
    ],
    [
      'tls/ca-key.pem',
      0o604,
      'The key of the https CA {} can be read by others (mode 0604). Run: chmod 600 {}',
    ],
    [
      'session.secret',
      0o644,
      'The session secret {} can be read by others (mode 0644). Run: chmod 600 {}',
    ],
    [
      'signatures.log',
      0o660,
      'The log of signatures {} can be changed by others (mode 0660). Run: chmod 600 {}',
    ],
    ['ledger.sqlite', 0o644, 'The ledger {} can be read by others (mode 0644). Run: chmod 600 {}'],
    [
      'ledger.sqlite-wal',
      0o666,
      'The ledger {} can be changed by others (mode 0666). Run: chmod 600 {}',
    ],
    [
      'ledger.sqlite.lock',
      0o666,
      'The lock of the ledger {} can be changed by others (mode 0666). Run: chmod 600 {}',
    ],
  ])('%s of mode %o is refused and left alone', (name, mode, sentence) => {
    fill()
    const file = name === '' ? dataDir : at(name)
    chmodSync(file, mode)
    expect(check(false)).toEqual([sentence.replaceAll('{}', file)])
    expect(statSync(file).mode & 0o777).toBe(mode)
  })

  test('everything is told at once', () => {
    fill()
    for (const name of ['', 'ca/ca.key.json', 'session.secret']) chmodSync(at(name), 0o777)
    expect(check(false)).toHaveLength(3)
  })

  test('a data folder that the operator made and that is empty becomes ours', () => {
    mkdirSync(dataDir)
    chmodSync(dataDir, 0o755)
    expect(check(false)).toEqual([])
    expect(modeOf()).toBe(0o700)
  })

  test('KMS-09: the CA key may not be a symbolic link', () => {
    fill()
    renameSync(at('ca', 'ca.key.json'), path.join(place, 'key'))
    symlinkSync(path.join(place, 'key'), at('ca', 'ca.key.json'))
    expect(check(false)).toEqual([
      `The CA key ${at('ca', 'ca.key.json')} is a symbolic link, whose target others may exchange. Put the file itself there.`,
    ])
  })

  test('KMS-09: a key file elsewhere is as private as one in the folder of the CA', () => {
    fill()
    const elsewhere = path.join(place, 'ca.key.json')
    writeFileSync(elsewhere, 'x')
    chmodSync(elsewhere, 0o640)
    const config = { dataDir, database: 'postgres://x', sandbox: false }
    const LATCHKEY_SIGNER = { kind: 'file', path: elsewhere } as const
    expect(ownFileProblems({ ...config, LATCHKEY_SIGNER }, thisAccount())).toEqual([
      `The CA key ${elsewhere} can be read by others (mode 0640). Run: chmod 600 ${elsewhere}`,
    ])
  })

  test('the folder of the CA may be one, as replicas share it; its target counts', () => {
    fill()
    const shared = path.join(place, 'shared')
    renameSync(at('ca'), shared)
    symlinkSync(shared, at('ca'))
    expect(check(false)).toEqual([])
    chmodSync(shared, 0o775)
    expect(check(false)).toEqual([
      `The folder of the CA ${at('ca')} can be changed by others (mode 0775). Run: chmod 700 ${at('ca')}`,
    ])
  })

  test('a ledger elsewhere counts, one on PostgreSQL does not', () => {
    fill()
    const elsewhere = path.join(place, 'other.sqlite')
    writeFileSync(elsewhere, 'x')
    chmodSync(elsewhere, 0o644)
    expect(check(false, `sqlite:${elsewhere}`)).toEqual([
      `The ledger ${elsewhere} can be read by others (mode 0644). Run: chmod 600 ${elsewhere}`,
    ])
    expect(check(false, 'postgres://db/latchkey')).toEqual([])
  })
})

describe.skipIf(!hasModes)('in the sandbox', () => {
  test('what we made gets its mode back, and nothing is refused', () => {
    fill()
    for (const name of ['', 'ca', 'tls']) chmodSync(at(name), 0o755)
    for (const name of ['ca/ca.key.json', 'tls/server.pem', ...PRIVATE]) chmodSync(at(name), 0o644)
    expect(check(true)).toEqual([])
    expect(['', 'ca', 'tls'].map((name) => modeOf(name))).toEqual([0o700, 0o700, 0o700])
    expect(PRIVATE.map((name) => modeOf(name))).toEqual(PRIVATE.map(() => 0o600))
    expect(modeOf('ca', 'ca.key.json')).toBe(0o600)
    expect(modeOf('ca', 'ca.pem')).toBe(0o644)
  })

  test('a folder that holds something else is left alone', () => {
    mkdirSync(dataDir)
    writeFileSync(at('thesis.odt'), 'x')
    chmodSync(dataDir, 0o755)
    expect(check(true)).toEqual([])
    expect(modeOf()).toBe(0o755)
  })
})
