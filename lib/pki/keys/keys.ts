import { sha256 } from '@noble/hashes/sha2.js'
import { LatchkeyError } from '#lib/errors.ts'
import { toBase64Url } from '#lib/pki/asn1/base64.ts'
import { equalBytes } from '#lib/pki/asn1/bytes.ts'
import { malformedCsr, readStrictly } from '#lib/pki/asn1/csr-error.ts'
import {
  childrenOf,
  type DerNode,
  parseDer,
  readOctetAlignedBits,
  readOid,
  readPositiveInteger,
  TAG,
} from '#lib/pki/asn1/der.ts'
import { bitString, integer, nullValue, oid, sequence } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { readPoint, toBigInt, uncompressed } from './ec-point.ts'
import { PUBLISHED_KEYS } from './key-blocklist.ts'
import { type RsaWeakness, rsaWeakness } from './rsa-checks.ts'

/**
 * The keys that we certify, all of them allowed by FIPS 186-5 (RSA from 2048 bits, NIST curves). Sizes are
 * exact: a modulus of 2049 bits comes from a broken generator.
 */
export const KEY_TYPES = {
  'rsa-2048': { kind: 'rsa', bits: 2048 },
  'rsa-3072': { kind: 'rsa', bits: 3072 },
  'rsa-4096': { kind: 'rsa', bits: 4096 },
  'ec-p256': { kind: 'ec', bits: 256, curve: 'P-256', oid: OID.p256 },
  'ec-p384': { kind: 'ec', bits: 384, curve: 'P-384', oid: OID.p384 },
  'ec-p521': { kind: 'ec', bits: 521, curve: 'P-521', oid: OID.p521 },
} as const

export type KeyType = keyof typeof KEY_TYPES

/** A public key that passed all checks of readPublicKey. */
export type PublicKey = {
  readonly type: KeyType
  /** SubjectPublicKeyInfo in canonical form: EC point uncompressed, RSA parameters NULL. */
  readonly spki: Uint8Array
  /** JWK thumbprint (RFC 7638) with SHA-256, base64url. Equal for every encoding of the same key. */
  readonly thumbprint: string
  readonly bits: number
}

/**
 * Reads a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) and checks the key: type and size first, before
 * any arithmetic, then the checks of SP 800-89 (RSA) or SP 800-56A (EC), then the list of published keys.
 * Throws LatchkeyError('weak_key') for a key that we do not certify and 'malformed_csr' for octets that
 * are no key.
 */
export function readPublicKey(spkiNode: DerNode): PublicKey {
  return readStrictly(() => readKey(spkiNode))
}

function readKey(spkiNode: DerNode): PublicKey {
  const [algorithm, bits, ...rest] = childrenOf(spkiNode, TAG.sequence)
  const [identifier, parameters, ...more] = childrenOf(algorithm, TAG.sequence)
  if (rest.length > 0 || more.length > 0) throw malformed('it has more parts than it should')
  const content = readOctetAlignedBits(bits)
  const key = readByAlgorithm(readOid(identifier), parameters, content)
  const source = PUBLISHED_KEYS.get(key.thumbprint)
  if (source !== undefined) {
    throw weak(`The private half of this key is printed in ${source}.`, 'Make a key of your own.')
  }
  return key
}

function readByAlgorithm(
  algorithm: string,
  parameters: DerNode | undefined,
  content: Uint8Array,
): PublicKey {
  switch (algorithm) {
    case OID.rsaEncryption:
      return readRsa(parameters, content)
    case OID.ecPublicKey:
      return readEc(parameters, content)
    case OID.rsassaPss:
      throw weak('The key may be used for RSA-PSS only.', 'Make a plain RSA key (rsaEncryption).')
    default:
      throw weak('Keys of this kind are not accepted.', USE)
  }
}

const USE = 'Use RSA with 2048, 3072 or 4096 bits, or a NIST curve P-256, P-384 or P-521.'

/**
 * RSAPublicKey, RFC 8017 appendix A.1.1. RFC 3279 section 2.3.1 demands NULL as parameters; some writers leave
 * them out, which is accepted. SP 800-89 section 5.3.3 asks for an odd exponent above 2^16: 65537 is the one
 * that all generators use, so others are refused.
 */
