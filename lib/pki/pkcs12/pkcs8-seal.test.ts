import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { toPem } from '#lib/pki/asn1/pem.ts'
import { makeKeyPair } from '#lib/pki/keys/key-pair.ts'
import { openPrivateKey, sealPrivateKey } from './pkcs8-seal.ts'
import { modernProtection } from './pkcs12-modern.ts'

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const openssl = (input: string, ...args: string[]) =>
  execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'pipe'] })

test.each(['ec-p256', 'rsa-2048'] as const)('OpenSSL opens a locked %s key', async (type) => {
  const keys = await makeKeyPair(type, true)
  const privateKey = new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  const sealed = await sealPrivateKey(modernProtection, privateKey, 'H4TQ Z8WM', randomBytes)
  const pem = toPem('ENCRYPTED PRIVATE KEY', sealed)
  expect(pem).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n(.{64}\n)+.{1,64}\n-----END/)

  const spki = openssl(pem, 'pkey', '-passin', 'pass:H4TQ Z8WM', '-pubout', '-outform', 'DER')
  const expected = await crypto.subtle.exportKey('spki', keys.publicKey)
  expect(new Uint8Array(spki)).toEqual(new Uint8Array(expected))
  expect(() => openssl(pem, 'pkey', '-passin', 'pass:other', '-noout')).toThrow()
  expect(await openPrivateKey(modernProtection, sealed, 'H4TQ Z8WM')).toEqual(privateKey)
})

test('what is not a locked key of ours is refused', async () => {
  const cut = Uint8Array.of(0x30, 0x02, 0x30, 0x00)
  await expect(openPrivateKey(modernProtection, cut, 'x')).rejects.toMatchObject({
    code: 'malformed_request',
  })
  await expect(openPrivateKey(modernProtection, cut.slice(1), 'x')).rejects.toMatchObject({
    code: 'malformed_request',
  })
})
