import { beforeAll, describe, expect, test } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import { concat, fromHex } from '#lib/pki/asn1/bytes.ts'
import { parseDer } from '#lib/pki/asn1/der.ts'
import {
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
  setOf,
  tlv,
  utf8String,
} from '#lib/pki/asn1/der-write.ts'
import { writeName } from '#lib/pki/asn1/distinguished-name.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import {
  makeHolderKey,
  makeTestCa,
  publicKeyOf,
  type TestCa,
  URLS,
  YEAR,
} from '#lib/pki/testing/make-ca.ts'
import { buildCaTbs, type CaTemplate, findInCaTbs, lintCaTbs } from './ca-certificate.ts'
import { buildTbs } from './certificate.ts'
import { findInTbs, lintTbs } from './lint.ts'
import { parentUrlsAt } from './own-root.ts'
import type { Leaf } from './profile.ts'
import { extension, subjectKeyIdOf } from './tbs.ts'

const ID = '0a1b2c3d-0000-4000-8000-123456789abc'
const leaf: Leaf = { kind: 'device', commonName: ID, uri: `IntuneDeviceId://${ID}` }
const key = publicKeyOf(makeHolderKey('ec-p256'))
const rsaKey = publicKeyOf(makeHolderKey('rsa-2048'))
const SERIAL = '4570d8c0000102030405060708090a0b0c0d0e0f'

let ca: TestCa
/** The parts of a good TBSCertificate, each of which a defect replaces. */
let good: Uint8Array[] = []

beforeAll(async () => {
  ca = await makeTestCa()
  good = parts(buildTbs(ca.issuer, leaf, key, SERIAL, YEAR))
})

const parts = (tbs: Uint8Array) => parseDer(tbs).children.map(({ bytes }) => bytes.slice())
const [VERSION, SERIAL_AT, ALGORITHM, ISSUER, VALIDITY, SUBJECT, SPKI, EXTENSIONS] = [
  0, 1, 2, 3, 4, 5, 6, 7,
]
const [SAN, AKI, SKI, BC, KU, EKU, AIA, CDP] = [0, 1, 2, 3, 4, 5, 6, 7]

const withPart = (at: number, part: Uint8Array) => sequence(...good.toSpliced(at, 1, part))
const goodExtensions = () =>
  parseDer(good[EXTENSIONS] ?? new Uint8Array()).children[0]?.children.map(({ bytes }) => bytes) ??
  []
const withExtensions = (list: readonly Uint8Array[]) =>
  withPart(EXTENSIONS, context(3, sequence(...list)))
const withExtension = (at: number, ...replacement: readonly Uint8Array[]) =>
  withExtensions(goodExtensions().toSpliced(at, 1, ...replacement))
const time = (tag: number, text: string) => tlv(tag, new TextEncoder().encode(text))
const UTC = 0x17
const GENERALIZED = 0x18
const validity = (notBefore: Uint8Array, notAfter: Uint8Array) =>
  withPart(VALIDITY, sequence(notBefore, notAfter))
const START = time(UTC, '261122110000Z')
const END = time(UTC, '271122120000Z')
const commonName = (value: Uint8Array) => setOf(sequence(oid(OID.commonName), value))
const subject = (...rdns: readonly Uint8Array[]) => withPart(SUBJECT, sequence(...rdns))
const plain = (id: string, value: Uint8Array) => extension(id, 'not critical', value)
const critical = (id: string, value: Uint8Array) => extension(id, 'critical', value)
const uri = (text: string) => ia5String(text, 0x86)
const access = (method: string, url: string) => sequence(oid(method), uri(url))

test('the linter has nothing to say about what the profile gives', () => {
  expect(findInTbs(sequence(...good), ca.issuer, leaf, key)).toEqual([])
})

type Defect = [title: string, rule: string, message: string, make: () => Uint8Array]

