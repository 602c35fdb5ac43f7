import { createPublicKey, randomBytes, verify } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { vaultIdentity } from '#lib/config.ts'
import type { VaultKey } from '#lib/signer-setting.ts'
import { makeVaultKey, openVaultSigner, type VaultAccess } from './key-vault.ts'
import type { Signer } from './signer.ts'
import {
  type DoubleKeyType,
  type KeyWish,
  startVaultDouble,
  trust,
  type VaultDouble,
  type WrongSignature,
} from './testing/vault-double.ts'

/** Azure's own library against a vault of ours, over TLS. */

const TBS = randomBytes(700)

let vault: VaultDouble
const told: string[] = []

const access: VaultAccess = {
  identity: { isChosen: true, isWorkload: false, isManaged: true, clientId: null },
  processes: 1,
  deadlineMs: 700,
  report: (sentence) => told.push(sentence),
}

beforeAll(async () => {
  vault = await startVaultDouble()
  trust(vault.ca)
  Object.assign(process.env, vault.env)
})

afterEach(() => {
  vault.heal()
  told.length = 0
})

afterAll(async () => {
  for (const name of Object.keys(vault.env)) delete process.env[name]
  await vault.close()
})

/** RSA keys take their time to make. */
const keys = new Map<string, VaultKey>()

function open(wish: KeyWish = {}, more: Partial<VaultAccess> = {}): Promise<Signer> {
  const kind = JSON.stringify(wish)
  const key = keys.get(kind) ?? vault.makeKey('ca', wish)
  keys.set(kind, key)
  return openVaultSigner(key, null, { ...access, ...more })
}

function isGood({ spki, algorithm }: Signer, signature: Uint8Array, tbs: Uint8Array = TBS) {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  return verify(algorithm.slice(-6), tbs, { key, dsaEncoding: 'der' }, signature)
}

describe('a key of a vault', () => {
  const types: readonly [type: DoubleKeyType, hsm: boolean, algorithm: string][] = [
    ['ec-p256', false, 'ecdsa-sha256'],
    ['ec-p256', true, 'ecdsa-sha256'],
    ['ec-p384', true, 'ecdsa-sha384'],
    ['ec-p521', false, 'ecdsa-sha512'],
    ['rsa-2048', false, 'rsa-sha256'],
    ['rsa-3072', true, 'rsa-sha256'],
  ]
  test.each(types)('%s, in an HSM: %s, signs by %s with one call', async (type, hsm, algorithm) => {
    const signer = await open({ type, hsm })
    const before = vault.seen().signatures
    for (let n = 0; n < 10; n++) expect(isGood(signer, await signer.sign(TBS))).toBe(true)
    expect(signer.algorithm).toBe(algorithm)
    expect(vault.seen().signatures - before).toBe(10)
  })

  test('what is longer than a certificate is hashed and verified beside the event loop', async () => {
    const signer = await open()
    const crl = randomBytes(200_000)
    expect(isGood(signer, await signer.sign(crl), crl)).toBe(true)
  })

  test('the vault gets a token only after its challenge, and only digests', async () => {
    const before = vault.seen()
    const signer = await open()
    await Promise.all([signer.sign(TBS), signer.sign(TBS)])
    const { challenged, digests } = vault.seen()
    expect(challenged - before.challenged).toBeGreaterThan(0)
    expect(digests.at(-1)).toHaveLength(64)
  })

  test('KMS-06: a newer version does not matter, the configured one signs', async () => {
    const key = vault.makeKey('rotated')
    vault.makeKey('rotated')
    const signer = await openVaultSigner(key, null, access)
    expect(isGood(signer, await signer.sign(TBS))).toBe(true)
    const newer = await openVaultSigner(vault.makeKey('rotated'), null, access)
    await expect(openVaultSigner(key, newer.spki, access)).rejects.toThrow(
      'is not the key of the CA certificate',
    )
  })

  test('KMS-08: it is not opened for the certificate of another key', async () => {
    const { spki } = await open()
    const key = vault.makeKey('other')
    await expect(openVaultSigner(key, spki, access)).rejects.toMatchObject({
      code: 'signer_unavailable',
      message: `The key ${vault.url}/keys/other/${key.version} is not the key of the CA certificate.`,
    })
  })

  const unfit: readonly [what: string, wish: KeyWish, sentence: string][] = [
    ['disabled', { enabled: false }, 'is disabled.'],
    [
      'expired',
      { expiresOn: new Date('2026-01-01T00:00:00Z') },
      'expired on 2026-01-01T00:00:00.000Z.',
    ],
    [
      'not valid yet',
      { notBefore: new Date('2100-01-01T00:00:00Z') },
      'may be used only from 2100-01-01',
    ],
    [
      'for wrapping only',
      { operations: ['wrapKey'] },
      '"sign" is not among its permitted operations',
    ],
    ['of 1024 bits', { type: 'rsa-1024' }, 'is none for a CA'],
    ['on another curve', { type: 'ec-p256k' }, 'is none for a CA'],
  ]
  test.each(unfit)('%s is refused', async (_, wish, sentence) => {
    await expect(open(wish)).rejects.toThrow(sentence)
  })

  test('a version that is not there is refused', async () => {
    const key = { ...vault.makeKey('gone'), version: '0'.repeat(32) }
    await expect(openVaultSigner(key, null, access)).rejects.toThrow('There is no key ')
  })
})

