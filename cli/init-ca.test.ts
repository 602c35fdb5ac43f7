import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ensureCa } from '#cli/init-ca.ts'
import { createCa } from '#cli/make-ca.ts'
import { initCa, REAL_TENANT, startInitCa } from '#cli/testing/init-ca.ts'
import { readConfig } from '#lib/config.ts'
import { openFileSigner } from '#lib/signer/file.ts'
import { findKey, loadPublicIssuer } from '#lib/signer/issuer-files.ts'
import { quickScrypt } from '#lib/signer/testing/quick-scrypt.ts'

const root = mkdtempSync(path.join(tmpdir(), 'latchkey-init-ca-'))
afterAll(() => rmSync(root, { recursive: true }))

let number = 0
const newData = () => path.join(root, `data-${number++}`)

/** Runs ensureCa as `npm start` does; gives the sentence of its error, or null. */
async function ensure(data: string, env: Record<string, string> = {}): Promise<string | null> {
  try {
    await ensureCa(readConfig({ LATCHKEY_DATA: data, ...env }))
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const urls = {
  caIssuers: 'https://a/ca',
  caIssuersHttp: 'http://a/ca',
  ocsp: 'http://a/ocsp',
  crl: null,
}
const config = readConfig({})

describe('a new CA of the program', () => {
  test('is a root that issues, with its key sealed and readable by its owner only', async () => {
    const data = newData()
    const { status, stdout } = await startInitCa(data, [])
    expect(status).toBe(0)
    expect(stdout).toContain(`Made the CA in ${data}/ca:\n  Latchkey Sandbox CA, until `)
    const folder = path.join(data, 'ca')
    expect(readdirSync(data)).toEqual(['ca'])
    expect(readdirSync(folder).sort()).toEqual(['ca.key.json', 'ca.pem', 'chain.pem', 'passphrase'])
    const modes = readdirSync(folder).map((name) => statSync(path.join(folder, name)).mode & 0o777)
    expect(modes).toEqual([0o600, 0o644, 0o644, 0o600])
    expect(statSync(folder).mode & 0o777).toBe(0o700)

    const issuer = loadPublicIssuer(data, urls)
    const keyPath = findKey(data)
    expect(issuer.chain).toHaveLength(1)
    expect(issuer.displayName).toBe('Latchkey Sandbox CA')
    expect((await openFileSigner(keyPath, null, issuer.spki)).algorithm).toBe('ecdsa-sha256')
    const text = openssl('x509', '-in', path.join(folder, 'ca.pem'), '-noout', '-text')
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/)
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature, Certificate Sign, CRL Sign/)
    expect(text).toContain(`Issuer: O = ${config.tenantName}, CN = Latchkey Sandbox CA`)
  })
})

