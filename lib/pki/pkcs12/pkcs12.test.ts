import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeCsr } from '#lib/pki/csr/csr-write.ts'
import { type KeyPairType, makeKeyPair } from '#lib/pki/keys/key-pair.ts'
import { openPkcs12 } from '#lib/pki/testing/open-pkcs12.ts'
import { derOfPemFile } from '#lib/testing/pem-file.ts'
import { makePassword } from './password.ts'
import { makePkcs12Lock, type Pkcs12Contents, type Protection, writePkcs12 } from './pkcs12.ts'
import { legacyProtection } from './pkcs12-legacy.ts'
import { modernProtection } from './pkcs12-modern.ts'
import { readPkcs12 } from './pkcs12-read.ts'

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length))

let folder = ''
const at = (name: string) => path.join(folder, name)
const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
const der = (name: string) => derOfPemFile(at(name))

/** OpenSSL's own CA, so that nothing here rests on our certificate code: root, issuing CA, leaf for our key. */
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-p12-'))
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc']
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'root.key',
    '-subj',
    '/CN=Test Root',
    '-out',
    'root',
  )
  openssl('req', ...newKey, '-keyout', 'ca.key', '-subj', '/CN=Test Issuing CA', '-out', 'ca.csr')
  writeFileSync(at('ca.ext'), 'basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign')
  const signCa = ['-CA', 'root', '-CAkey', 'root.key', '-extfile', 'ca.ext', '-out', 'ca']
  openssl('x509', '-req', '-in', 'ca.csr', ...signCa)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function issue(type: KeyPairType) {
  const keys = await makeKeyPair(type, true)
  const csr = await writeCsr(keys, { commonName: 'alice-ws', upn: null, uri: null })
  writeFileSync(at('leaf.csr'), csr)
  const ca = ['-CA', 'ca', '-CAkey', 'ca.key', '-out', 'leaf']
  openssl('x509', '-req', '-inform', 'DER', '-in', 'leaf.csr', ...ca)
  const privateKey = new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  return { privateKey, leaf: der('leaf'), issuer: der('ca'), root: der('root') }
}

async function writeLocked(protection: Protection, contents: Pkcs12Contents, password: string) {
  return writePkcs12(contents, await makePkcs12Lock(protection, password, randomBytes))
}

async function makeFile(protection: Protection, type: KeyPairType = 'ec-p256') {
  const { privateKey, leaf, issuer } = await issue(type)
  const contents = { privateKey, certificates: [leaf, issuer], friendlyName: 'Älice’s 💻' }
  const password = makePassword(randomBytes)
  const file = await writeLocked(protection, contents, password)
  writeFileSync(at('file.p12'), file)
  return { file, password, contents }
}

const cases = [
  ['modern', 'ec-p256', modernProtection],
  ['modern', 'rsa-2048', modernProtection],
  ['modern', 'rsa-3072', modernProtection],
  ['legacy', 'ec-p256', legacyProtection],
  ['legacy', 'rsa-2048', legacyProtection],
] as const

const locked: { file: string; password: string; issuers: number }[] = []

describe.each(cases)('a %s file with a key of %s', (name, type, protection) => {
  let made: Awaited<ReturnType<typeof makeFile>>

  beforeAll(async () => {
    made = await makeFile(protection, type)
    const file = at(`${name}-${type}.p12`)
    writeFileSync(file, made.file)
    locked.push({ file, password: made.password, issuers: 1 })
  })

  test('opens in our own reader and gives the same key and certificates', async () => {
    const opened = await readPkcs12(protection, made.file, made.password)
    expect(opened.privateKey).toEqual(made.contents.privateKey)
    expect(opened.certificates).toEqual(made.contents.certificates)
  })

  test('opens in OpenSSL, with the name on it, and the key is the leaf’s', () => {
    const open = ['pkcs12', '-in', 'file.p12', '-passin', `pass:${made.password}`]
    const text = openssl(...open, '-noenc').toString()
    expect(text.match(/localKeyID/g)).toHaveLength(2)
    expect(text.match(/friendlyName/g)).toHaveLength(2)
    expect(text.indexOf('CN = alice-ws')).toBeLessThan(text.indexOf('subject=CN = Test Issuing CA'))
    writeFileSync(at('opened'), text)
    const ofKey = openssl('pkey', '-in', 'opened', '-pubout').toString()
    const ofLeaf = openssl('x509', '-in', 'opened', '-noout', '-pubkey').toString()
    expect(ofKey).toBe(ofLeaf)
  })
})

test('each of them opens in OpenSSL, NSS, GnuTLS, Java and Bouncy Castle', async () => {
  expect(locked).toHaveLength(cases.length)
  await openPkcs12(locked)
})

test('the modern file says PBES2, AES-256, PBKDF2 with HMAC-SHA-256 and 10,000 rounds', async () => {
  const { password } = await makeFile(modernProtection)
  const args = ['pkcs12', '-in', at('file.p12'), '-info', '-noout', '-passin', `pass:${password}`]
  const info = spawnSync('openssl', args).stderr.toString()
  expect(info).toContain('MAC: sha256, Iteration 10000\nMAC length: 32, salt length: 8')
  const lock = 'PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256'
  expect(info.split(lock)).toHaveLength(3)
})