/** Of the authority information access; the good one is `https, http, ocsp`. */
const https = access(OID.caIssuers, URLS.caIssuers)
const http = access(OID.caIssuers, URLS.caIssuersHttp)
const ocsp = access(OID.ocsp, URLS.ocsp)
const ORDER = 'is not caIssuers, caIssuers again, then OCSP'
const places: [title: string, message: string, ...found: Uint8Array[]][] = [
  ['OCSP before caIssuers', ORDER, ocsp, https, http],
  ['OCSP between the two of caIssuers', ORDER, https, ocsp, http],
  ['one caIssuers alone', ORDER, https, ocsp],
  ['a third caIssuers', ORDER, https, http, http, ocsp],
  ['no OCSP', ORDER, https, http],
  ['the CA certificate over http first', 'is not offered over https', http, https, ocsp],
  [
    'the CA certificate over https alone',
    'CA certificate is not offered over plain',
    https,
    https,
    ocsp,
  ],
  [
    'OCSP over https',
    'OCSP is not offered over plain http',
    ...[https, http, access(OID.ocsp, 'https://localhost/ocsp')],
  ],
  [
    'somebody else’s CA certificate',
    'A location is not ours',
    ...[https, access(OID.caIssuers, 'http://elsewhere/ca'), ocsp],
  ],
  [
    'somebody else’s OCSP',
    'A location is not ours',
    ...[https, http, access(OID.ocsp, 'http://elsewhere/ocsp')],
  ],
]