describe('a new CA', () => {
  quickScrypt()

  test.each([
    ['ec-p384', 'ecdsa-with-SHA384', '384 bit'],
    ['rsa-3072', 'sha256WithRSAEncryption', '3072 bit'],
  ])(
    'may have a %s key and stand under a root of its own',
    async (key, algorithm, bits) => {
      const data = newData()
      const named = ['--name', 'Ünited CA', '--organization', 'Contoso, Inc.', '--years', '5']
      const { status, stdout } = await initCa(data, ['--issuing-ca', '--key', key, ...named])
      expect(status).toBe(0)
      expect(stdout).toContain(`Take ${data}/ca/root.key.json off-line now`)
      const ca = path.join(data, 'ca', 'ca.pem')
      const chain = path.join(data, 'ca', 'chain.pem')
      const text = openssl('x509', '-in', ca, '-noout', '-text', '-nameopt', 'utf8')
      expect(text).toContain(algorithm)
      expect(text).toContain(bits)
      expect(text).toContain('Subject: O=Contoso, Inc., CN=Ünited CA')
      expect(text).toContain('Issuer: O=Contoso, Inc., CN=Ünited CA Root')
      const verified = openssl('verify', '-x509_strict', '-CAfile', chain, ca)
      expect(verified).toBe(`${ca}: OK\n`)
      const pems = readFileSync(chain, 'utf8').match(/BEGIN CERTIFICATE/g)
      expect(pems).toHaveLength(2)
    },
    60_000,
  )

  test('is never overwritten', async () => {
    const data = newData()
    await initCa(data, [])
    const before = readFileSync(path.join(data, 'ca', 'ca.key.json'), 'utf8')
    const again = await initCa(data, ['--issuing-ca'])
    expect(again.status).toBe(1)
    expect(again.stderr).toBe(`There is a CA in ${data}/ca already, and it is never overwritten.`)
    expect(readFileSync(path.join(data, 'ca', 'ca.key.json'), 'utf8')).toBe(before)
  })

  test('for a real tenant needs a passphrase, from a file or the environment', async () => {
    const data = newData()
    const none = await initCa(data, [], REAL_TENANT)
    expect(none.status).toBe(1)
    expect(none.stderr).toContain('The CA key needs a passphrase. Set LATCHKEY_CA_PASSPHRASE_FILE')
    expect(existsSync(data)).toBe(false)

    const file = path.join(root, 'passphrase.txt')
    const missing = await initCa(data, [], { ...REAL_TENANT, LATCHKEY_CA_PASSPHRASE_FILE: file })
    expect(missing.stderr).toBe('The file that LATCHKEY_CA_PASSPHRASE_FILE names cannot be read.')

    writeFileSync(file, 'a long passphrase\n')
    const opened = await initCa(data, [], { ...REAL_TENANT, LATCHKEY_CA_PASSPHRASE_FILE: file })
    expect(opened.status).toBe(0)
    expect(readdirSync(path.join(data, 'ca'))).not.toContain('passphrase')
    const issuer = loadPublicIssuer(data, urls)
    const keyPath = findKey(data)
    await openFileSigner(keyPath, 'a long passphrase', issuer.spki)
  })

  test.each([
    [['--key', 'ec-p521'], '--key is one of ec-p256, ec-p384, rsa-3072, rsa-4096.'],
    [['--years', '0'], '--years is a whole number from 1 to 50.'],
    [
      ['--csr', '--issuing-ca'],
      'Use one of --issuing-ca, --csr, --import, --root-crl and --make-key.',
    ],
    [['--passphrase', 'x'], "Unknown option '--passphrase'"],
    [['--import', 'x.pem'], 'There is no CA request. Make one with: npm run init-ca -- --csr'],
    [['--name', 'x'.repeat(65)], 'A commonName has 1 to 64 characters.'],
  ])('%j is refused', async (args, message) => {
    const data = newData()
    const { status, stderr } = await initCa(data, args)
    expect(status).toBe(1)
    expect(stderr).toContain(message)
    expect(existsSync(path.join(data, 'ca'))).toBe(false)
  })
})

