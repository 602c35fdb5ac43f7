import 'reflect-metadata'
import { execFileSync } from 'node:child_process'
import { constants, createHash, sign } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from '@peculiar/x509'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import { toHex } from '#lib/pki/asn1/bytes.ts'
import { parseDer, TAG } from '#lib/pki/asn1/der.ts'
import {
  bitString,
  bmpString,
  booleanTrue,
  context,
  contextPrimitive,
  ia5String,
  integer,
  namedBits,
  nullValue,
  octetString,
  oid,
  sequence,
  tlv,
  utf8String,
} from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import {
  attribute,
  commonNameOf,
  extension,
  makeCsr,
  nameValuePair,
  newKey,
  writeInfo,
} from '#lib/pki/testing/make-csr.ts'
import { parseCsr } from './csr.ts'

const ID = '0b5ed2d4-6f2c-4a0a-9d7e-000000000001'
const DAY_MS = 86_400_000
const p256 = newKey('ec-p256')

const openssl = (input: Uint8Array, ...args: string[]) =>
  execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'pipe'] }).toString()

describe.each([
  'rsa-2048',
  'rsa-3072',
  'ec-p256',
  'ec-p384',
  'ec-p521',
] as const)('a request with a key of %s', (key) => {
  const { der } = makeCsr({
    key,
    commonName: ID,
    uri: `IntuneDeviceId://${ID}`,
    extendedKeyUsages: [OID.clientAuth],
    hash: key === 'ec-p384' ? 'sha384' : 'sha256',
  })

  test('is read', () => {
    expect(parseCsr(der)).toMatchObject({
      der,
      commonName: ID,
      key: { type: key },
      subjectAltName: [{ kind: 'uri', value: `IntuneDeviceId://${ID}` }],
      extendedKeyUsages: [OID.clientAuth],
      requestedValidityMs: null,
      signatureAlgorithm: {
        name: key.startsWith('rsa') ? 'rsa-pkcs1' : 'ecdsa',
        hash: key === 'ec-p384' ? 'sha384' : 'sha256',
      },
    })
  })

  test('is read the same by OpenSSL', () => {
    const text = openssl(der, ...'req -inform DER -verify -noout -text'.split(' '))
    expect(text).toContain(`Subject: CN = ${ID}\n`)
    expect(text).toContain(`URI:IntuneDeviceId://${ID}\n`)
    const spki = openssl(der, ...'req -inform DER -noout -pubkey'.split(' '))
    const body = spki.split('\n').filter((line) => line !== '' && !line.startsWith('-'))
    expect(Buffer.from(parseCsr(der).key.spki).toString('base64')).toBe(body.join(''))
  })
})