/** Each row: what is wrong, the rule that sees it, what it says, the bytes. */
const defects: Defect[] = [
  [
    'version 1',
    'strict_der',
    'version 3 expected',
    () => withPart(VERSION, context(0, integer(0))),
  ],
  [
    'version 4',
    'strict_der',
    'version 3 expected',
    () => withPart(VERSION, context(0, integer(3))),
  ],
  ['no version', 'strict_der', 'tag a0 expected', () => sequence(...good.slice(1))],
  ['serial 0', 'serial', 'not positive', () => withPart(SERIAL_AT, integer(0))],
  [
    'a negative serial',
    'strict_der',
    'negative serial',
    () => withPart(SERIAL_AT, tlv(2, Uint8Array.of(0x80))),
  ],
  [
    'a serial of 21 octets',
    'strict_der',
    'more than 20 octets',
    () => withPart(SERIAL_AT, integer(fromHex(`41${'00'.repeat(20)}`))),
  ],
  [
    'a serial that takes a 21st octet for its sign',
    'strict_der',
    'more than 20 octets',
    () => withPart(SERIAL_AT, integer(fromHex(`81${'00'.repeat(19)}`))),
  ],
  [
    'a serial with leading zeros',
    'strict_der',
    'leading zeros',
    () => withPart(SERIAL_AT, tlv(2, Uint8Array.of(0, 1))),
  ],
  [
    'another algorithm',
    'algorithm',
    'not the one of the issuer',
    () => withPart(ALGORITHM, sequence(oid(OID.ecdsaWithSha1))),
  ],
  [
    'NULL parameters for ECDSA',
    'algorithm',
    'not the one of the issuer',
    () => withPart(ALGORITHM, sequence(oid(OID.ecdsaWithSha256), nullValue())),
  ],
  [
    'another issuer',
    'issuer_name',
    'byte for byte',
    () => withPart(ISSUER, writeName([['commonName', 'Test CA']])),
  ],
  [
    'a UTCTime without seconds',
    'strict_der',
    'whole seconds',
    () => validity(time(UTC, '2611221100Z'), END),
  ],
  [
    'a UTCTime with an offset',
    'strict_der',
    'whole seconds',
    () => validity(time(UTC, '261122110000+0100'), END),
  ],
  [
    'a GeneralizedTime before 2050',
    'strict_der',
    'GeneralizedTime before 2050',
    () => validity(START, time(GENERALIZED, '20271122120000Z')),
  ],
  [
    'a time with fractions',
    'strict_der',
    'whole seconds',
    () => validity(START, time(GENERALIZED, '20501122120000.5Z')),
  ],
  [
    'the 31st of June',
    'strict_der',
    'no such time',
    () => validity(START, time(UTC, '270631120000Z')),
  ],
  [
    'a second of 60',
    'strict_der',
    'no such time',
    () => validity(START, time(UTC, '270630120060Z')),
  ],
  [
    'a time in local hours',
    'strict_der',
    'no such time',
    () => validity(START, time(UTC, '2706301200000')),
  ],
  ['an end before the beginning', 'validity', 'ends before it begins', () => validity(END, START)],
  [
    'a validity that outlives the issuer (I17)',
    'validity',
    "issuer's own",
    () => validity(START, time(UTC, '370101000000Z')),
  ],
  [
    'a validity from before the issuer',
    'validity',
    "issuer's own",
    () => validity(time(UTC, '261101000000Z'), END),
  ],
  ['an empty subject', 'subject', 'tag 31 expected', () => subject()],
  [
    'an empty common name',
    'subject',
    '1 to 64 characters',
    () => subject(commonName(utf8String(''))),
  ],
  [
    'a common name of 65 characters',
    'subject',
    '1 to 64 characters',
    () => subject(commonName(utf8String('é'.repeat(65)))),
  ],
  [
    'two common names',
    'subject',
    'more than one',
    () => subject(commonName(utf8String('a')), commonName(utf8String('b'))),
  ],
  [
    'two attributes in one RDN',
    'subject',
    'more than one',
    () =>
      subject(
        setOf(
          sequence(oid(OID.commonName), utf8String('a')),
          sequence(oid(OID.organizationName), utf8String('b')),
        ),
      ),
  ],
  [
    'an organisation for a name',
    'subject',
    'not a common name',
    () => subject(setOf(sequence(oid(OID.organizationName), utf8String('a')))),
  ],
  [
    'a PrintableString',
    'subject',
    'of another type',
    () => subject(commonName(tlv(0x13, fromHex('6162')))),
  ],
  ['overlong UTF-8', 'subject', 'not UTF-8', () => subject(commonName(tlv(0x0c, fromHex('c1a1'))))],
  [
    'a NUL in the name',
    'subject',
    'control characters',
    () => subject(commonName(utf8String('a\u0000b'))),
  ],
  [
    'a name that turns direction',
    'subject',
    'control characters',
    () => subject(commonName(utf8String('a\u202eb'))),
  ],
  [
    'another name',
    'template',
    'other bytes',
    () => subject(commonName(utf8String('somebody else'))),
  ],
  ['another key', 'public_key', 'not the one of the request', () => withPart(SPKI, rsaKey.spki)],
  [
    'a unique identifier',
    'strict_der',
    'does not belong there',
    () => sequence(...good, contextPrimitive(1, Uint8Array.of(0, 1))),
  ],
  ['no extensions', 'strict_der', 'tag a3 expected', () => sequence(...good.slice(0, 7))],
  ['an empty list of extensions', 'strict_der', 'list of extensions', () => withExtensions([])],
  [
    'an extension twice',
    'strict_der',
    'twice',
    () => withExtensions([...goodExtensions(), goodExtensions()[SAN] ?? new Uint8Array()]),
  ],
  [
    'an encoded DEFAULT FALSE',
    'strict_der',
    'encoded DEFAULT',
    () =>
      withExtension(
        BC,
        sequence(oid(OID.basicConstraints), tlv(1, Uint8Array.of(0)), octetString(sequence())),
      ),
  ],
  [
    'a BOOLEAN of 01',
    'strict_der',
    'neither 00 nor FF',
    () =>
      withExtension(
        BC,
        sequence(oid(OID.basicConstraints), tlv(1, Uint8Array.of(1)), octetString(sequence())),
      ),
  ],
  [
    'extensions in another order',
    'extension_order',
    'not those of the profile',
    () => withExtensions(goodExtensions().reverse()),
  ],
  [
    'an extension too many',
    'extension_order',
    'not those of the profile',
    () =>
      withExtensions([
        ...goodExtensions(),
        plain(OID.sidExtension, octetString(new Uint8Array(4))),
      ]),
  ],
  [
    'a critical SAN',
    'criticality',
    'wrong criticality',
    () => withExtension(SAN, critical(OID.subjectAltName, sequence(uri(`IntuneDeviceId://${ID}`)))),
  ],
  [
    'basic constraints that are not critical',
    'criticality',
    'wrong criticality',
    () => withExtension(BC, plain(OID.basicConstraints, sequence())),
  ],
  [
    'key usage that is not critical',
    'criticality',
    'wrong criticality',
    () => withExtension(KU, plain(OID.keyUsage, namedBits([0]))),
  ],
  ['no SAN', 'extension_order', 'not those of the profile', () => withExtension(SAN)],
  [
    'an empty SAN',
    'subject_alt_name',
    'empty list',
    () => withExtension(SAN, plain(OID.subjectAltName, sequence())),
  ],
  [
    'another device in the SAN',
    'subject_alt_name',
    'not those of the holder',
    () => withExtension(SAN, plain(OID.subjectAltName, sequence(uri('IntuneDeviceId://other')))),
  ],
  [
    'a user principal name beside the device',
    'subject_alt_name',
    'not those of the holder',
    () =>
      withExtension(
        SAN,
        plain(
          OID.subjectAltName,
          sequence(
            uri(`IntuneDeviceId://${ID}`),
            context(0, oid(OID.userPrincipalName), context(0, utf8String('ceo@contoso.com'))),
          ),
        ),
      ),
  ],
  [
    'an unknown otherName beside the device',
    'subject_alt_name',
    'not those of the holder',
    () =>
      withExtension(
        SAN,
        plain(
          OID.subjectAltName,
          sequence(
            uri(`IntuneDeviceId://${ID}`),
            context(0, oid('1.3.6.1.5.2.2'), context(0, sequence())),
          ),
        ),
      ),
  ],
  [
    'a URI with octets above 7E',
    'subject_alt_name',
    'not visible ASCII',
    () => withExtension(SAN, plain(OID.subjectAltName, sequence(tlv(0x86, fromHex('c3a4'))))),
  ],
  [
    'another authority key identifier',
    'key_identifiers',
    "issuer's subject key identifier",
    () =>
      withExtension(
        AKI,
        plain(OID.authorityKeyIdentifier, sequence(contextPrimitive(0, new Uint8Array(20)))),
      ),
  ],
  [
    'no authority key identifier',
    'key_identifiers',
    '2.5.29.35 is missing',
    () => withExtension(AKI),
  ],
  [
    'issuer and serial for an authority key identifier',
    'key_identifiers',
    "issuer's subject key identifier",
    () =>
      withExtension(
        AKI,
        plain(OID.authorityKeyIdentifier, sequence(contextPrimitive(2, Uint8Array.of(1)))),
      ),
  ],
  [
    'another subject key identifier',
    'key_identifiers',
    'SHA-1 of the key',
    () =>
      withExtension(SKI, plain(OID.subjectKeyIdentifier, octetString(subjectKeyIdOf(rsaKey.spki)))),
  ],
  [
    'no subject key identifier',
    'key_identifiers',
    '2.5.29.14 is missing',
    () => withExtension(SKI),
  ],
  [
    'a CA',
    'basic_constraints',
    'not an end entity',
    () => withExtension(BC, critical(OID.basicConstraints, sequence(booleanTrue()))),
  ],
  [
    'a path length',
    'basic_constraints',
    'basic constraints',
    () => withExtension(BC, critical(OID.basicConstraints, sequence(integer(0)))),
  ],
  [
    'cA FALSE written out',
    'basic_constraints',
    'encoded DEFAULT',
    () => withExtension(BC, critical(OID.basicConstraints, sequence(tlv(1, Uint8Array.of(0))))),
  ],
  [
    'keyCertSign',
    'key_usage',
    'not the one for this key',
    () => withExtension(KU, critical(OID.keyUsage, namedBits([0, 5]))),
  ],
  [
    'keyEncipherment for an EC key',
    'key_usage',
    'not the one for this key',
    () => withExtension(KU, critical(OID.keyUsage, namedBits([0, 2]))),
  ],
  [
    'key usage with trailing zeros',
    'key_usage',
    'trailing zero bits',
    () => withExtension(KU, critical(OID.keyUsage, tlv(3, fromHex('0080')))),
  ],
  [
    'key usage without any',
    'key_usage',
    'trailing zero bits',
    () => withExtension(KU, critical(OID.keyUsage, tlv(3, fromHex('00')))),
  ],
  [
    'any extended key usage',
    'extended_key_usage',
    'not the allowed one',
    () => withExtension(EKU, plain(OID.extendedKeyUsage, sequence(oid(OID.anyExtendedKeyUsage)))),
  ],
  [
    'an extended key usage too many',
    'extended_key_usage',
    'not the allowed one',
    () =>
      withExtension(
        EKU,
        plain(OID.extendedKeyUsage, sequence(oid(OID.clientAuth), oid(OID.serverAuth))),
      ),
  ],
  [
    'no extended key usage in the list',
    'extended_key_usage',
    'empty list',
    () => withExtension(EKU, plain(OID.extendedKeyUsage, sequence())),
  ],
  ...places.map(
    ([title, message, ...found]): Defect => [
      title,
      'locations',
      message,
      () => withExtension(AIA, plain(OID.authorityInfoAccess, sequence(...found))),
    ],
  ),
  [
    'another distribution point',
    'locations',
    'not ours',
    () =>
      withExtension(
        CDP,
        plain(
          OID.crlDistributionPoints,
          sequence(sequence(context(0, context(0, uri('http://elsewhere/crl'))))),
        ),
      ),
  ],
  [
    'reasons in the distribution point',
    'locations',
    'by its name alone',
    () =>
      withExtension(
        CDP,
        plain(
          OID.crlDistributionPoints,
          sequence(
            sequence(
              context(0, context(0, uri(URLS.crl ?? ''))),
              contextPrimitive(1, fromHex('0640')),
            ),
          ),
        ),
      ),
  ],
  [
    'a non-minimal length',
    'strict_der',
    'non-minimal length',
    () =>
      concat(
        fromHex('3083'),
        Uint8Array.of(0, sequence(...good).length >> 8, sequence(...good).length & 0xff),
        concat(...good),
      ),
  ],
  [
    'an indefinite length',
    'strict_der',
    'indefinite length',
    () => concat(fromHex('3080'), ...good, fromHex('0000')),
  ],
  [
    'octets after the end',
    'strict_der',
    'octets after the end',
    () => concat(sequence(...good), Uint8Array.of(0)),
  ],
]