describe('a vault that fails', () => {
  test('KMS-01: 429 with Retry-After is waited for, twice at most', async () => {
    const signer = await open({}, { deadlineMs: 8000 })
    vault.change({ throttle: 1, retryAfter: 1 })
    const before = performance.now()
    expect(isGood(signer, await signer.sign(TBS))).toBe(true)
    expect(performance.now() - before).toBeGreaterThan(950)
    vault.change({ throttle: 2, retryAfter: 0 })
    expect(isGood(signer, await signer.sign(TBS))).toBe(true)
    vault.change({ throttle: 3, retryAfter: 0 })
    await expect(signer.sign(TBS)).rejects.toMatchObject({
      code: 'signer_unavailable',
      retryAfterSeconds: 1,
    })
    expect(signer.isUp()).toBe(true)
  })

  test('KMS-01: a longer wait than there is time is said at once', async () => {
    const signer = await open()
    vault.change({ throttle: 1, retryAfter: 10 })
    await expect(signer.sign(TBS)).rejects.toMatchObject({ retryAfterSeconds: 10 })
    const before = performance.now()
    await expect(signer.sign(TBS)).rejects.toMatchObject({ retryAfterSeconds: 10 })
    expect(performance.now() - before).toBeLessThan(100)
  })

  const refusals: readonly [id: string, answer: string][] = [
    ['KMS-02: the permission was taken away', '403 Forbidden/ForbiddenByRbac'],
    ['KMS-02: the token is not taken', '401 Unauthorized'],
    ['KMS-04: an error of the service', '500 InternalServerError'],
    ['KMS-04: not available', '503 ServiceUnavailable'],
    ['KMS-07: the key was disabled', '403 Forbidden/KeyDisabled'],
    ['KMS-07: the key was deleted', '404 KeyNotFound'],
  ]
  test.each(refusals)('%s: 503, asked once, and the log says why', async (_, answer) => {
    const signer = await open()
    vault.change({ refuse: answer })
    const before = vault.seen().authorized
    const error = await signer.sign(TBS).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'signer_unavailable',
      message: 'The CA key cannot be used now.',
      cause: { message: expect.stringContaining(`the vault says ${answer}`) },
    })
    expect(vault.seen().authorized - before).toBe(1)
    expect(JSON.stringify(error)).not.toContain('double-')
  })

  test('KMS-04: a connection that ends after the question is not asked again', async () => {
    const signer = await open()
    vault.change({ reset: true })
    const before = vault.seen().signatures
    await expect(signer.sign(TBS)).rejects.toMatchObject({ code: 'signer_unavailable' })
    expect(vault.seen().signatures - before).toBe(1)
  })

  test('KMS-04: a connection is closed before the vault closes it, so that no request is lost on it', async () => {
    const signer = await open({}, { deadlineMs: 60_000 })
    vault.change({ idleSeconds: 2 })
    await Promise.all(Array.from({ length: 8 }, () => signer.sign(TBS)))
    const used = await vault.connections()
    expect(used).toBeGreaterThan(0)
    // The vault leaves them open, so it is this side that closes them.
    await expect.poll(() => vault.connections()).toBe(0)
    expect(isGood(signer, await signer.sign(TBS))).toBe(true)
  })

  test('KMS-03: a signature that comes too late is dropped', async () => {
    const signer = await open({}, { deadlineMs: 200 })
    vault.change({ silent: true })
    const before = performance.now()
    await expect(signer.sign(TBS)).rejects.toMatchObject({
      code: 'signer_unavailable',
      message: 'The CA key does not answer in time.',
    })
    expect(performance.now() - before).toBeLessThan(600)
  })

  const wrongs: readonly [what: WrongSignature, type: DoubleKeyType][] = [
    ['bit-flip', 'ec-p256'],
    ['bit-flip', 'rsa-2048'],
    ['der', 'ec-p256'],
    ['short', 'ec-p256'],
    ['short', 'rsa-2048'],
    ['long', 'ec-p384'],
    ['zero-r', 'ec-p256'],
    ['zero-s', 'ec-p256'],
    ['other-version', 'ec-p256'],
    ['other-version', 'rsa-2048'],
  ]
  test.each(
    wrongs,
  )('KMS-05: a wrong signature, %s of %s, is found out and told', async (wrong, type) => {
    const signer = await open({ type })
    vault.change({ wrong })
    await expect(signer.sign(TBS)).rejects.toMatchObject({
      code: 'signer_unavailable',
      message: 'The signer gave a signature that does not verify.',
    })
    expect(told).toEqual([
      'the vault gave a signature that is not of the CA key; nothing was delivered',
    ])
  })

  test('after three failures nothing more is asked, until one try goes well', async () => {
    const signer = await open()
    vault.change({ refuse: '500 InternalServerError' })
    for (let n = 0; n < 3; n++) await expect(signer.sign(TBS)).rejects.toThrow('cannot be used')
    expect(signer.isUp()).toBe(false)
    const before = vault.seen().authorized
    await expect(signer.sign(TBS)).rejects.toMatchObject({ message: 'The CA key does not answer.' })
    expect(() => signer.enter('alice')).toThrow('The CA key does not answer.')
    expect(vault.seen().authorized).toBe(before)
  })
})