describe('what an honest client may send besides', () => {
  const read = (wish: Parameters<typeof makeCsr>[0]) =>
    parseCsr(makeCsr({ key: p256, ...wish }).der)

  test('no names at all', () => {
    expect(read({})).toMatchObject({
      commonName: null,
      subjectAltName: [],
      extendedKeyUsages: null,
    })
  })

  test('an empty UPN, as the vendor renewal script does', () => {
    expect(read({ commonName: 'Contoso', upn: '' })).toMatchObject({
      commonName: 'Contoso',
      subjectAltName: [{ kind: 'upn', value: '' }],
    })
  })

  test('names in their order, doubles too: policy counts them', () => {
    const names = ['alice@contoso.example', 'älice@contoso.example']
    const second = context(0, oid(OID.userPrincipalName), context(0, utf8String(names[1] ?? '')))
    expect(
      read({ upn: names[0] ?? '', dns: ['a.example', 'b.example'], names: [second] })
        .subjectAltName,
    ).toEqual([
      { kind: 'upn', value: names[0] },
      { kind: 'dns', value: 'a.example' },
      { kind: 'dns', value: 'b.example' },
      { kind: 'upn', value: names[1] },
    ])
  })

  test('eight names, sixteen attributes', () => {
    expect(read({ dns: 'abcdefgh'.split('') }).subjectAltName).toHaveLength(8)
    const pairs = Array.from({ length: 16 }, () => nameValuePair('x', 'y'))
    // Sixteen are counted and looked at: the refusal is for the pairs and not for their number.
    expect(() => read({ attributes: pairs })).toThrowError(/name-value pair/)
  })

  const harmless: [string, Uint8Array][] = [
    ['key usage', extension(OID.keyUsage, namedBits([0, 1, 2, 3, 4]))],
    [
      'key usage, critical',
      sequence(oid(OID.keyUsage), booleanTrue(), octetString(namedBits([0]))),
    ],
    ['basic constraints of an end entity', extension(OID.basicConstraints, sequence())],
    [
      'a subject key identifier',
      extension(OID.subjectKeyIdentifier, octetString(new Uint8Array(20))),
    ],
    [
      'an authority key identifier that names issuer and serial',
      extension(
        OID.authorityKeyIdentifier,
        sequence(
          contextPrimitive(0, new Uint8Array(20)),
          context(1, context(4, commonNameOf(utf8String('Another CA')))),
          contextPrimitive(2, Uint8Array.of(7)),
        ),
      ),
    ],
    [
      'an authority information access',
      extension(
        OID.authorityInfoAccess,
        sequence(sequence(oid(OID.ocsp), ia5String('http://elsewhere.example/ocsp', 0x86))),
      ),
    ],
    [
      'CRL distribution points',
      extension(
        OID.crlDistributionPoints,
        sequence(sequence(context(0, context(0, ia5String('http://elsewhere.example/crl', 0x86))))),
      ),
    ],
    [
      'a comment',
      extension(OID.netscapeComment, tlv(TAG.ia5String, Buffer.from('OpenSSL Generated'))),
    ],
    [
      'a critical extended key usage, as SCEPmanClient does',
      sequence(
        oid(OID.extendedKeyUsage),
        booleanTrue(),
        octetString(sequence(oid(OID.clientAuth))),
      ),
    ],
  ]
  test.each(harmless)('%s', (_, wanted) => {
    expect(read({ commonName: ID, extensions: [wanted] }).commonName).toBe(ID)
  })

  test('what certreq sends unasked', () => {
    const attributes = [
      attribute(OID.microsoftOsVersion, utf8String('10.0.26100.2')),
      attribute(OID.microsoftRequestClientInfo, sequence(integer(5), utf8String('LT-042'))),
      attribute(
        OID.microsoftEnrollmentCsp,
        sequence(integer(1), bmpString('x'), bitString(new Uint8Array(1))),
      ),
      attribute(OID.unstructuredName, utf8String('x')),
    ]
    expect(read({ commonName: ID, attributes }).commonName).toBe(ID)
  })

  test('a challenge password, which is not kept beside the request itself', () => {
    const csr = read({ commonName: ID, challengePassword: 'hunter2' })
    const { der: _der, info: _info, ...kept } = csr
    expect(JSON.stringify(kept)).not.toContain('hunter2')
  })

  const validities: [string, string | number, number][] = [
    ['Minutes', 5, 300_000],
    ['Hours', '2', 7_200_000],
    ['days', 30, 30 * DAY_MS],
    ['WEEKS', '02', 14 * DAY_MS],
    ['Months', 3, 90 * DAY_MS],
    ['Years', 1, 365 * DAY_MS],
    ['Years', 999_999, 36_500 * DAY_MS],
  ]
  test.each(validities)('a validity of %s %s', (period, units, ms) => {
    expect(read({ validity: { period, units } }).requestedValidityMs).toBe(ms)
  })

  test('a validity as one attribute with two values', () => {
    const pair = (name: string, value: string) => sequence(bmpString(name), bmpString(value))
    const both = attribute(
      OID.enrollmentNameValuePair,
      pair('ValidityPeriod', 'Days'),
      pair('ValidityPeriodUnits', '3'),
    )
    expect(read({ attributes: [both] }).requestedValidityMs).toBe(3 * DAY_MS)
  })

  test('a common name in a PrintableString', () => {
    const printable = Uint8Array.of(0x13, 5, ...Buffer.from('Alice'))
    expect(read({ subject: commonNameOf(printable) }).commonName).toBe('Alice')
  })

  test('a common name in a BMPString', () => {
    expect(read({ subject: commonNameOf(bmpString('a@b.example')) }).commonName).toBe('a@b.example')
  })
})

describe('RSA-PSS', () => {
  const key = newKey('rsa-2048')
  const pss = (hash: string) =>
    sequence(
      oid(OID.rsassaPss),
      sequence(
        context(0, sequence(oid(hash), nullValue())),
        context(1, sequence(oid(OID.mgf1), sequence(oid(hash), nullValue()))),
        context(2, integer(64)),
      ),
    )
  test.each([
    'sha256',
    'sha384',
    'sha512',
  ] as const)('with %s is read, and OpenSSL verifies it', (hash) => {
    const info = writeInfo({ commonName: ID }, key)
    const signature = sign(hash, info, {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 64,
    })
    const der = sequence(info, pss(OID[hash]), bitString(new Uint8Array(signature)))
    expect(parseCsr(der).signatureAlgorithm).toEqual({ name: 'rsa-pss', hash })
    expect(() => openssl(der, ...'req -inform DER -verify -noout'.split(' '))).not.toThrow()
  })
})

