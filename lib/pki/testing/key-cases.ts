import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { concat } from '#lib/pki/asn1/bytes.ts'
import {
  bitString,
  context,
  integer,
  nullValue,
  oid,
  sequence,
  tlv,
} from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import {
  BAD_SIGNATURE,
  type CsrCase,
  HONEST,
  MALFORMED,
  refused,
  WEAK_KEY,
  wishCase,
} from './case.ts'
import { makeCsr, newKey, type TestKeyType, writeInfo } from './make-csr.ts'
import { CLOSE_PRIMES, ecSpki, ROCA, rsaSpki } from './weak-keys.ts'

/** KEY: keys and signature algorithms. The signature is made by another key: the key is validated first. */

const withSpki = (
  id: string,
  title: string,
  spki: Uint8Array,
  expect: CsrCase['expect'] = WEAK_KEY,
): CsrCase => wishCase(id, title, { spki }, expect)

/** A sound modulus in form only: exactly `bits` long, odd. */
const modulusOf = (bits: number) => (1n << BigInt(bits - 1)) | ((1n << 200n) - 57n)

const SOUND = CLOSE_PRIMES.p * ROCA.p

const rsaCases: readonly CsrCase[] = [
  ...[512, 1024, 2040, 2047, 2049, 2056, 3000, 8192, 16_384, 65_536].map((bits) =>
    withSpki('KEY-01', `RSA of ${bits} bits`, rsaSpki(modulusOf(bits))),
  ),
  ...[
    1n,
    2n,
    3n,
    17n,
    65_535n,
    65_536n,
    65_539n,
    (1n << 32n) + 1n,
    (1n << 3064n) - 1n,
    1n << 2048n,
  ].map((exponent) =>
    withSpki(
      'KEY-02',
      `RSA with an exponent of ${exponent.toString(2).length} bits ending in ${exponent % 100_000n}`,
      rsaSpki(SOUND, exponent),
    ),
  ),
  withSpki('KEY-04', 'RSA with close primes', rsaSpki(CLOSE_PRIMES.p * CLOSE_PRIMES.q)),
  withSpki('KEY-03', 'RSA with one prime twice', rsaSpki(CLOSE_PRIMES.p * CLOSE_PRIMES.p)),
  withSpki('KEY-05', 'RSA of a chip with the ROCA fault', rsaSpki(ROCA.p * ROCA.q)),
  withSpki('KEY-03', 'RSA with the modulus 0', rsaSpki(0n)),
  withSpki('KEY-03', 'RSA with an even modulus', rsaSpki(1n << 2047n)),
  withSpki('KEY-03', 'RSA with the factor 751', rsaSpki(multipleOf(751n))),
  withSpki(
    'KEY-03',
    'RSA with a negative modulus',
    rsaKeyOf(sequence(tlv(2, new Uint8Array(256).fill(0x81)), integer(65_537))),
    MALFORMED,
  ),
  withSpki(
    'KEY-01',
    'RSA without an exponent',
    rsaKeyOf(sequence(integer(new Uint8Array(256).fill(0xff)))),
    MALFORMED,
  ),
  withSpki('KEY-01', 'RSA that is not DER', rsaKeyOf(new Uint8Array(270).fill(9)), MALFORMED),
  withSpki(
    'KEY-01',
    'RSA with parameters',
    sequence(sequence(oid(OID.rsaEncryption), sequence()), bitString(sequence())),
    MALFORMED,
  ),
]

/** The first 2048-bit multiple of a prime that has no smaller factor. */
function multipleOf(prime: bigint): bigint {
  let factor = (1n << 2047n) / prime + 1n
  const small = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n]
  while (small.some((one) => factor % one === 0n)) factor += 1n
  return factor * prime
}

function rsaKeyOf(key: Uint8Array): Uint8Array {
  return sequence(sequence(oid(OID.rsaEncryption), nullValue()), bitString(key))
}

const OTHER_KEYS: readonly (readonly [string, TestKeyType])[] = [
  ['KEY-08', 'ec-p224'],
  ['KEY-08', 'ec-secp256k1'],
  ['KEY-08', 'ec-brainpool'],
  ['KEY-12', 'ed25519'],
  ['KEY-12', 'rsa-pss'],
]

const ML_DSA_44 = '2.16.840.1.101.3.4.3.17'

/** A key that spells out its curve, as OpenSSL writes it when asked to (CVE-2022-0778). */
function explicitP256(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' }).privateKey
}

const P256_X = Buffer.from(
  '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296',
  'hex',
)
const P256_Y = Buffer.from(
  '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  'hex',
)
const P256_P = Buffer.from(
  'ffffffff00000001000000000000000000000000ffffffffffffffffffffffff',
  'hex',
)

const withPoint = (title: string, ...parts: readonly Uint8Array[]): CsrCase =>
  withSpki('KEY-10', title, ecSpki(concat(...parts)), MALFORMED)

const form = (octet: number) => Uint8Array.of(octet)

