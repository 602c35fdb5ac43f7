import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import { describe, expect, test } from 'vitest'
import { toHex } from '#lib/pki/asn1/bytes.ts'
import { parseDer } from '#lib/pki/asn1/der.ts'
import { bitString, nullValue, oid, sequence } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { newKey, spkiOf } from '#lib/pki/testing/make-csr.ts'
import { CLOSE_PRIMES, ecSpki, ROCA, rsaSpki } from '#lib/pki/testing/weak-keys.ts'
import { PUBLISHED_KEYS } from './key-blocklist.ts'
import { KEY_TYPES, type KeyType, readPublicKey } from './keys.ts'

const read = (spki: Uint8Array) => readPublicKey(parseDer(spki))
const nodeKey = (spki: Uint8Array) =>
  createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })

describe.each(Object.keys(KEY_TYPES) as KeyType[])('a key of type %s', (type) => {
  const spki = spkiOf(newKey(type))

  test('is read, and written as OpenSSL writes it', () => {
    expect(read(spki)).toMatchObject({ type, bits: KEY_TYPES[type].bits })
    expect(toHex(read(spki).spki)).toBe(toHex(spki))
  })

  test('has the thumbprint that jose computes', async () => {
    const jwk = nodeKey(spki).export({ format: 'jwk' })
    expect(read(spki).thumbprint).toBe(await calculateJwkThumbprint({ ...jwk, kty: `${jwk.kty}` }))
  })
})

describe('one key has one form, however it was encoded', () => {
  test.each(['P-256', 'P-384', 'P-521'] as const)('a compressed point of %s', (namedCurve) => {
    // Both signs of y come up in a few keys.
    for (let i = 0; i < 6; i++) {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve })
      const plain = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }))
      const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
      const isOdd = (Buffer.from(y, 'base64url').at(-1) ?? 0) & 1
      const point = Buffer.concat([Uint8Array.of(2 + isOdd), Buffer.from(x, 'base64url')])
      const curves = { 'P-256': OID.p256, 'P-384': OID.p384, 'P-521': OID.p521 }
      const compressed = read(ecSpki(point, oid(curves[namedCurve])))
      expect(compressed).toEqual(read(plain))
      expect(toHex(compressed.spki)).toBe(toHex(plain))
    }
  })

  test('RSA without the NULL', () => {
    const plain = spkiOf(newKey('rsa-2048'))
    const [, bits] = parseDer(plain).children
    const bare = sequence(sequence(oid(OID.rsaEncryption)), bits?.bytes ?? nullValue())
    expect(read(bare)).toEqual(read(plain))
    expect(toHex(read(bare).spki)).toBe(toHex(plain))
  })
})

describe('weak keys', () => {
  const sound = CLOSE_PRIMES.p * ROCA.p
  const keys: [string, Uint8Array, string][] = [
    ['2047 bits', rsaSpki(sound >> 1n), 'RSA keys of 2047 bits are not accepted.'],
    ['exponent 3', rsaSpki(sound, 3n), 'The public exponent of the RSA key is not 65537.'],
    [
      'close primes',
      rsaSpki(CLOSE_PRIMES.p * CLOSE_PRIMES.q),
      'The two primes of the RSA key are too close to each other.',
    ],
    [
      'ROCA',
      rsaSpki(ROCA.p * ROCA.q),
      'The RSA key was made by a chip with the ROCA fault (CVE-2017-15361).',
    ],
    ['an even modulus', rsaSpki(sound - 1n), 'The RSA modulus has a small factor.'],
    [
      'an unknown algorithm',
      sequence(sequence(oid('1.2.3')), bitString(nullValue())),
      'Keys of this kind are not accepted.',
    ],
    ['another curve', spkiOf(newKey('ec-secp256k1')), 'Keys on this curve are not accepted.'],
    [
      'explicit parameters',
      ecSpki(new Uint8Array(65), sequence()),
      'The key spells out its curve in place of naming it.',
    ],
    ['RSA-PSS only', spkiOf(newKey('rsa-pss')), 'The key may be used for RSA-PSS only.'],
  ]
  test.each(keys)('%s', (_, spki, message) => {
    expect(() => read(spki)).toThrowError(
      expect.objectContaining({
        code: 'weak_key',
        message,
        rule: 'key',
        remedy: expect.any(String),
      }),
    )
  })

  test('the two primes of the sound modulus are sound together', () => {
    expect(read(rsaSpki(sound)).type).toBe('rsa-2048')
  })

  test('every check of the largest key takes less than 10 ms', () => {
    const spki = spkiOf(newKey('rsa-4096'))
    const times = [1, 2, 3, 4, 5].map(() => {
      const started = performance.now()
      read(spki)
      return performance.now() - started
    })
    expect(Math.min(...times)).toBeLessThan(10)
  })
})

/** As printed in RFC 7515 A.3, RFC 7638 3.1 and RFC 7517 A.2. */
const PRINTED: readonly [string, JsonWebKey][] = [
  [
    'RFC 7515 appendix A.3',
    {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    },
  ],
  [
    'RFC 7517 appendix A.2',
    {
      kty: 'EC',
      crv: 'P-256',
      x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
      y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
    },
  ],
  [
    'RFC 7517 appendix A.2',
    {
      kty: 'RSA',
      e: 'AQAB',
      n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
    },
  ],
]

test.each(PRINTED)('a key printed in %s is refused', (source, jwk) => {
  const spki = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' })
  expect(() => read(new Uint8Array(spki))).toThrowError(
    expect.objectContaining({
      code: 'weak_key',
      message: `The private half of this key is printed in ${source}.`,
    }),
  )
})

test('every blocked thumbprint is a SHA-256 in base64url', () => {
  for (const thumbprint of PUBLISHED_KEYS.keys()) {
    expect(Buffer.from(thumbprint, 'base64url')).toHaveLength(32)
  }
})