describe('what is signed', () => {
  test('stays the same when the signature is turned over (r, n-s)', () => {
    const { der } = makeCsr({ key: p256, commonName: ID })
    const csr = parseCsr(der)
    const [r, s] = parseDer(csr.signature).children
    const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
    const turned = order - BigInt(`0x${toHex(s?.value ?? new Uint8Array())}`)
    const other = Buffer.from(turned.toString(16).padStart(64, '0'), 'hex')
    const twin = sequence(
      csr.info,
      sequence(oid(OID.ecdsaWithSha256)),
      bitString(sequence(r?.bytes ?? nullValue(), integer(new Uint8Array(other)))),
    )
    expect(toHex(twin)).not.toBe(toHex(der))
    expect(toHex(parseCsr(twin).info)).toBe(toHex(csr.info))
    expect(() => openssl(twin, ...'req -inform DER -verify -noout'.split(' '))).not.toThrow()
  })

  test('is the CertificationRequestInfo to the octet', () => {
    const wish = { commonName: ID, upn: 'alice@contoso.example' }
    const { der } = makeCsr({ key: p256, ...wish })
    expect(toHex(parseCsr(der).info)).toBe(toHex(writeInfo(wish, p256)))
  })
})

describe('requests of the OpenSSL command line', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-csr-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const request = (...args: string[]) => {
    const [key, out] = [join(folder, 'key.pem'), join(folder, 'out.der')]
    execFileSync(
      'openssl',
      ['req', '-new', '-nodes', '-keyout', key, '-outform', 'DER', '-out', out, ...args],
      {
        stdio: 'pipe',
      },
    )
    return parseCsr(new Uint8Array(readFileSync(out)))
  }
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']

  test('a device, as the vendor script asks', () => {
    const csr = request(
      ...['-newkey', 'rsa:2048', '-sha256', '-subj', `/CN=${ID}`],
      ...['-addext', `subjectAltName=URI:IntuneDeviceId://${ID}`],
    )
    expect(csr).toMatchObject({
      commonName: ID,
      subjectAltName: [{ kind: 'uri', value: `IntuneDeviceId://${ID}` }],
      extendedKeyUsages: null,
    })
  })

  test('a person, and a key usage', () => {
    const upn = 'otherName:1.3.6.1.4.1.311.20.2.3;UTF8:alice@contoso.example'
    const csr = request(
      ...[...ec, '-utf8', '-subj', '/CN=Älice', '-addext', `subjectAltName=${upn}`],
      ...['-addext', 'keyUsage=critical,digitalSignature', '-addext', 'basicConstraints=CA:FALSE'],
    )
    expect(csr).toMatchObject({
      commonName: 'Älice',
      subjectAltName: [{ kind: 'upn', value: 'alice@contoso.example' }],
    })
  })

  test('the renewal of the vendor script: an empty UPN', () => {
    const upn = 'otherName:1.3.6.1.4.1.311.20.2.3;UTF8:'
    const csr = request(...ec, '-subj', '/CN=Contoso', '-addext', `subjectAltName=${upn}`)
    expect(csr.subjectAltName).toEqual([{ kind: 'upn', value: '' }])
  })

  test('a compressed point', () => {
    request(...ec, '-subj', '/CN=x')
    const key = readFileSync(join(folder, 'key.pem'))
    const plain = openssl(key, 'pkey', '-pubout').split('\n').slice(1, -2).join('')
    execFileSync('openssl', ['ec', '-conv_form', 'compressed', '-out', join(folder, 'key.pem')], {
      input: key,
      stdio: 'pipe',
    })
    const args = ['req', '-new', '-key', join(folder, 'key.pem'), '-subj', '/CN=x']
    const der = execFileSync('openssl', [...args, '-outform', 'DER'], { stdio: 'pipe' })
    expect(der.length).toBeLessThan(220)
    expect(Buffer.from(parseCsr(new Uint8Array(der)).key.spki).toString('base64')).toBe(plain)
  })

  test('the next one, with every extension of the certificate that it follows', () => {
    const [key, old] = [join(folder, 'key.pem'), join(folder, 'old.pem')]
    const uri = `URI:IntuneDeviceId://${ID}`
    const asBefore = ['keyUsage=critical,digitalSignature', 'extendedKeyUsage=clientAuth']
    const elsewhere = [
      'authorityInfoAccess=caIssuers;URI:http://elsewhere.example/ca',
      'crlDistributionPoints=URI:http://elsewhere.example/crl',
      'nsComment=OpenSSL Generated Certificate',
    ]
    const wishes = [`subjectAltName=${uri}`, 'basicConstraints=critical,CA:FALSE', ...asBefore]
    const added = [...wishes, ...elsewhere].flatMap((one) => ['-addext', one])
    const make = ['req', '-new', '-x509', '-nodes', '-keyout', key, '-out', old, '-days', '1']
    execFileSync('openssl', [...make, ...ec, '-subj', `/CN=${ID}`, ...added], { stdio: 'pipe' })
    const copy = ['x509', '-x509toreq', '-in', old, '-signkey', key, '-copy_extensions', 'copyall']
    const pem = openssl(new Uint8Array(), ...copy)
    const text = openssl(Buffer.from(pem), 'req', '-noout', '-text')
    for (const name of ['Authority Information Access', 'CRL Distribution Points', 'Comment']) {
      expect(text).toContain(name)
    }
    const der = execFileSync('openssl', ['req', '-outform', 'DER'], { input: pem })
    expect(parseCsr(new Uint8Array(der))).toMatchObject({
      commonName: ID,
      subjectAltName: [{ kind: 'uri', value: `IntuneDeviceId://${ID}` }],
      extendedKeyUsages: [OID.clientAuth],
    })
  })

  test('a certification authority is refused', () => {
    expect(() =>
      request(...ec, '-subj', '/CN=x', '-addext', 'basicConstraints=CA:TRUE'),
    ).toThrowError(expect.objectContaining({ code: 'policy_violation', rule: 'basic_constraints' }))
  })
})