const ecCases: readonly CsrCase[] = [
  ...OTHER_KEYS.map(
    ([id, type]): CsrCase => ({
      id,
      title: `a key of type ${type}`,
      build: () => makeCsr({ ...HONEST, key: type }).der,
      expect: WEAK_KEY,
    }),
  ),
  withSpki(
    'KEY-08',
    'P-192',
    ecSpki(concat(form(4), new Uint8Array(48)), oid('1.2.840.10045.3.1.1')),
  ),
  withSpki(
    'KEY-09',
    'explicit parameters',
    ecSpki(concat(form(4), P256_X, P256_Y), sequence(integer(1))),
  ),
  withSpki('KEY-09', 'implicit parameters', ecSpki(concat(form(4), P256_X, P256_Y), nullValue())),
  {
    id: 'KEY-09',
    title: 'explicit parameters that are those of P-256',
    build: () => makeCsr({ ...HONEST, key: explicitP256() }).der,
    expect: WEAK_KEY,
  },
  ...Object.entries({ X25519: ['1.3.101.110', 32], 'ML-DSA-44': [ML_DSA_44, 1312] } as const).map(
    ([title, [id, octets]]) =>
      withSpki('KEY-12', title, sequence(sequence(oid(id)), bitString(new Uint8Array(octets)))),
  ),
  withSpki('KEY-12', 'DSA', sequence(sequence(oid('1.2.840.10040.4.1')), bitString(integer(5)))),
  withPoint('infinity', form(0)),
  withPoint('infinity, as long as a point', form(0), P256_X, P256_Y),
  withPoint('a point beside the curve', form(4), P256_X, P256_X),
  withPoint('the point 0, 0', form(4), new Uint8Array(64)),
  withPoint('x = p', form(4), P256_P, P256_Y),
  withPoint('y = p', form(4), P256_X, P256_P),
  withPoint('the hybrid form', form(7), P256_X, P256_Y),
  withPoint('half a point', form(4), P256_X),
  withPoint('a point with an octet too many', form(4), P256_X, P256_Y, form(0)),
  withPoint('a compressed point of no curve', form(2), new Uint8Array(31), form(1)),
  withPoint('a compressed x = p', form(2), P256_P),
  withPoint('no point', new Uint8Array()),
  withSpki(
    'KEY-10',
    'a curve that is missing',
    sequence(sequence(oid(OID.ecPublicKey)), bitString(concat(form(4), P256_X, P256_Y))),
    MALFORMED,
  ),
]

/** The P-256 key that RFC 9500 section 2.3 prints for tests. */
const RFC9500_P256 = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIObLW92AqkWunJXowVR2Z5/+yVPBaFHnEedDk5WJxk/BoAoGCCqGSM49
AwEHoUQDQgAEQiVI+I+3gv+17KN0RFLHKh5Vj71vc75eSOkyMsxFxbFsTNEMTLjV
uKFxOelIgsiZJXKZNCX0FBmrfpCkKklCcg==
-----END EC PRIVATE KEY-----
`

const publishedCase: CsrCase = {
  id: 'KEY-07',
  title: 'a key printed in RFC 9500',
  build: () => makeCsr({ ...HONEST, key: createPrivateKey(RFC9500_P256) }).der,
  expect: WEAK_KEY,
}

/** Names an algorithm that the signature was not made with: it is refused before it is tried. */
const withAlgorithm = (
  title: string,
  algorithm: Uint8Array,
  expect: CsrCase['expect'] = refused('signature_algorithm'),
  key: (given: KeyObject) => KeyObject = (given) => given,
): CsrCase => ({
  id: 'KEY-13',
  title,
  build: (given) =>
    sequence(writeInfo(HONEST, key(given)), algorithm, bitString(new Uint8Array(256))),
  expect,
})

let rsaKey: KeyObject | undefined
const rsa = () => {
  rsaKey ??= newKey('rsa-2048')
  return rsaKey
}

const pss = (hash: string, mask: string, salt: number) =>
  sequence(
    oid(OID.rsassaPss),
    sequence(
      context(0, sequence(oid(hash))),
      context(1, sequence(oid(OID.mgf1), sequence(oid(mask)))),
      context(2, integer(salt)),
    ),
  )

const algorithmCases: readonly CsrCase[] = [
  wishCase('KEY-13', 'ECDSA with SHA-1', { hash: 'sha1' }, refused('signature_algorithm')),
  ...Object.entries({
    'RSA with SHA-1': OID.sha1WithRsa,
    'RSA with MD5': '1.2.840.113549.1.1.4',
    'RSA with MD2': '1.2.840.113549.1.1.2',
    'RSA with SHA-224': '1.2.840.113549.1.1.14',
  }).map(([title, id]) => withAlgorithm(title, sequence(oid(id), nullValue()), undefined, rsa)),
  withAlgorithm(
    'PSS with SHA-1 by default',
    sequence(oid(OID.rsassaPss), sequence()),
    undefined,
    rsa,
  ),
  withAlgorithm('PSS with SHA-1', pss(OID.sha1, OID.sha1, 20), undefined, rsa),
  withAlgorithm('PSS with two hashes', pss(OID.sha256, OID.sha1, 32), undefined, rsa),
  withAlgorithm('PSS with a short salt', pss(OID.sha256, OID.sha256, 0), undefined, rsa),
  withAlgorithm('PSS without parameters', sequence(oid(OID.rsassaPss)), MALFORMED, rsa),
  withAlgorithm(
    'an RSA algorithm on an EC key',
    sequence(oid(OID.sha256WithRsa), nullValue()),
    BAD_SIGNATURE,
  ),
  withAlgorithm(
    'an EC algorithm on an RSA key',
    sequence(oid(OID.ecdsaWithSha256)),
    BAD_SIGNATURE,
    rsa,
  ),
  withAlgorithm(
    'ECDSA with parameters',
    sequence(oid(OID.ecdsaWithSha256), nullValue()),
    MALFORMED,
  ),
  withAlgorithm(
    'an RSA signature that is too short',
    sequence(oid(OID.sha256WithRsa), nullValue()),
    BAD_SIGNATURE,
    () => newKey('rsa-3072'),
  ),
]

export const KEY_CASES: readonly CsrCase[] = [
  ...rsaCases,
  ...ecCases,
  publishedCase,
  ...algorithmCases,
]
