import { type KeyObject, sign } from 'node:crypto'
import { concat } from '#lib/pki/bytes.ts'
import {
  bitString,
  bmpString,
  context,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
  tlv,
  utf8String,
} from '#lib/pki/der-write.ts'
import { OID } from '#lib/pki/oid.ts'
import { BAD_SIGNATURE, type CsrCase, HONEST, MALFORMED, refused, wishCase } from './case.ts'
import {
  attribute,
  commonNameOf,
  extension,
  makeCsr,
  signInfo,
  spkiOf,
  upnName,
  writeInfo,
} from './make-csr.ts'

/** ENC: what is wrong with the octets, whatever they ask for. */

const honest = (key: KeyObject) => makeCsr({ ...HONEST, key }).der
const text = (value: string) => new TextEncoder().encode(value)

/** Changes the finished request, which its signature does not cover or no longer fits. */
function damaged(
  id: string,
  title: string,
  damage: (der: Uint8Array) => Uint8Array,
  expect: CsrCase['expect'] = MALFORMED,
): CsrCase {
  return { id, title, build: (key) => damage(honest(key)), expect }
}

/** Signs a CertificationRequestInfo that is not as it should be. */
function withInfo(
  id: string,
  title: string,
  info: (key: KeyObject) => Uint8Array,
  expect: CsrCase['expect'] = MALFORMED,
): CsrCase {
  return { id, title, build: (key) => signInfo(info(key), key), expect }
}

/** Puts another signature into an honest request. */
function withSignature(id: string, title: string, value: Uint8Array): CsrCase {
  const build = (key: KeyObject) =>
    sequence(writeInfo(HONEST, key), sequence(oid(OID.ecdsaWithSha256)), value)
  return { id, title, build, expect: BAD_SIGNATURE }
}

/** The content of the outer SEQUENCE; its header has four octets for any request of 256 to 65535. */
const content = (der: Uint8Array) => der.subarray(der[1] === 0x81 ? 3 : 4)

const nested = (depth: number) => {
  let value: Uint8Array = nullValue()
  for (let i = 0; i < depth; i++) value = sequence(value)
  return value
}

const P256_ORDER = Buffer.from(
  'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  'hex',
)

const ecdsa = (r: Uint8Array | number, s: Uint8Array | number) =>
  bitString(sequence(integer(r), integer(s)))

const many = (count: number, one: (index: number) => Uint8Array) =>
  Array.from({ length: count }, (_, index) => one(index))

const derCases: readonly CsrCase[] = [
  damaged('ENC-10', 'a length that is not minimal', (der) => {
    const inner = content(der)
    return concat(Uint8Array.of(0x30, 0x83, 0, inner.length >> 8, inner.length & 0xff), inner)
  }),
  damaged('ENC-10', 'an indefinite length', (der) =>
    concat(Uint8Array.of(0x30, 0x80), content(der), Uint8Array.of(0, 0)),
  ),
  damaged('ENC-10', 'octets after the end', (der) => concat(der, Uint8Array.of(0, 0, 0, 0))),
  damaged('ENC-10', 'the high-tag form of a low tag', (der) =>
    concat(Uint8Array.of(0x3f, 0x10), der.subarray(1)),
  ),
  damaged('ENC-10', 'half of the request', (der) => der.subarray(0, der.length >> 1)),
  damaged('ENC-10', 'two requests in a row', (der) => concat(der, der)),
  damaged('ENC-10', 'no SEQUENCE at all', () => Uint8Array.of(0x31, 0)),
  damaged('ENC-10', 'an empty SEQUENCE', () => sequence()),
  wishCase(
    'ENC-10',
    'a BOOLEAN TRUE that is 01',
    {
      extensions: [
        sequence(
          oid(OID.keyUsage),
          tlv(0x01, Uint8Array.of(1)),
          octetString(Uint8Array.of(3, 2, 7, 0x80)),
        ),
      ],
    },
    MALFORMED,
  ),
  wishCase(
    'ENC-10',
    'a BOOLEAN FALSE that is its default',
    {
      extensions: [
        sequence(
          oid(OID.keyUsage),
          tlv(0x01, Uint8Array.of(0)),
          octetString(Uint8Array.of(3, 2, 7, 0x80)),
        ),
      ],
    },
    MALFORMED,
  ),
  wishCase(
    'ENC-10',
    'a version with leading zeros',
    { version: Uint8Array.of(2, 2, 0, 0) },
    MALFORMED,
  ),
  withInfo('ENC-10', 'attributes that are not sorted', (key) =>
    sequence(
      integer(0),
      sequence(),
      spkiOf(key),
      context(
        0,
        attribute(OID.challengePassword, utf8String('longer, so it goes last')),
        attribute(OID.unstructuredName, utf8String('x')),
      ),
    ),
  ),
  withInfo('ENC-10', 'an attribute whose values are not sorted', (key) =>
    sequence(
      integer(0),
      sequence(),
      spkiOf(key),
      context(0, sequence(oid(OID.unstructuredName), tlv(0x31, utf8String('b'), utf8String('a')))),
    ),
  ),
  withInfo('ENC-10', 'no attributes field', (key) => sequence(integer(0), sequence(), spkiOf(key))),
  wishCase(
    'ENC-11',
    'nesting of 101',
    { attributes: [attribute(OID.unstructuredName, nested(101))] },
    MALFORMED,
  ),
  wishCase(
    'ENC-11',
    'nesting of 3,000',
    { attributes: [attribute(OID.unstructuredName, nested(3_000))] },
    MALFORMED,
  ),
  wishCase('ENC-14', 'version 1', { version: integer(1) }, MALFORMED),
  wishCase('ENC-14', 'version -1', { version: Uint8Array.of(2, 1, 0xff) }, MALFORMED),
  wishCase(
    'ENC-14',
    'a version of 21 octets',
    { version: integer(new Uint8Array(21).fill(1)) },
    MALFORMED,
  ),
]