describe('a CA under an enterprise root', () => {
  quickScrypt()

  const enterprise = path.join(root, 'enterprise')
  mkdirSync(enterprise)
  const at = (name: string) => path.join(enterprise, name)
  const sign = (csr: string, out: string, extensions: string, days = '3650') => {
    writeFileSync(at('ext'), extensions)
    openssl(
      'x509',
      '-req',
      '-in',
      csr,
      '-CA',
      at('root.pem'),
      '-CAkey',
      at('root.key'),
      '-extfile',
      at('ext'),
      '-days',
      days,
      '-out',
      at(out),
    )
    return at(out)
  }
  const CA =
    'basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid'
  const made = ['-newkey', 'rsa:2048', '-noenc', '-keyout', at('root.key'), '-out', at('root.pem')]
  openssl('req', '-x509', ...made, '-subj', '/O=Enterprise/CN=Enterprise Root', '-days', '3650')

  test('is asked for by a CSR and taken in with its chain', async () => {
    const data = newData()
    expect(await initCa(data, ['--csr', '--name', 'Issuing 1'])).toMatchObject({ status: 0 })
    const csr = path.join(data, 'ca-request', 'ca.csr.pem')
    const request = openssl('req', '-in', csr, '-noout', '-verify', '-text')
    expect(request).toContain('CN = Issuing 1')
    expect(request).toMatch(/CA:TRUE, pathlen:0/)

    expect(await ensure(data)).toBe(
      `The CA request in ${data}/ca-request waits for its answer. Take it in with: npm run init-ca -- --import FILE`,
    )
    expect((await initCa(data, ['--csr'])).stderr).toContain('waits for its answer')

    const answer = sign(csr, 'answer.pem', CA)
    const alone = await initCa(data, ['--import', answer])
    expect(alone).toMatchObject({
      status: 1,
      stderr:
        'The answer does not hold the certificate of Enterprise Root; add it, up to the root.',
    })
    expect(existsSync(path.join(data, 'ca'))).toBe(false)

    const whole = await initCa(data, ['--import', answer, '--import', at('root.pem')])
    expect(whole).toMatchObject({ status: 0, stderr: '' })
    expect(readdirSync(data)).toEqual(['ca'])
    const issuer = loadPublicIssuer(data, urls)
    const keyPath = findKey(data)
    expect(issuer.displayName).toBe('Issuing 1')
    expect(issuer.chain).toHaveLength(2)
    await openFileSigner(keyPath, null, issuer.spki)
    expect(await ensure(data)).toBe(null)
  })

  test('is taken in from PKCS#7, root first, too', async () => {
    const data = newData()
    await initCa(data, ['--csr', '--key', 'ec-p384'])
    const answer = sign(path.join(data, 'ca-request', 'ca.csr.pem'), 'answer7.pem', CA)
    openssl(
      'crl2pkcs7',
      '-nocrl',
      '-certfile',
      at('root.pem'),
      '-certfile',
      answer,
      '-outform',
      'DER',
      '-out',
      at('answer.p7b'),
    )
    expect(await initCa(data, ['--import', at('answer.p7b')])).toMatchObject({
      status: 0,
      stderr: '',
    })
    const chain = openssl('crl2pkcs7', '-nocrl', '-certfile', path.join(data, 'ca', 'chain.pem'))
    expect(chain).toContain('PKCS7')
  })

  describe('is refused', () => {
    const data = newData()
    const foreign = newData()
    const csrIn = (folder: string) => path.join(folder, 'ca-request', 'ca.csr.pem')
    beforeAll(async () => {
      for (const folder of [data, foreign]) await initCa(folder, ['--csr'])
      writeFileSync(at('nonsense.pem'), 'no certificate')
    })

    const root = () => at('root.pem')
    const cases: [string, () => readonly string[], string][] = [
      [
        'when the answer is for another key',
        () => [sign(csrIn(foreign), 'other.pem', CA), root()],
        'No certificate in the answer is for the key of our request.',
      ],
      [
        'when the answer is no CA',
        () => [sign(csrIn(data), 'leaf.pem', CA.replace('CA:true', 'CA:false')), root()],
        'The certificate of Latchkey Sandbox CA is not one of a CA (basicConstraints CA:TRUE is missing).',
      ],
      [
        'when the answer may not sign CRLs',
        () => [sign(csrIn(data), 'no-crl.pem', CA.replace(',cRLSign', '')), root()],
        'The CA certificate of Latchkey Sandbox CA does not allow keyCertSign and cRLSign.',
      ],
      [
        'when the answer is for servers',
        () => [sign(csrIn(data), 'server.pem', `${CA}\nextendedKeyUsage=serverAuth`), root()],
        'The answer restricts our CA to uses other than client authentication.',
      ],
      [
        'when the file holds no certificate',
        () => [at('nonsense.pem')],
        'There is no certificate in this file.',
      ],
      ['when there is no file', () => [at('nowhere')], `The file ${at('nowhere')} cannot be read.`],
    ]
    test.each(cases)('%s', async (_, files, message) => {
      const { status, stderr } = await initCa(
        data,
        files().flatMap((file) => ['--import', file]),
      )
      expect(stderr).toBe(message)
      expect(status).toBe(1)
      expect(existsSync(path.join(data, 'ca'))).toBe(false)
    })
  })
})

