import { type KeyObject, sign } from 'node:crypto'
import { concat } from '#lib/pki/asn1/bytes.ts'
import {
  bitString,
  context,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
  tlv,
  utf8String,
} from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { BAD_SIGNATURE, type CsrCase, HONEST, MALFORMED, refused, wishCase } from './case.ts'
import { attribute, makeCsr, signInfo, spkiOf, writeInfo } from './make-csr.ts'

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

/** One arc of an OID without an end in sight. */
const LONG_ARC = new Uint8Array(8_000).fill(0x81).with(7_999, 1)

const derCases: readonly CsrCase[] = [
  damaged('ENC-10', 'a length that is not minimal', (der) => {
    const inner = content(der)
    return concat(Uint8Array.of(0x30, 0x83, 0, inner.length >> 8, inner.length & 0xff), inner)
  }),
  damaged('ENC-10', 'an indefinite length', (der) =>
    concat(Uint8Array.of(0x30, 0x80), content(der), Uint8Array.of(0, 0)),
  ),
  damaged('ENC-09', 'octets after the end', (der) => concat(der, Uint8Array.of(0, 0, 0, 0))),
  damaged('ENC-10', 'the high-tag form of a low tag', (der) =>
    concat(Uint8Array.of(0x3f, 0x10), der.subarray(1)),
  ),
  damaged('ENC-10', 'half of the request', (der) => der.subarray(0, der.length >> 1)),
  damaged('ENC-09', 'two requests in a row', (der) => concat(der, der)),
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
  wishCase(
    'ENC-12',
    'an OID with an arc of 8,000 octets',
    { attributes: [sequence(tlv(0x06, Uint8Array.of(0x2a), LONG_ARC), setOf(nullValue()))] },
    MALFORMED,
  ),
  wishCase(
    'ENC-12',
    'an OID that is extensionRequest in its lower 32 bits',
    { attributes: [attribute(`1.2.840.113549.1.9.${2 ** 32 + 14}`, sequence())] },
    refused('attribute'),
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

export const ENCODING_CASES: readonly CsrCase[] = [...derCases, ...limitCases, ...signatureCases]