test.each(defects)('%s is found by %s', (_, rule, message, make) => {
  const findings = findInTbs(make(), ca.issuer, leaf, key)
  expect(findings.map((finding) => finding.rule)).toContain(rule)
  expect(findings.find((finding) => finding.rule === rule)?.message).toContain(message)
})

test('a finding is an internal error: the requester is not told, the log is', () => {
  const bad = withPart(SERIAL_AT, integer(0))
  try {
    lintTbs(bad, ca.issuer, leaf, key)
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(LatchkeyError)
    expect(error).toMatchObject({
      code: 'internal',
      message: 'The certificate does not match its profile.',
    })
    expect(String((error as Error).cause)).toContain('serial: The serial number is not positive.')
  }
})

test('each single octet that is changed is found', () => {
  const tbs = sequence(...good)
  const serialAt = tbs.length - concat(...good.slice(SERIAL_AT)).length
  const free = [serialAt + 2, serialAt + (good[SERIAL_AT]?.length ?? 0)] as const
  for (let at = 0; at < tbs.length; at++) {
    // The serial is drawn, not derived: any positive one is as good.
    if (at >= free[0] && at < free[1]) continue
    const changed = tbs.slice()
    changed[at] = (changed[at] ?? 0) ^ 0x80
    expect(findInTbs(changed, ca.issuer, leaf, key), `octet ${at}`).not.toEqual([])
  }
})

