import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commonNameOf } from '#lib/pki/testing/make-csr.ts'
import { parseDer } from './der.ts'
import { bmpString, oid, sequence, setOf, tlv, utf8String } from './der-write.ts'
import { isHostile } from './hostile-text.ts'
import { readCommonName, readNames } from './name.ts'
import { OID } from './oid.ts'

const read = (name: Uint8Array) => readCommonName(parseDer(name))

describe('the subject of a request', () => {
  const good: [string, Uint8Array, string | null][] = [
    ['empty', sequence(), null],
    ['a UTF8String', commonNameOf(utf8String('Ålice Müller 李')), 'Ålice Müller 李'],
    ['a PrintableString', commonNameOf(tlv(0x13, Buffer.from("O'Hara (IT)"))), "O'Hara (IT)"],
    [
      'a BMPString, as Windows writes "@"',
      commonNameOf(bmpString('jörg@contoso.example')),
      'jörg@contoso.example',
    ],
    ['64 characters outside the BMP', commonNameOf(utf8String('😀'.repeat(64))), '😀'.repeat(64)],
    ['a comma and an equals sign', commonNameOf(utf8String('mine, CN=victim')), 'mine, CN=victim'],
  ]
  test.each(good)('%s', (_, name, commonName) => expect(read(name)).toBe(commonName))

  const bad: [string, Uint8Array, string, string][] = [
    [
      'two RDNs',
      sequence(...[1, 2].map(() => setOf(sequence(oid(OID.commonName), utf8String('a'))))),
      'subject',
      'The subject has more than one name.',
    ],
    [
      'an organisation',
      sequence(setOf(sequence(oid(OID.organizationName), utf8String('a')))),
      'subject',
      'The subject has a name that is not a CN.',
    ],
    [
      'nothing',
      commonNameOf(utf8String('')),
      'subject',
      'The common name has not 1 to 64 characters.',
    ],
    [
      '65 characters',
      commonNameOf(utf8String('é'.repeat(65))),
      'subject',
      'The common name has not 1 to 64 characters.',
    ],
    [
      'T61',
      commonNameOf(tlv(0x14, Buffer.from('a'))),
      'subject',
      'The common name is written in a string type that is not accepted.',
    ],
    [
      'a hidden character',
      commonNameOf(utf8String('ali\u200bce')),
      'hostile_text',
      'The common name has a character that is invisible, a control character or not valid text.',
    ],
  ]
  test.each(bad)('refused: %s', (_, name, rule, message) => {
    expect(() => read(name)).toThrowError(
      expect.objectContaining({ code: 'policy_violation', rule, message }),
    )
  })

  test('a string type that is not accepted comes with the one that is', () => {
    expect(() => read(commonNameOf(tlv(0x14, Buffer.from('a'))))).toThrowError(
      expect.objectContaining({ remedy: expect.stringContaining('UTF8String') }),
    )
  })

  test('is read back whatever text it is, or refused as hostile', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 64 }), (text) => {
        const name = commonNameOf(utf8String(text))
        if (isHostile(text)) expect(() => read(name)).toThrowError(/common name/)
        else expect(read(name)).toBe(text)
      }),
    )
  })
})

describe('hostile text', () => {
  test.each([
    0x00, 0x0a, 0x1f, 0x7f, 0x85, 0xa0, 0xad, 0x200b, 0x200d, 0x202a, 0x202e, 0x2066, 0x2069,
    0x2028, 0xfeff, 0xfffd, 0xfffe, 0x1fffe, 0xe0041,
  ])('U+%s', (code) => {
    expect(isHostile(`a${String.fromCodePoint(code)}b`)).toBe(true)
  })

  test('every control and format character that Unicode knows', () => {
    const missed: string[] = []
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code)
      const bad = /[\p{Control}\p{Format}\p{Surrogate}\p{Zl}\p{Zp}]/u.test(character)
      if (bad && !isHostile(character)) missed.push(code.toString(16))
    }
    expect(missed).toEqual([])
  })

  test('a lone surrogate', () => expect(isHostile('a\ud800')).toBe(true))

  test.each([
    'Ålice O’Hara',
    '山田　太郎',
    'نوال',
    'Zoë ❤️ 😀',
    'a@b.example',
  ])('%s is not', (text) => {
    expect(isHostile(text)).toBe(false)
  })
})

describe('a subject that names nobody', () => {
  const named = (...values: readonly Uint8Array[]) =>
    parseDer(sequence(...values.map((value) => setOf(sequence(oid(OID.organizationName), value)))))

  test('gives every text, of any kind of name', () => {
    const mail = tlv(0x16, Buffer.from('bob@contoso.example'))
    expect(readNames(named(utf8String('Contoso'), mail))).toEqual([
      'Contoso',
      'bob@contoso.example',
    ])
    expect(readNames(parseDer(sequence()))).toEqual([])
  })

  test('is refused with a text that programs read differently', () => {
    expect(() => readNames(named(tlv(0x14, Buffer.from('a'))))).toThrow(
      'The subject is written in a string type',
    )
    expect(() => readNames(named(utf8String('b\u200bob')))).toThrow(
      'The subject has a character that is invisible',
    )
    expect(() => readNames(parseDer(sequence(setOf(sequence(oid(OID.commonName))))))).toThrow(
      'not two parts',
    )
  })
})
