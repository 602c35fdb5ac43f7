import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LatchkeyError } from '#lib/errors.ts'
import { fromHex, toHex } from './bytes.ts'
import {
  childrenOf,
  contentOf,
  type DerNode,
  parseDer,
  readOctetAlignedBits,
  readOid,
  readPositiveInteger,
  readSmallInteger,
  splitSequence,
  TAG,
} from './der.ts'
import { tlv } from './der-write.ts'

const parse = (hex: string) => parseDer(fromHex(hex))

test('an element is read with its tag, its content and its children', () => {
  const node = parse('30080201050403616263')
  expect(node.tag).toBe(TAG.sequence)
  expect(node.children.map((child) => [child.tag, toHex(child.value), toHex(child.bytes)])).toEqual(
    [
      [0x02, '05', '020105'],
      [0x04, '616263', '0403616263'],
    ],
  )
})

describe('refused as not DER', () => {
  const cases: [string, string, string][] = [
    ['nothing', '', 'truncated'],
    ['a tag alone', '30', 'truncated'],
    ['a length that reaches too far', '0405616263', 'truncated'],
    ['a child that reaches out of its parent', '3003040261626300', 'truncated'],
    ['half a length', '0482ff', 'truncated'],
    ['octets after the end', '050000', 'octets after the end'],
    ['an indefinite length', '30800000', 'an indefinite length'],
    ['a long form for a short length', '04810100', 'a non-minimal length'],
    ['a length with a leading zero', `04820080${'00'.repeat(128)}`, 'a non-minimal length'],
    ['a length of five octets', '04850000000001', 'a length of more than four octets'],
    ['a high tag number', '1f0100', 'a high tag number'],
    ['an end of contents', '0000', 'an end-of-contents tag'],
    ['a BOOLEAN of 01', '010101', 'a BOOLEAN that is neither 00 nor FF'],
    ['a BOOLEAN of two octets', '0102ffff', 'a BOOLEAN that is neither 00 nor FF'],
    ['an empty INTEGER', '0200', 'an empty INTEGER'],
    ['an INTEGER with leading zeros', '0202007f', 'an INTEGER with leading zeros'],
    ['an INTEGER with leading ones', '0202ff80', 'an INTEGER with leading ones'],
    ['a NULL with content', '050100', 'a NULL with content'],
    ['an empty BIT STRING', '0300', 'a broken BIT STRING'],
    ['a BIT STRING with 8 unused bits', '03020800', 'a broken BIT STRING'],
    ['a BIT STRING with unused bits of nothing', '030103', 'a BIT STRING with unused bits set'],
    ['a BIT STRING with unused bits set', '03020101', 'a BIT STRING with unused bits set'],
    ['an empty OID', '0600', 'an empty or overlong OID'],
    ['an OID with a padded arc', '06032a8001', 'an OID with a padded arc'],
    ['an OID with a padded first arc', '06028001', 'an OID with a padded arc'],
    ['an OID that ends in the middle', '06022a86', 'an OID that ends in the middle of an arc'],
    ['a constructed OCTET STRING', '24040402abcd', 'the wrong form for its type'],
    ['a primitive SEQUENCE', '1000', 'the wrong form for its type'],
    ['a SET that is not in order', '3106020102020101', 'a SET OF that is not in order'],
  ]
  test.each(cases)('%s', (_, hex, reason) => {
    expect(() => parse(hex)).toThrowError(
      expect.objectContaining({
        code: 'malformed_request',
        message: `This is not DER: ${reason}.`,
      }),
    )
  })
})

describe('limits', () => {
  const nest = (depth: number) => {
    let value = tlv(TAG.null)
    for (let i = 0; i < depth; i++) value = tlv(TAG.sequence, value)
    return value
  }
  test('sixteen levels, not more', () => {
    expect(parseDer(nest(15)).tag).toBe(TAG.sequence)
    expect(() => parseDer(nest(16))).toThrowError('This is not DER: nested too deep.')
  })

  test('a thousand elements, not more', () => {
    const list = (count: number) =>
      tlv(
        TAG.sequence,
        new Uint8Array(2 * count).map((_, i) => (i % 2 ? 0 : 5)),
      )
    expect(parseDer(list(999)).children).toHaveLength(999)
    expect(() => parseDer(list(1_000))).toThrowError('This is not DER: too many elements.')
  })

  test('16 KiB, not more', () => {
    expect(parseDer(tlv(TAG.octetString, new Uint8Array(16_380))).tag).toBe(TAG.octetString)
    expect(() => parseDer(tlv(TAG.octetString, new Uint8Array(16_381)))).toThrowError(
      'This is not DER: longer than 16384 octets.',
    )
  })
})