describe('certificates of the ceremony', () => {
  const spki = key.spki
  const subject = writeName([['commonName', 'OCSP responder']])
  const parentUrls = parentUrlsAt('http://pki.contoso.example')
  const templates = (): [string, CaTemplate][] => [
    ['root', { kind: 'root', subject, spki, algorithm: 'ecdsa-sha256', pathLength: 0 }],
    ['issuing CA', { kind: 'issuing-ca', subject, spki, parent: ca.issuer, urls: parentUrls }],
    ['OCSP responder', { kind: 'ocsp-responder', subject, spki, parent: ca.issuer }],
    ['profile signer', { kind: 'profile-signer', subject, spki, parent: ca.issuer }],
  ]

  test('pass as they are built', () => {
    for (const [name, template] of templates()) {
      const tbs = buildCaTbs(template, SERIAL, YEAR)
      expect(findInCaTbs(tbs, template), name).toEqual([])
      expect(lintCaTbs(tbs, template).tbs).toBe(tbs)
    }
  })

  test('do not pass for one another', () => {
    for (const [built, from] of templates()) {
      for (const [wanted, template] of templates()) {
        const found = findInCaTbs(buildCaTbs(from, SERIAL, YEAR), template)
        expect(found.length > 0, `${built} for ${wanted}`).toBe(built !== wanted)
      }
    }
  })

  test('do not outlive the CA above', () => {
    const [, , responder] = templates()
    const template = responder?.[1] as CaTemplate
    const late = { ...YEAR, notAfter: new Date('2040-01-01T00:00:00Z') }
    expect(() => lintCaTbs(buildCaTbs(template, SERIAL, late), template)).toThrow(
      'The certificate does not match its profile.',
    )
  })

  describe('name where to ask about what is above', () => {
    const urls = { ...parentUrls }
    const issuing = (change: Partial<typeof urls> = {}): CaTemplate => ({
      ...({ kind: 'issuing-ca', subject, spki, parent: ca.issuer } as const),
      urls: { ...urls, ...change },
    })

    test.each(['caIssuers', 'ocsp', 'crl'] as const)('and nowhere else: %s', (name) => {
      const built = buildCaTbs(issuing({ [name]: 'http://elsewhere.example/' }), SERIAL, YEAR)
      expect(findInCaTbs(built, issuing())).toContainEqual({
        rule: 'locations',
        message: 'A location of the CA above is not ours.',
      })
    })

    test.each(['caIssuers', 'ocsp', 'crl'] as const)('over plain http: %s', (name) => {
      const template = issuing({ [name]: 'https://pki.contoso.example/' })
      expect(findInCaTbs(buildCaTbs(template, SERIAL, YEAR), template)).toEqual([
        {
          rule: 'locations',
          message: 'What concerns the CA above is not offered over plain http.',
        },
      ])
    })

    test('and a root names none, since nothing is above it', () => {
      const root: CaTemplate = {
        ...{ kind: 'root', subject, spki, algorithm: 'ecdsa-sha256', pathLength: 0 },
      }
      expect(findInCaTbs(buildCaTbs(issuing(), SERIAL, YEAR), root)).toContainEqual({
        rule: 'locations',
        message: 'A root, and a responder that is not asked about, name no status of their own.',
      })
    })
  })
})