describe('KMS-11: another server in the place of the vault', () => {
  test('whose certificate is of another name is told nothing', async () => {
    const other = await startVaultDouble({ host: 'vault.example' })
    trust(other.ca)
    const key = other.makeKey('ca')
    await expect(openVaultSigner(key, null, access)).rejects.toThrow('ERR_TLS_CERT_ALTNAME_INVALID')
    expect(other.seen()).toMatchObject({ authorized: 0, challenged: 0 })
    await other.close()
  })

  test('whose certificate nobody vouches for is told nothing', async () => {
    const other = await startVaultDouble()
    await expect(openVaultSigner(other.makeKey('ca'), null, access)).rejects.toThrow(
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    )
    expect(other.seen()).toMatchObject({ authorized: 0, challenged: 0 })
    await other.close()
  })

  test('which asks for a token of another service gets none', async () => {
    const other = await startVaultDouble({ resource: 'https://vault.azure.net' })
    trust(other.ca)
    await expect(openVaultSigner(other.makeKey('ca'), null, access)).rejects.toMatchObject({
      code: 'signer_unavailable',
    })
    expect(other.seen()).toMatchObject({ authorized: 0 })
    await other.close()
  })
})

describe('a new key', () => {
  test.each(['ec-p256', 'ec-p384'] as const)('%s is made in the vault', async (type) => {
    const wish = { vaultUrl: vault.url, name: `made-${type}` }
    const key = await makeVaultKey(wish, { type, hsm: true }, access.identity)
    const signer = await openVaultSigner(key, null, access)
    expect(isGood(signer, await signer.sign(TBS))).toBe(true)
    await expect(makeVaultKey(wish, { type, hsm: true }, access.identity)).rejects.toThrow(
      `There is a key made-${type} in ${vault.url} already.`,
    )
  })

  test('is not made by who may not', async () => {
    vault.change({ refuse: '403 Forbidden/ForbiddenByRbac' })
    const wish = { vaultUrl: vault.url, name: 'forbidden' }
    await expect(
      makeVaultKey(wish, { type: 'ec-p256', hsm: false }, access.identity),
    ).rejects.toThrow('Give this identity the role Key Vault Crypto Officer there')
  })
})

test('the identity that the platform gives is used before a secret', () => {
  const any = { isChosen: false, isWorkload: false, isManaged: false, clientId: null }
  expect(vaultIdentity({})).toEqual(any)
  expect(vaultIdentity({ IDENTITY_ENDPOINT: 'http://x', AZURE_CLIENT_ID: 'c' })).toEqual({
    ...any,
    isManaged: true,
    clientId: 'c',
  })
})
