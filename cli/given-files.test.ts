import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadTls } from '#authority/tls/tls.ts'
import { readConfig } from '#lib/config.ts'
import { SECRETS } from '#lib/settings/settings.ts'
import { canTry } from '#lib/testing/judge.ts'
import { thisAccount } from './access.ts'
import { logoProblems, secretProblems, tlsFileProblems } from './given-files.ts'

let folder: string
const me = thisAccount()
const hasModes = canTry(me !== null, 'owners and modes of files')
const now = new Date()
const BOTH = ['authority', 'portal'] as const

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-given-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function put(content: string, mode = 0o600, name = 'secret'): string {
  const file = path.join(folder, name)
  writeFileSync(file, content)
  chmodSync(file, mode)
  return file
}

test('a logo that cannot be shown says why', () => {
  const problems = (file: string) => logoProblems(readConfig({ LATCHKEY_BRAND_LOGO_FILE: file }))
  expect(logoProblems(readConfig({}))).toEqual([])
  expect(problems(put('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toEqual([])
  const page = put('<html></html>')
  expect(problems(page)).toEqual([
    `LATCHKEY_BRAND_LOGO_FILE: ${page} is neither a PNG nor an SVG. Export it as one of the two.`,
  ])
})

describe('secrets', () => {
  const tenant = { sandbox: false }
  const given = {
    LATCHKEY_CA_PASSPHRASE: 'a passphrase',
    LATCHKEY_GRAPH_CLIENT_SECRET: 'g',
    LATCHKEY_PORTAL_CLIENT_SECRET: 'p',
  }

  test('that are given are enough, in the sandbox none is needed', () => {
    expect(secretProblems(tenant, given, BOTH, me)).toEqual([])
    expect(secretProblems({ sandbox: true }, {}, BOTH, me)).toEqual([])
  })

  test('that are missing are told, to each program its own', () => {
    expect(secretProblems(tenant, {}, ['authority'], me)).toEqual([
      'The CA key needs a passphrase. Set LATCHKEY_CA_PASSPHRASE_FILE to a file that holds one, for instance from: openssl rand -base64 32',
      'LATCHKEY_GRAPH_CLIENT_SECRET(_FILE) is missing; docs/real-tenant.md says where to find it.',
    ])
    expect(secretProblems(tenant, {}, ['portal'], me)).toEqual([
      'LATCHKEY_PORTAL_CLIENT_SECRET(_FILE) is missing; docs/real-tenant.md says where to find it.',
    ])
  })

  const inFile = (file: string) =>
    secretProblems(tenant, { ...given, LATCHKEY_CA_PASSPHRASE_FILE: file }, BOTH, me)

  test('may lie in a file of this account, and in one behind a link', () => {
    const file = put('a passphrase\n')
    expect(inFile(file)).toEqual([])
    symlinkSync(file, path.join(folder, 'link'))
    expect(inFile(path.join(folder, 'link'))).toEqual([])
  })

  test.skipIf(!hasModes).each(SECRETS.filter((name) => name !== 'LATCHKEY_ROOT_PASSPHRASE'))(
    'none of them in a file that everybody reads: %s',
    (name) => {
      const file = put('x'.repeat(40), 0o644)
      expect(secretProblems(tenant, { ...given, [`${name}_FILE`]: file }, BOTH, me)).toEqual([
        expect.stringContaining(`${name}_FILE: the file`),
      ])
    },
  )

  test.skipIf(!hasModes).each([0o644, 0o640, 0o604])('a file of mode %o is refused', (mode) => {
    const file = put('a passphrase', mode)
    expect(inFile(file)).toEqual([
      `LATCHKEY_CA_PASSPHRASE_FILE: the file ${file} can be read by others (mode 0${mode.toString(8)}). Run: chmod 600 ${file}`,
    ])
  })

  test('a file that is missing, a folder, or empty is named by its variable', () => {
    const unread = ['The file that LATCHKEY_CA_PASSPHRASE_FILE names cannot be read.']
    expect(inFile(path.join(folder, 'none'))).toEqual(unread)
    expect(inFile(folder)).toEqual(unread)
    expect(inFile(put(' \n'))).toEqual([
      'The file that LATCHKEY_CA_PASSPHRASE_FILE names is empty.',
    ])
  })

  test('a short session secret is refused, from a file too', () => {
    const sentence = 'LATCHKEY_SESSION_SECRET is too short: it must have at least 32 characters.'
    const short = (env: Record<string, string>) => secretProblems({ sandbox: true }, env, BOTH, me)
    expect(short({ LATCHKEY_SESSION_SECRET: 'x'.repeat(31) })).toEqual([sentence])
    expect(short({ LATCHKEY_SESSION_SECRET: 'x'.repeat(32) })).toEqual([])
    expect(short({ LATCHKEY_SESSION_SECRET_FILE: put('short') })).toEqual([sentence])
  })
})

describe('the certificate of the https listener', () => {
  const DAY_MS = 24 * 60 * 60 * 1000
  const config = (env: Record<string, string> = {}) =>
    readConfig({
      LATCHKEY_DATA: folder,
      LATCHKEY_AUTHORITY_URL: 'https://ca.contoso.example',
      ...env,
    })

  /** The operator's certificate and key, for localhost and the host of the address. */
  function pair(mode = 0o600): Record<string, string> {
    const { cert } = loadTls(config(), [], now)
    const certificate = put(
      cert.slice(0, cert.indexOf('-----BEGIN PRIVATE KEY')),
      0o644,
      'cert.pem',
    )
    const key = put(cert.slice(cert.indexOf('-----BEGIN PRIVATE KEY')), mode, 'key.pem')
    return { LATCHKEY_TLS_CERT: certificate, LATCHKEY_TLS_KEY: key }
  }
  const problems = (env: Record<string, string>, at = now) => tlsFileProblems(config(env), at, me)

  test('that is good has no problem', () => {
    expect(problems(pair())).toEqual([])
    expect(tlsFileProblems(config(), now, me)).toEqual([])
  })

  test('that has ended, or has not begun, says when', () => {
    const env = pair()
    expect(problems(env, new Date(now.getTime() + 5000 * DAY_MS))).toEqual([
      expect.stringMatching(
        /^The certificate in LATCHKEY_TLS_CERT ended at \d{4}-\S+Z\. Renew it\.$/,
      ),
    ])
    expect(problems(env, new Date(now.getTime() - 5000 * DAY_MS))).toEqual([
      expect.stringMatching(
        /^The certificate in LATCHKEY_TLS_CERT begins at \d{4}-\S+Z\. Check the clock of this machine, or wait\.$/,
      ),
    ])
  })

  test('that is for another host says for which', () => {
    const env = { ...pair(), LATCHKEY_AUTHORITY_URL: 'https://other.contoso.example' }
    expect(problems(env)).toEqual([
      expect.stringMatching(
        /^The certificate in LATCHKEY_TLS_CERT is not for other\.contoso\.example, only for DNS:localhost, .*DNS:ca\.contoso\.example.*\. Use one for that name\.$/,
      ),
    ])
  })

  test('behind a trusted proxy may be for the address inside', () => {
    const env = {
      ...pair(),
      LATCHKEY_AUTHORITY_URL: 'https://other.contoso.example',
      LATCHKEY_AUTHORITY_INTERNAL_URL: 'https://ca.contoso.example',
    }
    expect(problems(env)).toHaveLength(1)
    expect(problems({ ...env, LATCHKEY_TRUSTED_PROXIES: '10.0.0.1' })).toEqual([])
  })

  test('with another key, or that is none, is told', () => {
    const env = pair()
    const { key } = loadTls(config({ LATCHKEY_DATA: path.join(folder, 'other') }), [], now)
    put(key, 0o600, 'key.pem')
    expect(problems(env)).toEqual([
      'The key in LATCHKEY_TLS_KEY does not belong to LATCHKEY_TLS_CERT.',
    ])
    put('nothing', 0o600, 'key.pem')
    expect(problems(env)).toEqual([
      'LATCHKEY_TLS_CERT and LATCHKEY_TLS_KEY are not a PEM certificate and its key.',
    ])
  })

  test('with files that are missing names each', () => {
    const none = path.join(folder, 'none')
    expect(problems({ LATCHKEY_TLS_CERT: none, LATCHKEY_TLS_KEY: none })).toEqual([
      `LATCHKEY_TLS_CERT: ${none} cannot be read.`,
      `LATCHKEY_TLS_KEY: ${none} cannot be read.`,
    ])
  })

  test.skipIf(!hasModes)('with a key that others can read is refused', () => {
    const env = pair(0o644)
    expect(problems(env)).toEqual([
      `LATCHKEY_TLS_KEY: the file ${env.LATCHKEY_TLS_KEY} can be read by others (mode 0644). Run: chmod 600 ${env.LATCHKEY_TLS_KEY}`,
    ])
  })
})