test('the legacy file says 3DES with SHA-1 and 2,048 rounds', async () => {
  const { password } = await makeFile(legacyProtection)
  const args = ['pkcs12', '-in', at('file.p12'), '-info', '-noout', '-passin', `pass:${password}`]
  const info = spawnSync('openssl', args).stderr.toString()
  expect(info).toContain('MAC: sha1, Iteration 2048\nMAC length: 20, salt length: 8')
  expect(info.split('pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048')).toHaveLength(3)
})

test('any password of visible ASCII opens the file in OpenSSL and in our reader', async () => {
  const { contents } = await makeFile(legacyProtection)
  const ascii = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 })
  const property = fc.asyncProperty(ascii, async (password) => {
    const file = await writeLocked(legacyProtection, contents, password)
    const opened = await readPkcs12(legacyProtection, file, password)
    expect(opened.certificates).toHaveLength(2)
    writeFileSync(at('any.p12'), file)
    writeFileSync(at('password'), `${password}\n`)
    openssl('pkcs12', '-in', 'any.p12', '-passin', 'file:password', '-noout')
  })
  await fc.assert(property, { numRuns: 15 })
})

test.each([
  ['an empty password', ''],
  ['an umlaut', 'Schlüssel'],
  ['a line break', 'two\nlines'],
])('is not written with %s', async (_name, password) => {
  await expect(makePkcs12Lock(modernProtection, password, randomBytes)).rejects.toMatchObject({
    code: 'malformed_request',
    message: 'The password must be visible ASCII.',
  })
})

test.each([
  ['modern', modernProtection],
  ['legacy', legacyProtection],
])('a %s lock is for one file', async (_name, protection) => {
  const { privateKey, leaf } = await issue('ec-p256')
  const contents = { privateKey, certificates: [leaf], friendlyName: 'alice-ws' }
  const lock = await makePkcs12Lock(protection, 'secret', randomBytes)
  const files = [writePkcs12(contents, lock), writePkcs12(contents, lock)]
  const [first, second] = await Promise.allSettled(files)
  expect(first).toMatchObject({ status: 'fulfilled' })
  expect(second).toMatchObject({
    status: 'rejected',
    reason: { code: 'internal', message: 'A file needs a lock of its own.' },
  })
})

describe('the reader refuses', () => {
  let made: Awaited<ReturnType<typeof makeFile>>
  let other: Awaited<ReturnType<typeof issue>>

  beforeAll(async () => {
    made = await makeFile(modernProtection)
    other = await issue('ec-p256')
  })

  test('another password', async () => {
    await expect(
      readPkcs12(modernProtection, made.file, `${made.password.slice(0, -1)}x`),
    ).rejects.toMatchObject({
      code: 'malformed_request',
      message: 'The file does not open with this password.',
    })
  })

  test('a file that was cut off anywhere, or has octets too many', async () => {
    for (let length = 0; length < made.file.length; length += 97) {
      await expect(
        readPkcs12(modernProtection, made.file.slice(0, length), made.password),
      ).rejects.toMatchObject({ code: 'malformed_request', message: /truncated/ })
    }
    await expect(
      readPkcs12(modernProtection, Uint8Array.of(...made.file, 0), made.password),
    ).rejects.toMatchObject({ message: 'This is not DER: octets after the end.' })
  })

  test('one octet changed in the sealed part', async () => {
    const changed = made.file.slice()
    changed[400] = (changed[400] ?? 0) ^ 1
    await expect(readPkcs12(modernProtection, changed, made.password)).rejects.toMatchObject({
      code: 'malformed_request',
    })
  })

  test('a file with another lock', async () => {
    await expect(readPkcs12(legacyProtection, made.file, made.password)).rejects.toMatchObject({
      code: 'malformed_request',
      message: 'The file is locked in another way than ours.',
    })
  })

  test.each([
    ['of the same kind', 'ec-p256'],
    ['of another kind', 'rsa-2048'],
  ] as const)('a key %s that is not the certificate’s', async (_name, type) => {
    const { privateKey } = type === 'ec-p256' ? other : await issue(type)
    const contents = { ...made.contents, privateKey }
    const file = await writeLocked(legacyProtection, contents, made.password)
    await expect(readPkcs12(legacyProtection, file, made.password)).rejects.toMatchObject({
      code: 'malformed_request',
      message: 'Key and certificate in the file do not belong together.',
    })
  })

  test('a file without the attribute that ties key and certificate', async () => {
    writeFileSync(at('key.der'), made.contents.privateKey)
    openssl('pkey', '-inform', 'DER', '-in', 'key.der', '-out', 'key')
    const args = ['-nokeys', '-in', 'leaf', '-passout', 'pass:x', '-out', 'nokey.p12']
    openssl('pkcs12', '-export', ...args)
    const file = new Uint8Array(execFileSync('cat', [at('nokey.p12')]))
    await expect(readPkcs12(modernProtection, file, 'x')).rejects.toMatchObject({
      code: 'malformed_request',
      message: 'The file does not hold one key and its certificate.',
    })
  })
})

test('a file that OpenSSL wrote with our parameters opens too', async () => {
  const { contents } = await makeFile(modernProtection)
  writeFileSync(at('key.der'), contents.privateKey)
  openssl('pkey', '-inform', 'DER', '-in', 'key.der', '-out', 'key')
  const args = ['-inkey', 'key', '-in', 'leaf', '-passout', 'pass:x', '-out', 'theirs.p12']
  openssl('pkcs12', '-export', ...args)
  const file = new Uint8Array(execFileSync('cat', [at('theirs.p12')]))
  const opened = await readPkcs12(modernProtection, file, 'x')
  expect(opened.certificates).toEqual(contents.certificates.slice(0, 1))
})
