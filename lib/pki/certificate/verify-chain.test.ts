import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { derOfPemFile } from '#lib/testing/pem-file.ts'
import { chainHolds, keyBelongsTo } from './verify-chain.ts'

let folder = ''
const openssl = (...args: string[]) =>
  new Uint8Array(execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }))
/** A certificate, or a key, which `openssl req` writes as PKCS#8. */
const der = (name: string) => derOfPemFile(path.join(folder, name))

const KINDS = {
  'P-256': ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'P-384': ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  'P-521': ['ec', '-pkeyopt', 'ec_paramgen_curve:P-521'],
  'RSA-3072': ['rsa:3072'],
}

function certificate(name: string, issuer: string | null, kind: keyof typeof KINDS, hash: string) {
  const key = [
    '-newkey',
    ...KINDS[kind],
    '-noenc',
    '-keyout',
    `${name}.key`,
    '-subj',
    `/CN=${name}`,
  ]
  if (issuer === null) return openssl('req', '-x509', `-${hash}`, ...key, '-out', name)
  openssl('req', ...key, '-out', `${name}.csr`)
  const ca = ['-CA', issuer, '-CAkey', `${issuer}.key`, `-${hash}`, '-out', name]
  return openssl('x509', '-req', '-in', `${name}.csr`, ...ca)
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-chain-'))
  writeFileSync(path.join(folder, 'readme'), 'made by verify-chain.test.ts')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each([
  ['P-256', 'sha256'],
  ['P-384', 'sha384'],
  ['P-521', 'sha512'],
  ['RSA-3072', 'sha256'],
] as const)('with a CA of %s and %s', (kind, hash) => {
  beforeAll(() => {
    certificate('root', null, kind, hash)
    certificate('issuing', 'root', kind, hash)
    certificate('leaf', 'issuing', 'P-256', hash)
    certificate('other', null, kind, hash)
  })

  test('a whole chain holds', async () => {
    expect(await chainHolds([der('leaf'), der('issuing'), der('root')])).toBe(true)
  })

  test.each([
    ['the issuer is left out', ['leaf', 'root']],
    ['the root is another', ['leaf', 'issuing', 'other']],
    ['the root is missing', ['leaf', 'issuing']],
    ['it is the leaf alone', ['leaf']],
  ])('it does not hold when %s', async (_name, names) => {
    expect(await chainHolds(names.map(der))).toBe(false)
  })

  test('it does not hold when the leaf was changed after signing', async () => {
    const changed = der('leaf')
    const at = changed.length - 4
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(await chainHolds([changed, der('issuing'), der('root')])).toBe(false)
  })

  test('a key belongs to its own certificate only', async () => {
    expect(await keyBelongsTo(der('issuing.key'), der('issuing'))).toBe(true)
    expect(await keyBelongsTo(der('issuing.key'), der('root'))).toBe(false)
    expect(await keyBelongsTo(der('leaf.key'), der('issuing'))).toBe(false)
  })
})
