import 'reflect-metadata'
import { execFileSync } from 'node:child_process'
import { createHash, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as x509 from '@peculiar/x509'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { concat } from '#lib/pki/asn1/bytes.ts'
import { toPem } from '#lib/pki/asn1/pem.ts'
import {
  issueTo,
  makeHolderKey,
  makeTestCa,
  publicKeyOf,
  type TestCa,
  URLS,
  YEAR,
} from '#lib/pki/testing/make-ca.ts'
import { has } from '#lib/testing/judge.ts'
import { assemble, buildTbs, readCertificate } from './certificate.ts'
import { certsOnly, readCertsOnly } from './cms.ts'
import { readIssuer } from './issuer.ts'
import { lintTbs } from './lint.ts'
import type { Leaf } from './profile.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-certificate-'))
const at = (name: string) => path.join(folder, name)
const run = (tool: string, ...args: string[]) =>
  execFileSync(tool, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const put = (name: string, ...ders: readonly Uint8Array[]) =>
  writeFileSync(at(name), ders.map((der) => toPem('CERTIFICATE', der)).join(''))

afterAll(() => rmSync(folder, { recursive: true }))

const ID = '0a1b2c3d-0000-4000-8000-123456789abc'
const device: Leaf = { kind: 'device', commonName: ID, uri: `IntuneDeviceId://${ID}` }
const user: Leaf = { kind: 'user', commonName: 'Zoë Łukasik', upn: 'zoë@contoso.com' }
const application: Leaf = {
  kind: 'application',
  commonName: 'web.contoso.com',
  dnsNames: ['web.contoso.com', 'www.contoso.com'],
  extendedKeyUsages: ['serverAuth', 'clientAuth'],
}

const cas = {} as Record<'ec' | 'ec384' | 'rsa', TestCa>
const keys = {} as Record<'ec' | 'rsa', KeyObject>

beforeAll(async () => {
  const [ec, ec384, rsa] = await Promise.all([
    makeTestCa('ec-p256', 'root'),
    makeTestCa('ec-p384', 'issuing-ca'),
    makeTestCa('rsa-3072', 'issuing-ca'),
  ])
  Object.assign(cas, { ec, ec384, rsa })
  Object.assign(keys, { ec: makeHolderKey('ec-p256'), rsa: makeHolderKey('rsa-2048') })
})

const CAS = ['ec', 'ec384', 'rsa'] as const
const LEAVES = [
  ['device', device, 'ec'],
  ['device', device, 'rsa'],
  ['user', user, 'ec'],
  ['user', user, 'rsa'],
  ['application', application, 'rsa'],
] as const

describe.each(CAS)('a certificate of the %s CA', (caName) => {
  describe.each(LEAVES)('for a %s', (_, leaf, keyName) => {
    let der = new Uint8Array() as Uint8Array
    let file = ''

    beforeAll(async () => {
      const ca = cas[caName]
      der = await issueTo(ca, leaf, publicKeyOf(keys[keyName]))
      file = `${caName}-${leaf.kind}-${keyName}.pem`
      put(file, der)
      put(`${caName}-chain.pem`, ...ca.issuer.chain)
      put(`${caName}-root.pem`, ca.issuer.chain.at(-1) ?? new Uint8Array())
    })

    test(`with a ${keyName} key satisfies openssl verify -x509_strict -purpose sslclient`, () => {
      const chain = ['-CAfile', `${caName}-root.pem`, '-untrusted', `${caName}-chain.pem`]
      const when = ['-attime', String(Date.parse('2026-12-01T00:00:00Z') / 1000)]
      const out = run(
        'openssl',
        'verify',
        '-x509_strict',
        '-purpose',
        'sslclient',
        ...when,
        ...chain,
        file,
      )
      expect(out).toBe(`${file}: OK\n`)
    })

    test.skipIf(!has('certtool'))('satisfies certtool --verify', () => {
      writeFileSync(at(`full-${file}`), readFileSync(at(file)))
      const out = run(
        'certtool',
        '--verify',
        '--load-ca-certificate',
        `${caName}-chain.pem`,
        '--infile',
        `full-${file}`,
      )
      expect(out).toContain('Chain verification output: Verified.')
    })

    test('is verified and read by node:crypto', () => {
      const ca = new X509Certificate(cas[caName].issuer.certificate)
      const certificate = new X509Certificate(der)
      expect(certificate.verify(ca.publicKey)).toBe(true)
      expect(certificate.checkIssued(ca)).toBe(true)
      expect(certificate.ca).toBe(false)
      expect(certificate.checkPrivateKey(keys[keyName])).toBe(true)
      expect(certificate.validFromDate).toEqual(YEAR.notBefore)
      expect(certificate.validToDate).toEqual(YEAR.notAfter)
    })

    test('reads the same in @peculiar/x509', async () => {
      const certificate = new x509.X509Certificate(der.slice())
      const issuer = new x509.X509Certificate(cas[caName].issuer.certificate.slice())
      expect(certificate.serialNumber).toBe(readCertificate(der).serial)
      expect(certificate.subjectName.getField('CN')).toEqual([leaf.commonName])
      expect(certificate.issuer).toBe(issuer.subject)
      expect(await certificate.verify({ publicKey: issuer, signatureOnly: true })).toBe(true)
    })
  })
})

/** Java takes long to start, so it reads all at once. */
test.skipIf(!has('keytool'))('every certificate is read by Java', async () => {
  const made = CAS.flatMap((caName) =>
    LEAVES.map(([_, leaf, keyName]) => issueTo(cas[caName], leaf, publicKeyOf(keys[keyName]))),
  )
  put('every.pem', ...(await Promise.all(made)))
  const said = run('keytool', '-printcert', '-file', 'every.pem')
  expect(said.match(/^Issuer: .*Test CA/gm)).toHaveLength(made.length)
})

describe('the profile', () => {
  const extensionsOf = (der: Uint8Array) =>
    new x509.X509Certificate(der.slice()).extensions.map(({ type, critical }) => [type, critical])

  test('puts the extensions of a user certificate in SCEPman’s order', async () => {
    const der = await issueTo(cas.ec, user, publicKeyOf(keys.rsa))
    expect(extensionsOf(der)).toEqual([
      ['2.5.29.17', false],
      ['2.5.29.35', false],
      ['2.5.29.14', false],
      ['2.5.29.19', true],
      ['2.5.29.15', true],
      ['2.5.29.37', false],
      ['1.3.6.1.5.5.7.1.1', false],
      ['2.5.29.31', false],
    ])
  })

  test('leaves out the SAN of a device that Intune does not know and the CDP where there is none', async () => {
    const { issuer, signer, key } = cas.ec
    const ca = { issuer: { ...issuer, urls: { ...URLS, crl: null } }, signer, key }
    const der = await issueTo(ca, { ...device, uri: null }, publicKeyOf(keys.ec))
    expect(extensionsOf(der).map(([type]) => type)).toEqual([
      '2.5.29.35',
      '2.5.29.14',
      '2.5.29.19',
      '2.5.29.15',
      '2.5.29.37',
      '1.3.6.1.5.5.7.1.1',
    ])
  })

  test('says what openssl prints', async () => {
    put('printed.pem', await issueTo(cas.ec, user, publicKeyOf(keys.rsa)))
    const text = run('openssl', 'x509', '-in', 'printed.pem', '-noout', '-text', '-nameopt', 'utf8')
    expect(text).toContain('Subject: CN=Zoë Łukasik')
    expect(text).toContain('Issuer: O=Contoso, CN=Test CA')
    expect(text).toMatch(/Basic Constraints: critical\s+CA:FALSE/)
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature, Key Encipherment\n/)
    expect(text).toMatch(/Extended Key Usage: \n\s+TLS Web Client Authentication\n/)
    expect([...text.matchAll(/(?:CA Issuers|OCSP) - URI:.*/g)].map(([line]) => line)).toEqual([
      'CA Issuers - URI:https://localhost:8443/ca',
      'CA Issuers - URI:http://localhost:8080/ca',
      'OCSP - URI:http://localhost:8080/ocsp',
    ])
    expect(text).toContain('URI:http://localhost:8080/crl/latchkey.crl')
  })

  test('writes the user principal name as an otherName of UTF8String', async () => {
    const der = await issueTo(cas.ec, user, publicKeyOf(keys.ec))
    const san = new x509.X509Certificate(der.slice()).getExtension(
      x509.SubjectAlternativeNameExtension,
    )
    expect(san?.names.toJSON()).toEqual([{ type: 'upn', value: 'zoë@contoso.com' }])
  })

  test('writes the Intune device id as a URI', async () => {
    const der = await issueTo(cas.ec, device, publicKeyOf(keys.ec))
    expect(new X509Certificate(der).subjectAltName).toBe(`URI:IntuneDeviceId://${ID}`)
  })

  test('gives keyEncipherment to an RSA key only', async () => {
    for (const name of ['ec', 'rsa'] as const) {
      const der = await issueTo(cas.ec, device, publicKeyOf(keys[name]))
      const usage = new x509.X509Certificate(der.slice()).getExtension(x509.KeyUsagesExtension)
      expect(usage?.usages).toBe(name === 'rsa' ? 0b101 : 0b1)
    }
  })

  test('names the key by the SHA-1 of its bits, and the issuer by its own', async () => {
    const der = await issueTo(cas.rsa, device, publicKeyOf(keys.rsa))
    put('identifiers.pem', der)
    const text = run('openssl', 'x509', '-in', 'identifiers.pem', '-noout', '-text')
    const colons = (hex: string) => hex.toUpperCase().match(/../g)?.join(':')
    const pkcs1 = createPublicKey(keys.rsa).export({ format: 'der', type: 'pkcs1' })
    expect(text).toContain(
      `Subject Key Identifier: \n                ${colons(createHash('sha1').update(pkcs1).digest('hex'))}`,
    )
    expect(text).toContain(
      `Authority Key Identifier: \n                ${colons(Buffer.from(cas.rsa.issuer.subjectKeyId).toString('hex'))}`,
    )
  })

  test('cuts a long display name to 64 characters and marks the cut', async () => {
    const long = { ...user, commonName: '𝔸'.repeat(65) }
    const der = await issueTo(cas.ec, long, publicKeyOf(keys.ec))
    const [shown] = new x509.X509Certificate(der.slice()).subjectName.getField('CN')
    expect(shown).toBe(`${'𝔸'.repeat(63)}…`)
    const whole = { ...user, commonName: 'ß'.repeat(64) }
    const [kept] = new x509.X509Certificate(
      (await issueTo(cas.ec, whole, publicKeyOf(keys.ec))).slice(),
    ).subjectName.getField('CN')
    expect(kept).toBe('ß'.repeat(64))
  })

  test.each([
    // One sign each, of two, five and four characters.
    ['a letter and its accent', 'e\u0301', 31],
    ['a family', '👨\u{1f3fd}\u200d👩\u{1f3fd}', 12],
    ['a flag and its number', '🇩🇪\u0301\u0302', 15],
  ])('POL-21: cuts a long display name between two signs: %s', async (_, sign, kept) => {
    const der = await issueTo(
      cas.ec,
      { ...user, commonName: sign.repeat(40) },
      publicKeyOf(keys.ec),
    )
    const [shown] = new x509.X509Certificate(der.slice()).subjectName.getField('CN')
    expect(shown).toBe(`${sign.repeat(kept)}…`)
  })

  test('POL-21: cuts within a sign that alone is too long', async () => {
    const zalgo = `a${'\u0301'.repeat(100)}`
    const der = await issueTo(cas.ec, { ...user, commonName: zalgo }, publicKeyOf(keys.ec))
    const [shown] = new x509.X509Certificate(der.slice()).subjectName.getField('CN')
    expect(shown).toBe(`a${'\u0301'.repeat(62)}…`)
  })

  test('turns control and direction characters of a display name into spaces', async () => {
    const odd = { ...user, commonName: 'Eve\u0000 \u202egro.osotnoc\n' }
    const der = await issueTo(cas.ec, odd, publicKeyOf(keys.ec))
    const [shown] = new x509.X509Certificate(der.slice()).subjectName.getField('CN')
    expect(shown).toBe('Eve   gro.osotnoc')
  })

  test('refuses a holder without a name', () => {
    const nobody = { ...user, commonName: ' \t' }
    expect(() => buildTbs(cas.ec.issuer, nobody, publicKeyOf(keys.ec), '40', YEAR)).toThrow(
      'A commonName has 1 to 64 characters.',
    )
  })

  test('writes dates from 2050 on as GeneralizedTime', async () => {
    const ca = await makeTestCa()
    const issuer = { ...ca.issuer, notAfter: new Date('2070-01-01T00:00:00Z') }
    const late = { notBefore: YEAR.notBefore, notAfter: new Date('2050-01-01T00:00:00Z') }
    const key = publicKeyOf(keys.ec)
    const linted = lintTbs(buildTbs(issuer, device, key, '40', late), issuer, device, key)
    const der = assemble(linted, ca.signer.algorithm, await ca.signer.sign(linted.tbs))
    expect(new X509Certificate(der).validToDate).toEqual(late.notAfter)
    expect(Buffer.from(der).includes('20500101000000Z')).toBe(true)
  })

  test('keeps its promises for any name the directory may hold (I2, I4)', () => {
    const key = publicKeyOf(keys.ec)
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }),
        (name, upn) => {
          const leaf: Leaf = { kind: 'user', commonName: `x${name}`, upn }
          const tbs = buildTbs(cas.ec.issuer, leaf, key, '4001', YEAR)
          expect(lintTbs(tbs, cas.ec.issuer, leaf, key).tbs).toBe(tbs)
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('an issuer whose name is spelt in an old string type', () => {
  test.each([
    ['T61String', 'string_mask = MASK:0x4', 'Universit\u00e9'],
    ['BMPString', 'string_mask = MASK:0x800', 'Universit\u00e9'],
    ['PrintableString', 'string_mask = MASK:0x2', 'University'],
  ])('(%s) is copied byte for byte', async (type, mask, name) => {
    writeFileSync(
      at(`${type}.cnf`),
      `[req]\n${mask}\nprompt = no\nutf8 = yes\ndistinguished_name = dn\nx509_extensions = ext\n` +
        `[dn]\nO = ${name}\n+OU = Two in one\nCN = ${name} CA\n` +
        '[ext]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign,cRLSign\n' +
        'subjectKeyIdentifier = hash\n',
    )
    const made = ['-keyout', `${type}.key`, '-out', `${type}.pem`, '-days', '3650']
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc']
    run('openssl', 'req', '-x509', ...kind, '-config', `${type}.cnf`, ...made)
    const root = new X509Certificate(readFileSync(at(`${type}.pem`)))
    const issuer = readIssuer([new Uint8Array(root.raw)], URLS)
    expect(issuer.displayName).toBe(`${name} CA`)
    const key = publicKeyOf(keys.ec)
    const now = Date.now()
    const validity = {
      notBefore: new Date(Math.max(now - 1000, issuer.notBefore.getTime())),
      notAfter: new Date(now + 86_400_000),
    }
    const tbs = buildTbs(issuer, device, key, '4000000000000001', validity)
    writeFileSync(at(`${type}.tbs`), lintTbs(tbs, issuer, device, key).tbs)
    run('openssl', 'dgst', '-sha256', '-sign', `${type}.key`, '-out', `${type}.sig`, `${type}.tbs`)
    const linted = lintTbs(tbs, issuer, device, key)
    put(`${type}-leaf.pem`, assemble(linted, 'ecdsa-sha256', readFileSync(at(`${type}.sig`))))
    const out = run(
      'openssl',
      'verify',
      '-x509_strict',
      '-purpose',
      'sslclient',
      '-CAfile',
      `${type}.pem`,
      `${type}-leaf.pem`,
    )
    expect(out).toBe(`${type}-leaf.pem: OK\n`)
  })
})

describe('a certificate that is put together', () => {
  test('has inside the bytes that were linted (I5)', async () => {
    const key = publicKeyOf(keys.ec)
    const linted = lintTbs(
      buildTbs(cas.ec.issuer, device, key, '4f', YEAR),
      cas.ec.issuer,
      device,
      key,
    )
    const der = assemble(linted, 'ecdsa-sha256', await cas.ec.signer.sign(linted.tbs))
    expect(Buffer.from(readCertificate(der).tbs).equals(linted.tbs)).toBe(true)
  })

  test('is refused when the signer has another algorithm than the issuer', () => {
    const key = publicKeyOf(keys.ec)
    const tbs = buildTbs(cas.ec.issuer, device, key, '4f', YEAR)
    const linted = lintTbs(tbs, cas.ec.issuer, device, key)
    expect(() => assemble(linted, 'rsa-sha256', new Uint8Array(256))).toThrow(
      'The signer has another algorithm than the issuer.',
    )
  })
})

describe('the strict reader', () => {
  test('refuses a certificate with any one octet more or less', async () => {
    const der = await issueTo(cas.ec, device, publicKeyOf(keys.ec))
    expect(() => readCertificate(concat(der, Uint8Array.of(0)))).toThrow('octets after the end')
    expect(() => readCertificate(der.subarray(0, -1))).toThrow('truncated')
    expect(() => readCertificate(new Uint8Array())).toThrow('This is not DER')
  })

  test('never reads a changed certificate as the same one', async () => {
    const der = await issueTo(cas.ec, user, publicKeyOf(keys.ec))
    const same = readCertificate(der)
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (position, flip) => {
        const changed = der.slice()
        changed[position] = (changed[position] ?? 0) ^ flip
        try {
          const read = readCertificate(changed)
          const signed = Buffer.concat([read.tbs, read.signature])
          expect(signed.equals(Buffer.concat([same.tbs, same.signature]))).toBe(false)
        } catch (error) {
          expect(error).toMatchObject({ code: 'malformed_request' })
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a certs-only message', () => {
  test('is read by OpenSSL, GnuTLS, Java and ourselves', async () => {
    const leaf = await issueTo(cas.rsa, device, publicKeyOf(keys.ec))
    const all = [leaf, ...cas.rsa.issuer.chain]
    writeFileSync(at('all.p7'), certsOnly(all))
    const printed = run('openssl', 'pkcs7', '-inform', 'DER', '-in', 'all.p7', '-print_certs')
    expect(printed.match(/BEGIN CERTIFICATE/g)).toHaveLength(3)
    if (has('certtool')) run('certtool', '--p7-info', '--inder', '--infile', 'all.p7')
    if (has('keytool')) run('keytool', '-printcert', '-file', 'all.p7')
    const back = readCertsOnly(certsOnly(all)).map((der) => Buffer.from(der).toString('hex'))
    expect(back.sort()).toEqual(all.map((der) => Buffer.from(der).toString('hex')).sort())
  })

  test('has no eContent', async () => {
    const message = certsOnly([await issueTo(cas.ec, device, publicKeyOf(keys.ec))])
    writeFileSync(at('one.p7'), message)
    const parsed = run('openssl', 'asn1parse', '-inform', 'DER', '-in', 'one.p7')
    expect(parsed).toMatch(/l=\s+11 cons: SEQUENCE\s+\n.*OBJECT\s+:pkcs7-data\n/)
  })
})