function readRsa(parameters: DerNode | undefined, content: Uint8Array): PublicKey {
  if (parameters && parameters.tag !== TAG.null) throw malformed('RSA has no parameters')
  const [n, e, ...rest] = childrenOf(parseDer(content), TAG.sequence)
  if (rest.length > 0) throw malformed('it has more parts than it should')
  const modulus = readPositiveInteger(n)
  const bits = bitLength(modulus)
  const type = RSA_TYPES.find((one) => KEY_TYPES[one].bits === bits)
  if (!type) throw weak(`RSA keys of ${bits} bits are not accepted.`, USE)
  if (!equalBytes(readPositiveInteger(e), EXPONENT)) {
    throw weak(
      'The public exponent of the RSA key is not 65537.',
      'Make a key with exponent 65537.',
    )
  }
  const weakness = rsaWeakness(toBigInt(modulus))
  if (weakness) throw weak(WEAKNESSES[weakness], 'Make a new key with another program or device.')
  const rsaKey = sequence(integer(modulus), integer(EXPONENT))
  return {
    type,
    bits,
    spki: sequence(sequence(oid(OID.rsaEncryption), nullValue()), bitString(rsaKey)),
    // RFC 7638 sections 3.2 and 3.3: the required members only, in lexicographic order, without whitespace.
    thumbprint: thumbprint({ e: toBase64Url(EXPONENT), kty: 'RSA', n: toBase64Url(modulus) }),
  }
}

const EXPONENT = Uint8Array.of(1, 0, 1)

const WEAKNESSES = {
  'small factor': 'The RSA modulus has a small factor.',
  roca: 'The RSA key was made by a chip with the ROCA fault (CVE-2017-15361).',
  'close primes': 'The two primes of the RSA key are too close to each other.',
} as const satisfies Record<RsaWeakness, string>

/**
 * EC key, RFC 5480. Section 2.1.1: the parameters name the curve; implicit and specified curves must not be
 * used. Section 2.2: the key is an ECPoint. The result is uncompressed, whatever the CSR had.
 */
function readEc(parameters: DerNode | undefined, content: Uint8Array): PublicKey {
  if (!parameters) throw malformed('the curve is missing')
  if (parameters.tag !== TAG.oid) {
    throw weak('The key spells out its curve in place of naming it.', USE)
  }
  const curveId = readOid(parameters)
  const type = EC_TYPES.find((one) => KEY_TYPES[one].oid === curveId)
  if (!type) throw weak('Keys on this curve are not accepted.', USE)
  const { bits, curve } = KEY_TYPES[type]
  const point = readPoint(curve, content)
  if (!point) throw malformed(`it is not a point of the curve ${curve}`)
  const [x, y] = [toBase64Url(point.x), toBase64Url(point.y)]
  return {
    type,
    bits,
    spki: sequence(sequence(oid(OID.ecPublicKey), oid(curveId)), bitString(uncompressed(point))),
    thumbprint: thumbprint({ crv: curve, kty: 'EC', x, y }),
  }
}

const RSA_TYPES = ['rsa-2048', 'rsa-3072', 'rsa-4096'] as const
const EC_TYPES = ['ec-p256', 'ec-p384', 'ec-p521'] as const

/** Gives the bits of an unsigned big-endian number without leading zero octets. */
function bitLength(magnitude: Uint8Array): number {
  return magnitude.length * 8 - (Math.clz32(magnitude[0] ?? 0) - 24)
}

const encoder = new TextEncoder()

/** RFC 7638 section 3. The caller gives the members in lexicographic order. */
function thumbprint(jwk: Readonly<Record<string, string>>): string {
  return toBase64Url(sha256(encoder.encode(JSON.stringify(jwk))))
}

function weak(message: string, remedy: string): LatchkeyError {
  return new LatchkeyError('weak_key', message, { rule: 'key', remedy })
}

function malformed(what: string): LatchkeyError {
  return malformedCsr(`the public key: ${what}`)
}
