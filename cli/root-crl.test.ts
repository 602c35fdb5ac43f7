import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { initCa, REAL_TENANT } from '#cli/testing/init-ca.ts'
import { quickScrypt } from '#lib/signer/testing/quick-scrypt.ts'

/** The root CRL, from the ceremony that makes it to its renewal with the key from the safe. */

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-root-crl-'))
afterAll(() => rmSync(folder, { recursive: true }))

const REAL = { ...REAL_TENANT, LATCHKEY_CA_PASSPHRASE: 'passphrase of the CA key' }
const STATUS_URL = 'http://pki.fabrikam.example'

quickScrypt()

let number = 0
const newData = () => path.join(folder, `data-${number++}`)
const inCa = (data: string, name: string) => path.join(data, 'ca', name)

const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const listOf = (data: string) =>
  openssl('crl', '-in', inCa(data, 'root-status.pem'), '-noout', '-text')
const numberOf = (data: string) => Number(/X509v3 CRL Number: \s+(\d+)/.exec(listOf(data))?.[1])

/** Each test works on a copy of its own. */
let made: string
beforeAll(async () => {
  made = newData()
  const result = await initCa(made, ['--issuing-ca', '--crl-days', '100'])
  expect(result).toMatchObject({ status: 0, stderr: '' })
  expect(result.stdout).toMatch(
    /\nThe root CRL ends on \d{4}-\d\d-\d\d\. Before that, bring the root key/,
  )
})
function copy(): string {
  const data = newData()
  cpSync(made, data, { recursive: true })
  return data
}

describe('the ceremony', { timeout: 60_000 }, () => {
  test('makes a root CRL that OpenSSL verifies, with number 1 and for as long as was asked', () => {
    const list = inCa(made, 'root-status.pem')
    const root = path.join(folder, 'root.pem')
    const pems = readFileSync(inCa(made, 'chain.pem'), 'utf8').split(/(?=-----BEGIN)/)
    execFileSync('tee', [root], { input: pems[1] ?? '', stdio: ['pipe', 'ignore', 'pipe'] })
    const { stderr } = spawnSync('openssl', ['crl', '-in', list, '-CAfile', root, '-noout'], {
      encoding: 'utf8',
    })
    expect(stderr).toBe('verify OK\n')
    const text = listOf(made)
    expect(text).toContain('Version 2 (0x1)')
    expect(text).toContain('No Revoked Certificates.')
    const [last, next] = [...text.matchAll(/(?:Last|Next) Update: (.*)/g)].map(([, at]) =>
      Date.parse(at ?? ''),
    )
    expect(((next ?? 0) - (last ?? 0)) / 86_400_000).toBe(100)
    // The two extensions of RFC 5280 sections 5.2.1 and 5.2.3 and no others: neither a scope nor a delta.
    const extensions = [...text.matchAll(/^ {12}(X509v3 .*?): ?(critical)?$/gm)].map(([, id]) => id)
    expect(extensions.map((id) => id?.trim())).toEqual([
      'X509v3 Authority Key Identifier',
      'X509v3 CRL Number',
    ])
  })

  test('writes into the issuing CA where the root’s word is found, and into the root nothing', async () => {
    const data = newData()
    const env = { ...REAL, LATCHKEY_STATUS_URL: STATUS_URL }
    expect(await initCa(data, ['--issuing-ca'], env)).toMatchObject({ status: 0, stderr: '' })
    const text = openssl('x509', '-in', inCa(data, 'ca.pem'), '-noout', '-text')
    expect(text).toContain(`CA Issuers - URI:${STATUS_URL}/ca/root.cer`)
    expect(text).toContain(`OCSP - URI:${STATUS_URL}/ocsp`)
    expect(text).toMatch(
      /X509v3 CRL Distribution Points: \s+Full Name:\s+URI:http:\/\/pki\.fabrikam\.example\/crl\/root\.crl\s/,
    )
    const chain = readFileSync(inCa(data, 'chain.pem'), 'utf8')
    const input = chain.slice(chain.lastIndexOf('-----BEGIN'))
    const root = execFileSync('openssl', ['x509', '-noout', '-text'], { input, encoding: 'utf8' })
    expect(root).not.toMatch(/URI:/)
  })

  test.each([
    [{}, 'The certificate of an issuing CA names LATCHKEY_STATUS_URL for its whole life.'],
    [
      { LATCHKEY_STATUS_URL: 'https://pki.fabrikam.example' },
      'LATCHKEY_STATUS_URL is https://pki.fabrikam.example, and the certificate of an issuing CA needs one',
    ],
    [
      { LATCHKEY_STATUS_URL: 'http://pki.fabrikam.example/' },
      'begins with http:// and does not end with a slash.',
    ],
    [
      { LATCHKEY_STATUS_URL: 'http://localhost:8080' },
      'LATCHKEY_STATUS_URL is http://localhost:8080, which no other machine reaches, and it stands in every certificate.',
    ],
    [
      { LATCHKEY_STATUS_URL: 'http://pki.fabrikam.example/crl' },
      'LATCHKEY_STATUS_URL has the path /crl, and everything stands at the root of its host. Write http://pki.fabrikam.example.',
    ],
  ])('for a real tenant refuses the address %j', async (env, message) => {
    const data = newData()
    const { status, stderr } = await initCa(data, ['--issuing-ca'], { ...REAL, ...env })
    expect(status).toBe(1)
    expect(stderr).toContain(message)
    expect(() => readdirSync(data)).toThrow('ENOENT')
  })
})