describe('properties', () => {
  // Text that a directory may hold: anything that is not hostile.
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  const ascii = fc.stringMatching(/^[!-~]{1,40}$/)

  test('what is accepted is read the same by @peculiar/x509', () => {
    fc.assert(
      fc.property(name, fc.option(name), fc.option(ascii), (commonName, upn, uri) => {
        const { der } = makeCsr({
          key: p256,
          commonName,
          ...(upn !== null && { upn }),
          ...(uri !== null && { uri }),
        })
        const csr = readOrNull(der)
        if (!csr) return
        const other = new Pkcs10CertificateRequest(der)
        expect(other.subjectName.getField('CN')).toEqual([csr.commonName])
        const names = other.extensions
          .filter((it) => it instanceof SubjectAlternativeNameExtension)
          .flatMap((it) => it.names.items)
        const theirs = names.map(({ type, value }) => ({
          kind: type === 'url' ? 'uri' : type,
          value,
        }))
        expect(csr.subjectAltName).toEqual(theirs)
      }),
    )
  })

  test('a few octets changed: accepted or refused by name, at once, and never anything else', () => {
    const { der } = makeCsr({
      key: p256,
      commonName: 'Alice Adler',
      upn: 'alice@contoso.example',
      uri: `IntuneDeviceId://${ID}`,
      extendedKeyUsages: [OID.clientAuth],
      validity: { period: 'Days', units: 3 },
      challengePassword: 'x',
    })
    const change = fc.tuple(fc.nat({ max: der.length - 1 }), fc.nat({ max: 255 }))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const damaged = der.slice()
        for (const [at, octet] of changes) damaged[at] = octet
        readOrNull(damaged)
      }),
      { numRuns: 5_000 },
    )
  })

  test('cut, doubled or replaced octets: the same', () => {
    const { der } = makeCsr({ key: p256, commonName: 'Alice Adler', dns: ['a.example'] })
    fc.assert(
      fc.property(
        fc.nat({ max: der.length }),
        fc.nat({ max: 40 }),
        fc.uint8Array({ maxLength: 40 }),
        (at, removed, added) => {
          readOrNull(
            Uint8Array.from([...der.subarray(0, at), ...added, ...der.subarray(at + removed)]),
          )
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('any octets: the same', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => void readOrNull(octets)))
  })

  test('accepted octets have one form: the request is its parts again', () => {
    fc.assert(
      fc.property(name, (commonName) => {
        const { der } = makeCsr({ key: p256, commonName })
        const csr = readOrNull(der)
        if (!csr) return
        const again = sequence(
          csr.info,
          sequence(oid(OID.ecdsaWithSha256)),
          bitString(csr.signature),
        )
        expect(sha256(again)).toBe(sha256(der))
      }),
    )
  })
})

/** Reads a request; null when it is refused as it should be, with a code of the closed list. */
function readOrNull(der: Uint8Array) {
  const started = performance.now()
  const csr = readOrRefuse(der)
  if (performance.now() - started > 50) {
    // The machine may have been busy elsewhere; a slow request is slow each time.
    const again = performance.now()
    readOrRefuse(der)
    expect(performance.now() - again).toBeLessThan(50)
  }
  return csr
}

function readOrRefuse(der: Uint8Array) {
  try {
    return parseCsr(der)
  } catch (error) {
    if (error instanceof LatchkeyError && error.code !== 'internal') return null
    throw error
  }
}

function sha256(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex')
}
