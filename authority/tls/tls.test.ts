import { execFileSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConfigError } from '#lib/config.ts'
import { loadTls, type TlsConfig } from './tls.ts'

const now = new Date()
const DAY_MS = 24 * 60 * 60 * 1000
let dataDir: string
let config: TlsConfig

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'latchkey-tls-'))
  config = {
    dataDir,
    authorityUrl: 'https://pki.contoso.example',
    authorityInternalUrl: 'http://localhost:8080',
    LATCHKEY_TRUSTED_PROXIES: [],
    LATCHKEY_TLS_CERT: undefined,
    LATCHKEY_TLS_KEY: undefined,
  }
})

afterEach(() => rmSync(dataDir, { recursive: true }))

const file = (name: string) => path.join(dataDir, 'tls', name)
const load = (at = now) => loadTls(config, [], at)

test('the first start makes a certificate that OpenSSL accepts for every name', () => {
  load()
  for (const name of ['localhost', 'pki.contoso.example']) {
    const said = openssl(
      'verify',
      '-x509_strict',
      '-purpose',
      'sslserver',
      '-verify_hostname',
      name,
      '-CAfile',
      file('ca.pem'),
      file('server.pem'),
    )
    expect(said).toContain('server.pem: OK')
  }
  for (const address of ['127.0.0.1', '::1']) {
    const said = openssl(
      'verify',
      '-x509_strict',
      '-purpose',
      'sslserver',
      '-verify_ip',
      address,
      '-CAfile',
      file('ca.pem'),
      file('server.pem'),
    )
    expect(said).toContain('server.pem: OK')
  }
})

test('the certificate is one of a server and lives no longer than browsers allow', () => {
  const certificate = new X509Certificate(load().cert)
  expect(certificate.ca).toBe(false)
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  const days = (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / DAY_MS
  expect(days).toBeLessThanOrEqual(398)
})

test('an address in the configured URL is named too', () => {
  config = { ...config, authorityUrl: 'https://[2001:db8::17]:8443' }
  const certificate = new X509Certificate(load().cert)
  expect(certificate.checkIP('2001:db8::17')).toBeDefined()
})

test('keys are for this account alone, and nothing half-written is left', () => {
  load()
  for (const name of ['ca-key.pem', 'server.pem']) {
    expect(statSync(file(name)).mode & 0o077).toBe(0)
  }
  expect(statSync(file('ca.pem')).mode & 0o777).toBe(0o644)
  expect(readdirSync(path.join(dataDir, 'tls')).toSorted()).toEqual([
    'ca-key.pem',
    'ca.pem',
    'server.pem',
  ])
})

test('the next start uses what is there', () => {
  expect(load()).toEqual(load())
})

test('it is renewed a month before it ends, under the same CA', () => {
  const first = load()
  const ca = readFileSync(file('ca.pem'), 'utf8')
  expect(load(new Date(now.getTime() + 360 * DAY_MS))).toEqual(first)
  expect(load(new Date(now.getTime() + 370 * DAY_MS)).cert).not.toBe(first.cert)
  expect(readFileSync(file('ca.pem'), 'utf8')).toBe(ca)
})

test('it is made anew for another host name', () => {
  const first = load()
  config = { ...config, authorityUrl: 'https://other.contoso.example' }
  const second = load()
  expect(second.cert).not.toBe(first.cert)
  expect(new X509Certificate(second.cert).checkHost('other.contoso.example')).toBeDefined()
})

test('a damaged server certificate is made anew', () => {
  load()
  writeFileSync(file('server.pem'), 'nothing')
  expect(new X509Certificate(load().cert).checkHost('localhost')).toBeDefined()
})

const damages: [string, () => void][] = [
  ['without its key', () => rmSync(file('ca-key.pem'))],
  ['with a key that is not its own', () => writeFileSync(file('ca-key.pem'), load().key)],
  ['that is no certificate', () => writeFileSync(file('ca.pem'), 'nothing')],
]

test.each(
  damages,
)('a CA %s is refused in one sentence, and nothing is overwritten', (_, damage) => {
  load()
  damage()
  const before = readFileSync(file('ca.pem'), 'utf8')
  expect(() => load()).toThrow(ConfigError)
  expect(() => load()).toThrow(/tls is damaged\. Remove that folder to have it made anew/)
  expect(readFileSync(file('ca.pem'), 'utf8')).toBe(before)
})

test('the files of the operator are used as they are', () => {
  const { cert, key } = load()
  writeFileSync(file('their.pem'), cert)
  config = { ...config, LATCHKEY_TLS_CERT: file('their.pem'), LATCHKEY_TLS_KEY: file('their.pem') }
  expect(load()).toEqual({ cert, key, ca: [] })
  expect(createPrivateKey(load().key).asymmetricKeyType).toBe('ec')
})

const badFiles: [string, () => Partial<TlsConfig>, string][] = [
  ['the key alone', () => ({ LATCHKEY_TLS_KEY: file('ca-key.pem') }), 'belong together; set both.'],
  ['the certificate alone', () => ({ LATCHKEY_TLS_CERT: file('ca.pem') }), 'set both.'],
  [
    'a file that is not there',
    () => ({ LATCHKEY_TLS_CERT: file('none'), LATCHKEY_TLS_KEY: file('ca-key.pem') }),
    'LATCHKEY_TLS_CERT: ',
  ],
  [
    'no PEM',
    () => ({ LATCHKEY_TLS_CERT: file('junk'), LATCHKEY_TLS_KEY: file('junk') }),
    'are not a PEM certificate',
  ],
  [
    'a foreign key',
    () => ({ LATCHKEY_TLS_CERT: file('server.pem'), LATCHKEY_TLS_KEY: file('ca-key.pem') }),
    'does not belong to',
  ],
  [
    'a certificate for another host',
    () => ({ ...theirs(), authorityUrl: 'https://other.contoso.example' }),
    'The certificate in LATCHKEY_TLS_CERT is not for other.contoso.example, only for DNS:localhost',
  ],
]

const theirs = () => ({
  LATCHKEY_TLS_CERT: file('server.pem'),
  LATCHKEY_TLS_KEY: file('server.pem'),
})

test('a certificate of the operator that has ended is refused', () => {
  load()
  config = { ...config, ...theirs() }
  const later = new Date(now.getTime() + 5000 * DAY_MS)
  expect(() => load(later)).toThrow(ConfigError)
  expect(() => load(later)).toThrow(
    /^The certificate in LATCHKEY_TLS_CERT ended at \S+\. Renew it\.$/,
  )
})

test.each(badFiles)('%s is refused with the name of the variable', (_, change, sentence) => {
  load()
  writeFileSync(file('junk'), 'nothing')
  config = { ...config, ...change() }
  expect(() => load()).toThrow(ConfigError)
  expect(() => load()).toThrow(sentence)
  expect(existsSync(file('server.pem'))).toBe(true)
})

function openssl(...args: string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