describe('--root-crl', { timeout: 120_000 }, () => {
  test('signs the next number and leaves nothing else behind', async () => {
    const data = copy()
    const before = readdirSync(path.join(data, 'ca'))
    const { status, stdout } = await initCa(data, ['--root-crl', '--crl-days', '20'])
    expect(status).toBe(0)
    expect(stdout).toContain(`Wrote root CRL number 2 to ${inCa(data, 'root-status.pem')}.`)
    expect(numberOf(data)).toBe(2)
    expect(readdirSync(path.join(data, 'ca'))).toEqual(before)
  })

  test('needs public files and the root key alone, wherever that is', async () => {
    const data = newData()
    mkdirSync(path.join(data, 'ca'), { recursive: true })
    for (const name of ['ca.pem', 'chain.pem', 'root-status.pem']) {
      cpSync(inCa(made, name), inCa(data, name))
    }
    const passphrase = readFileSync(inCa(made, 'passphrase'), 'utf8').trim()
    const key = inCa(made, 'root.key.json')
    const env = { LATCHKEY_ROOT_PASSPHRASE: passphrase }
    expect(await initCa(data, ['--root-crl', '--root-key', key], env)).toMatchObject({ status: 0 })
    expect(numberOf(data)).toBe(2)
  })

  test('opens the root key by a passphrase of its own, when it was made with one', async () => {
    const data = newData()
    const ca = { ...REAL, LATCHKEY_STATUS_URL: STATUS_URL }
    const both = { ...ca, LATCHKEY_ROOT_PASSPHRASE: 'passphrase of the root key' }
    expect(await initCa(data, ['--issuing-ca'], both)).toMatchObject({ status: 0 })
    const locked = await initCa(data, ['--root-crl'], ca)
    expect(locked.stderr).toBe(
      `The passphrase does not open the key in ${inCa(data, 'root.key.json')}.`,
    )
    expect(numberOf(data)).toBe(1)
    expect(await initCa(data, ['--root-crl'], both)).toMatchObject({ status: 0 })
    expect(numberOf(data)).toBe(2)
  })

  test('revokes the issuing CA, once and for good', async () => {
    const data = copy()
    const { status, stdout } = await initCa(data, [
      '--root-crl',
      '--revoke-issuing',
      'cACompromise',
    ])
    expect(status).toBe(0)
    expect(stdout).toContain('It revokes the CA that issues (cACompromise)')
    const entry = /Serial Number: (\w+)\s+Revocation Date: (.*)/
    const [, serial, date] = entry.exec(listOf(data)) ?? []
    const own = openssl('x509', '-in', inCa(data, 'ca.pem'), '-noout', '-serial')
    expect(own.trim()).toBe(`serial=${serial}`)
    expect(listOf(data)).toMatch(/X509v3 CRL Reason Code: \s+CA Compromise/)

    const again = await initCa(data, ['--root-crl', '--revoke-issuing', 'superseded'])
    expect(again).toMatchObject({ status: 1 })
    expect(again.stderr).toMatch(
      /^The issuing CA is revoked already, since [\d-]+, and stays so\.$/,
    )
    expect(await initCa(data, ['--root-crl'])).toMatchObject({ status: 0 })
    expect(numberOf(data)).toBe(3)
    expect(entry.exec(listOf(data))?.slice(1)).toEqual([serial, date])
  })

  test('leaves out a reason that is not told', async () => {
    const data = copy()
    await initCa(data, ['--root-crl', '--revoke-issuing', 'unspecified'])
    expect(listOf(data)).toContain('Revoked Certificates:\n')
    expect(listOf(data)).not.toContain('Reason Code')
  })

  test('goes on from a number that is given when the last list is lost', async () => {
    const data = copy()
    rmSync(inCa(data, 'root-status.pem'))
    const lost = await initCa(data, ['--root-crl'])
    expect(lost.status).toBe(1)
    expect(lost.stderr).toContain('The last root CRL is not there, so its number is not known.')
    expect(await initCa(data, ['--root-crl', '--crl-number', '41'])).toMatchObject({ status: 0 })
    expect(await initCa(data, ['--root-crl'])).toMatchObject({ status: 0 })
    expect(numberOf(data)).toBe(42)
    const back = await initCa(data, ['--root-crl', '--crl-number', '42'])
    expect(back.stderr).toBe('--crl-number must be above 42, the number of the last root CRL.')
  })

  const refusals: [string, (data: string) => readonly string[], string][] = [
    [
      'without the root key',
      (data) => {
        renameSync(inCa(data, 'root.key.json'), path.join(data, 'off-line'))
        return []
      },
      'Bring it from where you keep it, and name it: --root-key FILE',
    ],
    [
      'with another key',
      (data) => ['--root-key', inCa(data, 'ca.key.json')],
      'ca.key.json is not the key of the root above this CA.',
    ],
    [
      'on a last list that is damaged',
      (data) => {
        rmSync(inCa(data, 'root-status.pem'))
        cpSync(inCa(data, 'ca.pem'), inCa(data, 'root-status.pem'))
        return []
      },
      'root-status.pem cannot be used. It holds not one CRL.',
    ],
    ['for 0 days', () => ['--crl-days', '0'], '--crl-days is a whole number from 1 to 3650.'],
    ['with number 0', () => ['--crl-number', '0'], '--crl-number is a whole number above 0'],
    [
      'for a reason that no CA has',
      () => ['--revoke-issuing', 'certificateHold'],
      '--revoke-issuing is one of unspecified, cACompromise, affiliationChanged, superseded, ' +
        'cessationOfOperation, privilegeWithdrawn.',
    ],
    [
      'with another ceremony',
      () => ['--csr'],
      'Use one of --issuing-ca, --csr, --import, --root-crl and --make-key.',
    ],
  ]
  test.each(refusals)('is refused %s', async (_, prepare, message) => {
    const data = copy()
    const args = prepare(data)
    const file = inCa(data, 'root-status.pem')
    const before = readFileSync(file, 'utf8')
    const { status, stderr } = await initCa(data, ['--root-crl', ...args])
    expect(stderr).toContain(message)
    expect(status).toBe(1)
    expect(readFileSync(file, 'utf8')).toBe(before)
  })

  test.each([
    ['--root-key', '--root-crl or --issuing-ca'],
    ['--revoke-issuing', '--root-crl'],
    ['--crl-number', '--root-crl'],
  ])('is what %s goes with', async (option, modes) => {
    const data = newData()
    const { status, stderr } = await initCa(data, [option, 'superseded'])
    expect([status, stderr]).toEqual([1, `${option} goes with ${modes}.`])
  })

  test('is refused where the root itself issues', async () => {
    const data = newData()
    await initCa(data, [])
    const { status, stderr } = await initCa(data, ['--root-crl'])
    expect(status).toBe(1)
    expect(stderr).toBe(
      `The CA in ${data}/ca is not under a root that was made here with --issuing-ca, ` +
        'so there is no root CRL of ours.',
    )
  })

  test('is refused under an enterprise root, whose status is its own matter', async () => {
    const data = newData()
    await initCa(data, ['--csr'])
    const at = (name: string) => path.join(data, name)
    const made = [
      '-newkey',
      'rsa:2048',
      '-noenc',
      '-keyout',
      at('root.key'),
      '-out',
      at('root.pem'),
    ]
    openssl('req', '-x509', ...made, '-subj', '/CN=Enterprise Root', '-days', '3650')
    // Our own addresses beside one that the strict reader does not accept.
    const extensions = [
      ...['basicConstraints=critical,CA:true', 'keyUsage=critical,keyCertSign,cRLSign'],
      ...['subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid'],
      'crlDistributionPoints=URI:ldap:///CN=Enterprise Root,URI:http://pki.fabrikam.example/crl/root.crl',
      'authorityInfoAccess=caIssuers;URI:http://pki.fabrikam.example/ca/root.cer',
    ]
    writeFileSync(at('extensions'), extensions.join('\n'))
    const csr = ['-req', '-in', at('ca-request/ca.csr.pem'), '-days', '3000']
    const issuer = ['-CA', at('root.pem'), '-CAkey', at('root.key'), '-extfile', at('extensions')]
    openssl('x509', ...csr, ...issuer, '-out', at('answer.pem'))
    const files = ['--import', at('answer.pem'), '--import', at('root.pem')]
    expect(await initCa(data, files)).toMatchObject({ status: 0, stderr: '' })
    expect(readdirSync(at('ca'))).not.toContain('root-status.pem')
    const { status, stderr } = await initCa(data, ['--root-crl'])
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('is not under a root that was made here with --issuing-ca'),
    ])
  })
})