describe('single values', () => {
  const malformed = (message: string) =>
    expect.objectContaining({ code: 'malformed_request', message })

  test('an OID, the second arc above 39 too', () => {
    expect(readOid(parse('06092a864886f70d01010b'))).toBe('1.2.840.113549.1.1.11')
    expect(readOid(parse('0603883703'))).toBe('2.999.3')
    expect(() => readOid(parse('0500'))).toThrowError(
      malformed('This is not DER: tag 06 expected.'),
    )
  })

  test('a small INTEGER', () => {
    expect(readSmallInteger(parse('020100'))).toBe(0)
    expect(readSmallInteger(parse('02047fffffff'))).toBe(0x7fffffff)
    for (const hex of ['0201ff', '02050080000000']) {
      expect(() => readSmallInteger(parse(hex))).toThrowError('a small INTEGER expected')
    }
  })

  test('a positive INTEGER without its sign octet', () => {
    expect(toHex(readPositiveInteger(parse('02020080')))).toBe('80')
    expect(toHex(readPositiveInteger(parse('020100')))).toBe('00')
    expect(() => readPositiveInteger(parse('020180'))).toThrowError('a positive INTEGER expected')
  })

  test('a BIT STRING of whole octets', () => {
    expect(toHex(readOctetAlignedBits(parse('030300abcd')))).toBe('abcd')
    expect(() => readOctetAlignedBits(parse('030201aa'))).toThrowError('of whole octets expected')
  })

  test('children and content of another type', () => {
    expect(() => childrenOf(parse('0500'), TAG.sequence)).toThrowError('tag 30 expected')
    expect(() => contentOf(undefined, TAG.octetString)).toThrowError('tag 04 expected')
  })
})

describe('the parts of a SEQUENCE, not looked into', () => {
  test('even where a part is broken', () => {
    const parts = splitSequence(fromHex('300702020001030101'))
    expect(parts.map(({ tag, value }) => [tag, toHex(value)])).toEqual([
      [0x02, '0001'],
      [0x03, '01'],
    ])
  })

  test('of nothing else', () => {
    expect(() => splitSequence(fromHex('3100'))).toThrowError('a SEQUENCE expected')
    expect(() => splitSequence(fromHex('30030405'))).toThrowError('truncated')
  })
})

describe('properties', () => {
  test('octets that are accepted are what the writer makes of the tree', () => {
    const write = (node: DerNode): Uint8Array =>
      (node.tag & 0x20) === 0
        ? tlv(node.tag, node.value)
        : tlv(node.tag, ...node.children.map(write))
    // Small alphabets, so that many of the octet strings are DER by chance.
    const octet = fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 0x30, 0x31, 0x80, 0x81, 0xa0, 0xff)
    let accepted = 0
    fc.assert(
      fc.property(fc.array(octet, { maxLength: 12 }), (octets) => {
        const bytes = Uint8Array.from(octets)
        try {
          expect(toHex(write(parseDer(bytes)))).toBe(toHex(bytes))
          accepted++
        } catch (error) {
          expect(error).toBeInstanceOf(LatchkeyError)
        }
      }),
      { numRuns: 5_000, seed: 1 },
    )
    expect(accepted).toBeGreaterThan(50)
  })

  test('what the writer makes of any tree is read back', () => {
    const { tree } = fc.letrec<{ tree: Uint8Array }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.uint8Array({ maxLength: 200 }).map((value) => tlv(TAG.octetString, value)),
        fc.array(tie('tree'), { maxLength: 3 }).map((parts) => tlv(TAG.sequence, ...parts)),
        fc.array(tie('tree'), { maxLength: 3 }).map((parts) => tlv(0xa3, ...parts)),
      ),
    }))
    const limits = { bytesMax: 1e6, depthMax: 100, nodesMax: 1e5 }
    fc.assert(
      fc.property(tree, (der) => {
        expect(parseDer(der, limits).bytes).toEqual(der)
      }),
    )
  })
})