const limitCases: readonly CsrCase[] = [
  wishCase(
    'ENC-01',
    'more than 16 KiB',
    { attributes: [attribute(OID.unstructuredName, utf8String('x'.repeat(16_384)))] },
    { status: 413, code: 'payload_too_large' },
  ),
  wishCase(
    'ENC-13',
    'a SAN with 9 names',
    { names: many(8, () => tlv(0x82, text('a.example'))) },
    refused('san_count'),
  ),
  wishCase(
    'ENC-13',
    'a SAN with 5,000 names',
    { names: many(5_000, () => tlv(0x82, text('a'))) },
    refused('san_count'),
  ),
  wishCase(
    'ENC-13',
    '17 attributes',
    { attributes: many(17, (i) => attribute(`1.2.3.${i}`, nullValue())) },
    refused('attribute'),
  ),
  wishCase(
    'ENC-13',
    '1,500 attributes',
    { attributes: many(1_500, () => attribute('1.2.3', nullValue())) },
    refused('attribute'),
  ),
  wishCase(
    'ENC-13',
    '500 RDNs',
    {
      subject: sequence(...many(500, () => setOf(sequence(oid(OID.commonName), utf8String('a'))))),
    },
    refused('subject'),
  ),
]

const SAN = extension(OID.subjectAltName, sequence(tlv(0x82, text('a.example'))))

const extensionCases: readonly CsrCase[] = [
  wishCase('ENC-16', 'two SAN extensions', { extensions: [SAN] }, refused('duplicate_extension')),
  wishCase(
    'ENC-17',
    'an empty EKU',
    { extensions: [extension(OID.extendedKeyUsage, sequence())] },
    refused('extended_key_usage'),
  ),
  {
    id: 'ENC-17',
    title: 'an empty SAN SEQUENCE',
    build: (key) =>
      makeCsr({ commonName: 'a', extensions: [extension(OID.subjectAltName, sequence())], key })
        .der,
    expect: refused('san_count'),
  },
  {
    id: 'ENC-17',
    title: 'an empty list of extensions',
    build: (key) =>
      makeCsr({ commonName: 'a', attributes: [attribute(OID.extensionRequest, sequence())], key })
        .der,
    expect: refused('extension_request'),
  },
  {
    id: 'ENC-17',
    title: 'an extensionRequest without a value',
    build: (key) =>
      makeCsr({ commonName: 'a', attributes: [attribute(OID.extensionRequest)], key }).der,
    expect: refused('extension_request'),
  },
  wishCase(
    'ENC-17',
    'an extension with an empty OCTET STRING',
    { extensions: [extension(OID.keyUsage, new Uint8Array())] },
    refused('extension'),
  ),
  wishCase(
    'ENC-16',
    'two extensionRequest attributes',
    {
      attributes: [
        attribute(
          OID.extensionRequest,
          sequence(extension(OID.extendedKeyUsage, sequence(oid(OID.clientAuth)))),
        ),
      ],
    },
    refused('duplicate_attribute'),
  ),
  {
    id: 'ENC-16',
    title: 'one extensionRequest with two values',
    build: (key) =>
      makeCsr({
        commonName: 'a',
        attributes: [
          attribute(
            OID.extensionRequest,
            sequence(SAN),
            sequence(extension(OID.extendedKeyUsage, sequence(oid(OID.clientAuth)))),
          ),
        ],
        key,
      }).der,
    expect: refused('extension_request'),
  },
  wishCase(
    'ENC-16',
    "Microsoft's own extensionRequest",
    { attributes: [attribute(OID.microsoftExtensionRequest, sequence(SAN))] },
    refused('extension_request'),
  ),
  wishCase(
    'ENC-16',
    'two challenge passwords',
    { challengePassword: 'a', attributes: [attribute(OID.challengePassword, utf8String('b'))] },
    refused('duplicate_attribute'),
  ),
  wishCase(
    'ENC-16',
    'an unknown attribute',
    { attributes: [attribute('1.2.3.4', nullValue())] },
    refused('attribute'),
  ),
]

