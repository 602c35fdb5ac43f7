import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from './bytes.ts'
import { parseDer, readOid, readPositiveInteger, readSmallInteger } from './der.ts'
import {
  bitString,
  bmpString,
  booleanTrue,
  context,
  contextPrimitive,
  enumerated,
  generalizedTime,
  ia5String,
  integer,
  namedBits,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  tlv,
  utf8String,
} from './der-write.ts'

const hex = (value: Uint8Array) => toHex(value)
const now = new Date('2026-11-22T12:34:56.789Z')

describe('one element', () => {
  const elements: [string, Uint8Array, string][] = [
    ['an INTEGER 0', integer(0), '020100'],
    ['an INTEGER 127', integer(127), '02017f'],
    ['an INTEGER 128', integer(128), '02020080'],
    ['an INTEGER of 2^40', integer(2 ** 40), '0206010000000000'],
    ['a magnitude with leading zeros', integer(Uint8Array.of(0, 0, 0x80)), '02020080'],
    ['a magnitude of zeros', integer(Uint8Array.of(0, 0)), '020100'],
    ['an empty magnitude', integer(new Uint8Array()), '020100'],
    ['an ENUMERATED', enumerated(4), '0a0104'],
    ['TRUE', booleanTrue(), '0101ff'],
    ['NULL', nullValue(), '0500'],
    ['an OID', oid('1.2.840.113549.1.1.11'), '06092a864886f70d01010b'],
    ['an OID under 2.999', oid('2.999.3'), '0603883703'],
    ['an OCTET STRING', octetString(Uint8Array.of(1)), '040101'],
    ['a BIT STRING', bitString(Uint8Array.of(0xab)), '030200ab'],
    ['no named bits', namedBits([]), '030100'],
    ['named bits 0 and 2', namedBits([0, 2]), '030205a0'],
    ['named bit 8', namedBits([8]), '0303070080'],
    ['a UTF8String', utf8String('é'), '0c02c3a9'],
    ['a BMPString', bmpString('aé'), '1e04006100e9'],
    ['an IA5String', ia5String('a'), '160161'],
    ['a URI', ia5String('a', 0x86), '860161'],
    ['[1] constructed', context(1, nullValue()), 'a10205 00'.replace(' ', '')],
    ['[2] primitive', contextPrimitive(2, Uint8Array.of(7)), '820107'],
    ['a SET OF, sorted', setOf(integer(2), integer(1)), '3106020101020102'],
    ['UTCTime', time(now), '170d3236313132323132333435365a'],
    [
      'GeneralizedTime from 2050',
      time(new Date('2050-01-01T00:00:00Z')),
      '180f32303530303130313030303030305a',
    ],
    [
      'GeneralizedTime without fractions',
      generalizedTime(now),
      '180f32303236313132323132333435365a',
    ],
  ]
  test.each(elements)('%s', (_, element, expected) => expect(hex(element)).toBe(expected))

  test.each([
    0, 127, 128, 255, 256, 65_535, 65_536, 16_777_216,
  ])('a length of %i is minimal', (length) => {
    const limits = { bytesMax: 2 ** 25, depthMax: 1, nodesMax: 1 }
    expect(parseDer(tlv(0x04, new Uint8Array(length)), limits).value).toHaveLength(length)
  })
})

test.each(['ä', 'a b', 'a\u0000', '\u0141', '😀'])('"%s" is no IA5String', (text) => {
  expect(() => ia5String(text)).toThrowError(
    expect.objectContaining({
      code: 'malformed_request',
      message: 'This text is not visible ASCII.',
    }),
  )
})

describe('properties: what is written is read back', () => {
  test('INTEGER', () => {
    fc.assert(
      fc.property(fc.nat(), fc.bigInt({ min: 1n, max: 2n ** 200n }), (small, large) => {
        expect(readSmallInteger(parseDer(integer(small)))).toBe(small)
        const text = large.toString(16)
        const magnitude = new Uint8Array(
          Buffer.from(text.padStart(text.length + (text.length % 2), '0'), 'hex'),
        )
        expect(hex(readPositiveInteger(parseDer(integer(magnitude))))).toBe(hex(magnitude))
      }),
    )
  })

  test('OID', () => {
    const dotted = fc
      .tuple(fc.constantFrom(0, 1, 2), fc.nat({ max: 39 }), fc.array(fc.nat(), { maxLength: 5 }))
      .map(([root, second, rest]) => [root, second, ...rest].join('.'))
    fc.assert(
      fc.property(dotted, (id) => {
        expect(readOid(parseDer(oid(id)))).toBe(id)
      }),
    )
  })
})

test('OpenSSL reads it all', () => {
  const der = sequence(
    integer(5),
    oid('1.2.840.113549'),
    utf8String('é'),
    time(now),
    setOf(nullValue()),
    context(0, booleanTrue()),
  )
  const text = execFileSync('openssl', ['asn1parse', '-inform', 'DER'], { input: der }).toString()
  for (const part of [
    'INTEGER           :05',
    'RSA Data Security, Inc.',
    'UTF8STRING',
    '261122123456Z',
    'NULL',
    'cont [ 0 ]',
  ]) {
    expect(text).toContain(part)
  }
})
