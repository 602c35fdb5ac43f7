import { execFileSync } from 'node:child_process'
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFileSigner } from './file.ts'
import { type CaKeyType, generateKey, spkiOf } from './key.ts'
import { readKeyFile, sealKey } from './key-file.ts'
import { quickScrypt } from './testing/quick-scrypt.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-key-'))
afterAll(() => rmSync(folder, { recursive: true }))

const PASSPHRASE = 'correct horse battery staple'

let number = 0
function put(content: string, mode = 0o600): string {
  const file = path.join(folder, `key-${number++}`)
  writeFileSync(file, content)
  chmodSync(file, mode)
  return file
}

let key: KeyObject
let sealed = ''

beforeAll(async () => {
  key = await generateKey('ec-p256')
  sealed = await sealKey(key, PASSPHRASE)
})

describe('a key file', () => {
  test('gives back the key that was sealed', async () => {
    const opened = await readKeyFile(put(sealed), PASSPHRASE)
    expect(opened.equals(key)).toBe(true)
  })

  test('shows nothing of the key and never repeats', async () => {
    const secret = key.export({ format: 'jwk' }).d ?? ''
    expect(Buffer.from(sealed).includes(Buffer.from(secret, 'base64url'))).toBe(false)
    const again = JSON.parse(await sealKey(key, PASSPHRASE))
    const first = JSON.parse(sealed)
    expect(again.kdf.salt).not.toBe(first.kdf.salt)
    expect(again.cipher.nonce).not.toBe(first.cipher.nonce)
    expect(first).toMatchObject({
      format: 'latchkey-key-1',
      kdf: { name: 'scrypt', n: 131072, r: 8, p: 1 },
      cipher: { name: 'aes-256-gcm' },
    })
  })

  test.each([
    'aes-256-cbc',
    'aes-128-cbc',
  ])('may be an encrypted PKCS#8 of OpenSSL (%s) that the operator brought', async (cipher) => {
    const pem = execFileSync(
      'openssl',
      ['pkcs8', '-topk8', '-v2', cipher, '-passout', `pass:${PASSPHRASE}`],
      { input: key.export({ format: 'pem', type: 'pkcs8' }), encoding: 'utf8' },
    )
    const file = put(pem)
    expect((await readKeyFile(file, PASSPHRASE)).equals(key)).toBe(true)
    await expect(readKeyFile(file, 'wrong')).rejects.toMatchObject({
      code: 'signer_unavailable',
      message: `The passphrase does not open the key in ${file}.`,
    })
  })

  test('KMS-09: is not read through a symbolic link', async () => {
    const link = path.join(folder, 'link')
    symlinkSync(put(sealed), link)
    await expect(readKeyFile(link, PASSPHRASE)).rejects.toMatchObject({
      code: 'signer_unavailable',
      message: `The file ${link} is a symbolic link. Put the file itself there.`,
    })
  })

  const changed = (change: (envelope: Record<string, Record<string, unknown>>) => void) => {
    const envelope = JSON.parse(sealed)
    change(envelope)
    return JSON.stringify(envelope)
  }

  const refusals: [string, () => string, string, number?][] = [
    [
      'readable by the group',
      () => sealed,
      'can be read by others (mode 0640). Run: chmod 600',
      0o640,
    ],
    ['readable by everybody', () => sealed, 'can be read by others (mode 0604)', 0o604],
    [
      'not encrypted',
      () => String(key.export({ format: 'pem', type: 'pkcs8' })),
      'is not encrypted',
    ],
    ['empty', () => '', 'is damaged'],
    ['cut short', () => sealed.slice(0, -20), 'is damaged'],
    [
      'of another format',
      () => changed((e) => Object.assign(e, { format: 'latchkey-key-9' })),
      'is damaged',
    ],
    ['with a member too many', () => changed((e) => Object.assign(e, { note: {} })), 'is damaged'],
    [
      'with a cost that takes all memory',
      () => changed((e) => Object.assign(e.kdf ?? {}, { n: 2 ** 30 })),
      'is damaged',
    ],
    [
      'with a cost that is too low',
      () => changed((e) => Object.assign(e.kdf ?? {}, { n: 2 ** 10 })),
      'is damaged',
    ],
    [
      'with a short tag',
      () => changed((e) => Object.assign(e.cipher ?? {}, { tag: 'AAAA' })),
      'is damaged',
    ],
    [
      'with another salt',
      () =>
        changed((e) => Object.assign(e.kdf ?? {}, { salt: Buffer.alloc(32).toString('base64') })),
      'The passphrase does not open',
    ],
    [
      'with another ciphertext',
      () => changed((e) => Object.assign(e, { ciphertext: Buffer.alloc(138).toString('base64') })),
      'The passphrase does not open',
    ],
  ]
  test.each(refusals)('that is %s is refused', async (_, content, message, mode) => {
    await expect(readKeyFile(put(content(), mode), PASSPHRASE)).rejects.toMatchObject({
      code: 'signer_unavailable',
      message: expect.stringContaining(message),
    })
  })

  test('is refused with another passphrase, with none and when it is not there', async () => {
    const file = put(sealed)
    await expect(readKeyFile(file, 'Correct horse')).rejects.toThrow('The passphrase does not open')
    await expect(readKeyFile(file, '')).rejects.toThrow('The passphrase of the CA key is empty.')
    const missing = path.join(folder, 'missing')
    await expect(readKeyFile(missing, 'x')).rejects.toThrow(`The file ${missing} cannot be read.`)
  })
})

describe('the file signer', () => {
  quickScrypt()
  beforeAll(async () => {
    sealed = await sealKey(key, PASSPHRASE)
  })

  test.each([
    'ec-p256',
    'ec-p384',
    'rsa-3072',
  ] as const satisfies CaKeyType[])('signs with %s so that OpenSSL verifies it', async (type) => {
    const made = await generateKey(type)
    const spki = spkiOf(made)
    const signer = await openFileSigner(put(await sealKey(made, PASSPHRASE)), PASSPHRASE, spki)
    const tbs = new TextEncoder().encode('to be signed')
    const signature = await signer.sign(tbs)
    const publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    const hash = type === 'ec-p384' ? 'sha384' : 'sha256'
    expect(verify(hash, tbs, publicKey, signature)).toBe(true)
    expect(signer.algorithm).toBe(`${type === 'rsa-3072' ? 'rsa' : 'ecdsa'}-${hash}`)
  })

  test('is not opened for the certificate of another key', async () => {
    const other = spkiOf(await generateKey('ec-p256'))
    const file = put(sealed)
    await expect(openFileSigner(file, PASSPHRASE, other)).rejects.toMatchObject({
      code: 'signer_unavailable',
      message: `The key in ${file} is not the key of the CA certificate.`,
    })
  })

  test('is not opened without a passphrase, but with the one that lies beside the key', async () => {
    const own = mkdtempSync(path.join(folder, 'own-'))
    const file = path.join(own, 'ca.key.json')
    writeFileSync(file, sealed, { mode: 0o600 })
    await expect(openFileSigner(file, null, spkiOf(key))).rejects.toThrow(
      'The CA key is locked. Set LATCHKEY_CA_PASSPHRASE_FILE or LATCHKEY_CA_PASSPHRASE.',
    )
    writeFileSync(path.join(own, 'passphrase'), `${PASSPHRASE}\n`, { mode: 0o600 })
    expect((await openFileSigner(file, null, spkiOf(key))).algorithm).toBe('ecdsa-sha256')
    chmodSync(path.join(own, 'passphrase'), 0o644)
    await expect(openFileSigner(file, null, spkiOf(key))).rejects.toThrow('can be read by others')
  })
})