const upn = (title: string, id: string, name: Uint8Array): CsrCase => ({
  id,
  title,
  build: (key) => makeCsr({ commonName: HONEST.commonName, names: [name], key }).der,
  expect: refused('upn_encoding'),
})

const UPN = utf8String(HONEST.upn)

const upnCases: readonly CsrCase[] = [
  upn(
    'a UPN with a second string behind it',
    'ENC-19',
    context(0, oid(OID.userPrincipalName), context(0, UPN, utf8String('ceo@contoso.example'))),
  ),
  upn(
    'a UPN with a second value behind it',
    'ENC-19',
    context(0, oid(OID.userPrincipalName), context(0, UPN), context(0, UPN)),
  ),
  upn('a UPN wrapped in a SEQUENCE', 'ENC-19', upnName(sequence(UPN))),
  upn(
    'a UPN with an IMPLICIT tag',
    'ENC-19',
    context(0, oid(OID.userPrincipalName), tlv(0x80, text(HONEST.upn))),
  ),
  upn('a UPN without a value', 'ENC-19', context(0, oid(OID.userPrincipalName))),
  upn('a UPN as BMPString', 'ENC-20', upnName(bmpString(HONEST.upn))),
  ...Object.entries({
    PrintableString: 0x13,
    T61String: 0x14,
    IA5String: 0x16,
    UniversalString: 0x1c,
  }).map(([type, tag]) => upn(`a UPN as ${type}`, 'ENC-20', upnName(tlv(tag, text(HONEST.upn))))),
]

/** Octets that no name needs, by what they are. */
const HOSTILE_TEXTS: readonly (readonly [string, Uint8Array])[] = [
  ['NUL', text('alice\u0000@contoso.example')],
  ['U+200B', text('alice\u200b@contoso.example')],
  ['U+202E', text('alice\u202e@contoso.example')],
  ['U+2066', text('alice\u2066@contoso.example')],
  ['a line end', text('alice\r\n@contoso.example')],
  ['a tab', text('alice\t@contoso.example')],
  ['a no-break space', text('alice@contoso.example\u00a0')],
  ['a zero-width joiner', text('ali\u200dce@contoso.example')],
  ['a byte order mark', text('\ufeffalice@contoso.example')],
  ['a lone surrogate', Uint8Array.of(0x61, 0xed, 0xa0, 0x80)],
  ['overlong UTF-8', Uint8Array.of(0xc1, 0xa1)],
  ['half a character', Uint8Array.of(0x61, 0xc3)],
  ['Latin-1', Uint8Array.of(0x61, 0xe4)],
]

const textCases: readonly CsrCase[] = HOSTILE_TEXTS.flatMap(([what, octets]) => [
  wishCase(
    'ENC-22',
    `${what} in the CN`,
    { subject: commonNameOf(tlv(0x0c, octets)) },
    refused('hostile_text'),
  ),
  {
    id: 'ENC-22',
    title: `${what} in the UPN`,
    build: (key: KeyObject) =>
      makeCsr({ commonName: 'a', names: [upnName(tlv(0x0c, octets))], key }).der,
    expect: refused('hostile_text'),
  },
  {
    id: 'ENC-22',
    title: `${what} in the URI`,
    build: (key: KeyObject) => makeCsr({ commonName: 'a', names: [tlv(0x86, octets)], key }).der,
    expect: refused('hostile_text'),
  },
])