describe('the CA at the start', () => {
  quickScrypt()

  const sandbox = newData()
  const said: unknown[] = []
  beforeAll(async () => {
    vi.spyOn(console, 'log').mockImplementation((line) => said.push(line))
    await ensureCa(readConfig({ LATCHKEY_DATA: sandbox }))
  })
  afterAll(() => vi.restoreAllMocks())

  test('is made when there is none, and left alone ever after', async () => {
    expect(said).toEqual([`Made the CA "Latchkey Sandbox CA" in ${sandbox}/ca.`])
    const before = readFileSync(path.join(sandbox, 'ca', 'ca.pem'), 'utf8')
    expect(await ensure(sandbox)).toBe(null)
    expect(readFileSync(path.join(sandbox, 'ca', 'ca.pem'), 'utf8')).toBe(before)
  })

  test('has not ended', async () => {
    const data = newData()
    const options = {
      key: null,
      name: 'Old CA',
      organization: 'Contoso',
      years: 1,
      issuingCa: false,
    }
    await createCa(
      readConfig({ LATCHKEY_DATA: data }),
      { ...options, crlDays: 1 },
      new Date('2024-03-01T12:00:00Z'),
    )
    expect(await ensure(data)).toBe(
      'The CA "Old CA" ended on 2025-03-01. If the clock is right, make a new one with LATCHKEY_DATA set to ' +
        'another folder.',
    )
  })

  test('must not be the sandbox’s when the tenant is real', async () => {
    expect(await ensure(sandbox, REAL_TENANT)).toContain(
      'was made for the sandbox and must not issue for a real tenant',
    )
  })

  const damages: [string, (ca: string) => void, string][] = [
    [
      'its key is missing',
      (ca) => rmSync(path.join(ca, 'ca.key.json')),
      'is not whole: ca.key.json is missing or cannot be read.',
    ],
    [
      'its certificate is missing',
      (ca) => rmSync(path.join(ca, 'ca.pem')),
      'is not whole: ca.pem is missing or cannot be read.',
    ],
    [
      'its chain is cut',
      (ca) => writeFileSync(path.join(ca, 'chain.pem'), '-----BEGIN CERTIFICATE-----\nMIIB'),
      'is not whole: chain.pem is missing or cannot be read.',
    ],
    [
      'its certificate is not one',
      (ca) => writeFileSync(path.join(ca, 'ca.pem'), 'x'),
      'is not whole: ca.pem is missing or cannot be read.',
    ],
    [
      'its key is damaged',
      (ca) => writeFileSync(path.join(ca, 'ca.key.json'), '{}'),
      'ca.key.json is damaged.',
    ],
    [
      'its key is readable by others',
      (ca) => chmodSync(path.join(ca, 'ca.key.json'), 0o644),
      'can be read by others (mode 0644).',
    ],
    [
      'its passphrase is missing',
      (ca) => rmSync(path.join(ca, 'passphrase')),
      'The CA key is locked. Set LATCHKEY_CA_PASSPHRASE_FILE',
    ],
    [
      'its passphrase is another',
      (ca) => writeFileSync(path.join(ca, 'passphrase'), 'x'),
      'The passphrase does not open the key',
    ],
  ]
  test.each(damages)('stops the start with one sentence when %s', async (_, damage, message) => {
    const data = newData()
    cpSync(sandbox, data, { recursive: true })
    damage(path.join(data, 'ca'))
    const before = readdirSync(path.join(data, 'ca'))
    const sentence = await ensure(data)
    expect(sentence).toContain(message)
    expect(sentence?.split('\n')).toHaveLength(1)
    expect(readdirSync(path.join(data, 'ca'))).toEqual(before)
  })

  test('is made once by two starts at the same moment', async () => {
    const data = newData()
    const both = await Promise.all([ensure(data), ensure(data)])
    expect(both).toContain(null)
    expect(both).toContain(`There is something in ${data}/ca already, and it is never overwritten.`)
    expect(readdirSync(data)).toEqual(['ca'])
    loadPublicIssuer(data, urls)
  })
})
