import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { importX509, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { graphCredential } from './graph-credential.ts'

const CLIENT = '11111111-2222-4333-8444-000000000003'
const TOKEN_URL = 'https://login.microsoftonline.com/t/oauth2/v2.0/token'
const now = new Date()

let folder: string
const at = (name: string) => path.join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-credential-'))
  for (const [name, ...kind] of [
    ['rsa', 'rsa:2048'],
    ['other', 'rsa:2048'],
    ['ec', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  ]) {
    const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)]
    const args = ['req', '-x509', '-newkey', ...kind, '-nodes', '-subj', '/CN=directory', ...files]
    execFileSync('openssl', args, { stdio: 'ignore' })
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

const text = (...names: readonly string[]) =>
  names.map((name) => readFileSync(at(name), 'utf8')).join('')
const credential = (env: Record<string, string>, tokenFile?: string) =>
  graphCredential(
    { sandbox: false, graphClientId: CLIENT, LATCHKEY_GRAPH_TOKEN_FILE: tokenFile },
    env,
  )

test('a certificate signs what says who asks, for one address and five minutes', async () => {
  const { assertion } = credential({
    LATCHKEY_GRAPH_CLIENT_CERTIFICATE: text('rsa.crt', 'rsa.key'),
  })
  const key = await importX509(text('rsa.crt'), 'PS256')
  const { payload, protectedHeader } = await jwtVerify(assertion?.(TOKEN_URL, now) ?? '', key, {
    audience: TOKEN_URL,
    issuer: CLIENT,
    subject: CLIENT,
    currentDate: now,
  })
  const der = execFileSync('openssl', ['x509', '-in', at('rsa.crt'), '-outform', 'der'])
  const digest = execFileSync('openssl', ['dgst', '-sha256', '-binary'], { input: der })
  expect(protectedHeader).toEqual({
    alg: 'PS256',
    typ: 'JWT',
    'x5t#S256': digest.toString('base64url'),
  })
  expect(Number(payload.exp) - Number(payload.iat)).toBe(300)
})

test('a federated token is read anew each time', () => {
  writeFileSync(at('token'), 'first\n')
  const { assertion } = credential({}, at('token'))
  expect(assertion?.(TOKEN_URL, now)).toBe('first')
  writeFileSync(at('token'), 'second')
  expect(assertion?.(TOKEN_URL, now)).toBe('second')
})

test('a federated token that is missing, or no file, is told at once, and later at each token', () => {
  for (const file of [at('none'), folder]) {
    expect(() => credential({}, file)).toThrow(`LATCHKEY_GRAPH_TOKEN_FILE ${file} cannot be read.`)
  }
  writeFileSync(at('token'), 'first')
  const { assertion } = credential({}, at('token'))
  rmSync(at('token'))
  expect(() => assertion?.(TOKEN_URL, now)).toThrow(
    /^LATCHKEY_GRAPH_TOKEN_FILE .* cannot be read\.$/,
  )
})

test('a secret stays a secret', () => {
  expect(credential({ LATCHKEY_GRAPH_CLIENT_SECRET: 'hush' })).toEqual({ clientSecret: 'hush' })
})

test.each([
  ['no credential', {}, [], /^LATCHKEY_GRAPH_CLIENT_CERTIFICATE\(_FILE\) is missing/],
  [
    'two credentials',
    { LATCHKEY_GRAPH_CLIENT_SECRET: 'x' },
    ['rsa.crt', 'rsa.key'],
    /only one may/,
  ],
  ['a key of another certificate', {}, ['rsa.crt', 'other.key'], /its own RSA key/],
  ['an EC key', {}, ['ec.crt', 'ec.key'], /its own RSA key/],
  ['no key', {}, ['rsa.crt'], /has no certificate and key/],
])('%s is refused', (_, env, files, sentence) => {
  const pem = text(...files)
  const given = { ...env, ...(pem !== '' && { LATCHKEY_GRAPH_CLIENT_CERTIFICATE: pem }) }
  expect(() => credential(given)).toThrow(sentence)
})
