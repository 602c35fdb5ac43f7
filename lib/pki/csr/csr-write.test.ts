import 'reflect-metadata'
import { execFileSync } from 'node:child_process'
import { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from '@peculiar/x509'
import { describe, expect, test } from 'vitest'
import { makeKeyPair } from '#lib/pki/keys/key-pair.ts'
import { writeCsr } from './csr-write.ts'

const openssl = (input: Uint8Array, ...args: string[]) =>
  execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'pipe'] }).toString()

describe.each([
  'ec-p256',
  'rsa-2048',
  'rsa-3072',
] as const)('a request with a key of %s', (type) => {
  const id = '0b5ed2d4-6f2c-4a0a-9d7e-000000000001'

  test('is verified by OpenSSL and asks for its names and client authentication', async () => {
    const keys = await makeKeyPair(type, true)
    const names = { commonName: id, upn: null, uri: `IntuneDeviceId://${id}` }
    const text = openssl(
      await writeCsr(keys, names),
      ...['req', '-inform', 'DER', '-verify', '-noout', '-text'],
    )
    expect(text).toContain(`Subject: CN = ${id}`)
    expect(text).toContain(`URI:IntuneDeviceId://${id}`)
    expect(text).toContain('TLS Web Client Authentication')
  })

  test('is verified by @peculiar/x509, UPN and non-ASCII name included', async () => {
    const keys = await makeKeyPair(type, true)
    const names = { commonName: 'Ålice Müller', upn: 'älice@contoso.example', uri: null }
    const csr = new Pkcs10CertificateRequest(await writeCsr(keys, names))
    expect(await csr.verify(crypto)).toBe(true)
    expect(csr.subject).toBe('CN=Ålice Müller')
    const extensions = csr.extensions.filter((it) => it instanceof SubjectAlternativeNameExtension)
    expect(extensions.map(({ names }) => names.items)).toMatchObject([
      [{ type: 'upn', value: 'älice@contoso.example' }],
    ])
  })
})

test('a key that may not leave the browser signs as well', async () => {
  const keys = await makeKeyPair('ec-p256', false)
  const csr = await writeCsr(keys, { commonName: 'x', upn: null, uri: null })
  expect(openssl(csr, 'req', '-inform', 'DER', '-verify', '-noout', '-text')).not.toContain('URI')
  await expect(crypto.subtle.exportKey('pkcs8', keys.privateKey)).rejects.toThrow()
})

test('a key of another kind is refused', async () => {
  const keys = (await crypto.subtle.generateKey('Ed25519', true, ['sign'])) as CryptoKeyPair
  await expect(writeCsr(keys, { commonName: 'x', upn: null, uri: null })).rejects.toMatchObject({
    code: 'weak_key',
    message: 'Only ECDSA and RSA keys can sign a request.',
  })
})