const cn = (value: string) => sequence(oid(OID.commonName), utf8String(value))

const subjectCases: readonly CsrCase[] = [
  wishCase(
    'ENC-23',
    'two RDNs with a CN each',
    { subject: sequence(setOf(cn('a')), setOf(cn('b'))) },
    refused('subject'),
  ),
  wishCase(
    'ENC-23',
    'one RDN with two CNs',
    { subject: sequence(setOf(cn('a'), cn('b'))) },
    refused('subject'),
  ),
  wishCase(
    'ENC-23',
    'a CN and an O',
    {
      subject: sequence(
        setOf(cn('a')),
        setOf(sequence(oid(OID.organizationName), utf8String('b'))),
      ),
    },
    refused('subject'),
  ),
  wishCase(
    'ENC-23',
    'an e-mail address in place of a CN',
    { subject: sequence(setOf(sequence(oid(OID.emailAddress), tlv(0x16, text('a@b.example'))))) },
    refused('subject'),
  ),
  wishCase('ENC-23', 'an empty CN', { commonName: '' }, refused('subject')),
  wishCase('ENC-23', 'a CN of 65 characters', { commonName: 'x'.repeat(65) }, refused('subject')),
  wishCase(
    'ENC-23',
    'a CN as T61String',
    { subject: commonNameOf(tlv(0x14, text('Alice'))) },
    refused('subject'),
  ),
  wishCase(
    'ENC-23',
    'a CN as IA5String',
    { subject: commonNameOf(tlv(0x16, text('Alice'))) },
    refused('subject'),
  ),
  wishCase(
    'ENC-23',
    'a CN as UniversalString',
    { subject: commonNameOf(tlv(0x1c, Uint8Array.of(0, 0, 0, 0x61))) },
    refused('subject'),
  ),
  wishCase(
    'ENC-23',
    'a PrintableString with "@"',
    { subject: commonNameOf(tlv(0x13, text('a@b'))) },
    refused('subject'),
  ),
  wishCase(
    'ENC-23',
    'a BMPString with half a character',
    { subject: commonNameOf(tlv(0x1e, Uint8Array.of(0, 0x61, 0))) },
    refused('hostile_text'),
  ),
  wishCase(
    'ENC-23',
    'a BMPString with a surrogate',
    { subject: commonNameOf(tlv(0x1e, Uint8Array.of(0xd8, 0))) },
    refused('hostile_text'),
  ),
]

const signatureCases: readonly CsrCase[] = [
  ...many7((unused) => ({
    id: 'ENC-26',
    title: `a signature with ${unused} bits left over`,
    build: (key: KeyObject) => {
      const info = writeInfo(HONEST, key)
      const value = tlv(0x03, Uint8Array.of(unused), new Uint8Array(sign('sha256', info, key)))
      return sequence(info, sequence(oid(OID.ecdsaWithSha256)), value)
    },
    expect: BAD_SIGNATURE,
  })),
  withSignature('ENC-26', 'r = 0', ecdsa(0, 1)),
  withSignature('ENC-26', 's = 0', ecdsa(1, 0)),
  withSignature('ENC-26', 'r = n', ecdsa(P256_ORDER, 1)),
  withSignature('ENC-26', 's = n', ecdsa(1, P256_ORDER)),
  withSignature('ENC-26', 's of 2,000 octets', ecdsa(1, new Uint8Array(2_000).fill(0x55))),
  withSignature('ENC-26', 'r < 0', bitString(sequence(tlv(2, Uint8Array.of(0x80)), integer(1)))),
  withSignature('ENC-26', 'three numbers', bitString(sequence(integer(1), integer(1), integer(1)))),
  withSignature('ENC-26', 'octets that are no DER', bitString(new Uint8Array(64).fill(7))),
  withSignature('ENC-26', 'an empty signature', bitString(new Uint8Array())),
]

function many7(one: (unused: number) => CsrCase): readonly CsrCase[] {
  return [1, 2, 3, 4, 5, 6, 7].map(one)
}

export const ENCODING_CASES: readonly CsrCase[] = [
  ...derCases,
  ...limitCases,
  ...extensionCases,
  ...upnCases,
  ...textCases,
  ...subjectCases,
  ...signatureCases,
]
