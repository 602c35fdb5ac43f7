import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import {
  bitString,
  bmpString,
  context,
  ia5String,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
  utf8String,
} from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'

/** CSRs for tests, good and bad, with keys that Node makes. */

const NEW_KEYS = {
  'rsa-1024': () => rsa(1024),
  'rsa-2048': () => rsa(2048),
  'rsa-3072': () => rsa(3072),
  'rsa-4096': () => rsa(4096),
  'ec-p256': () => ec('P-256'),
  'ec-p384': () => ec('P-384'),
  'ec-p521': () => ec('P-521'),
  'ec-p224': () => ec('secp224r1'),
  'ec-secp256k1': () => ec('secp256k1'),
  'ec-brainpool': () => ec('brainpoolP256r1'),
  ed25519: () => generateKeyPairSync('ed25519').privateKey,
  'rsa-pss': () =>
    generateKeyPairSync('rsa-pss', { modulusLength: 2048, publicExponent: 65537 }).privateKey,
} as const satisfies Record<string, () => KeyObject>

export type TestKeyType = keyof typeof NEW_KEYS

export type CsrWish = {
  /** A type makes a new key; a private key is used as it is. Default: a new P-256 key. */
  readonly key?: TestKeyType | KeyObject
  /** Null gives an empty subject. */
  readonly commonName?: string | null
  readonly upn?: string
  readonly uri?: string
  readonly dns?: string | readonly string[]
  /** OIDs; left out, the CSR has no such extension. */
  readonly extendedKeyUsages?: readonly string[]
  /** Asks for a shorter validity as SCEPmanClient does, such as `{ period: 'Days', units: 30 }`. */
  readonly validity?: { readonly period: string; readonly units: number | string }
  readonly challengePassword?: string
  readonly hash?: 'sha1' | 'sha256' | 'sha384' | 'sha512'
  readonly label?: 'CERTIFICATE REQUEST' | 'NEW CERTIFICATE REQUEST'
  // For requests that no honest client makes; each is DER that goes in as it is.
  readonly version?: Uint8Array
  readonly subject?: Uint8Array
  readonly spki?: Uint8Array
  readonly names?: readonly Uint8Array[]
  readonly extensions?: readonly Uint8Array[]
  readonly attributes?: readonly Uint8Array[]
}

export type TestCsr = {
  readonly der: Uint8Array<ArrayBuffer>
  readonly pem: string
  readonly privateKey: KeyObject
}

/** Makes a CSR signed by its own key; what is not wished for is left out. */
export function makeCsr(wish: CsrWish = {}): TestCsr {
  const privateKey = typeof wish.key === 'object' ? wish.key : newKey(wish.key ?? 'ec-p256')
  const info = writeInfo(wish, privateKey)
  const der = signInfo(info, privateKey, wish.hash)
  return { der, pem: pemOf(wish.label ?? 'CERTIFICATE REQUEST', der), privateKey }
}

/** Makes a private key. RSA takes its time: tests that need many CSRs make one key and keep it. */
export function newKey(type: TestKeyType): KeyObject {
  return NEW_KEYS[type]()
}

/** DER SubjectPublicKeyInfo of a private key. */
export function spkiOf(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }))
}

/** Signs a CertificationRequestInfo and puts the request together. */
export function signInfo(
  info: Uint8Array,
  key: KeyObject,
  hash: 'sha1' | 'sha256' | 'sha384' | 'sha512' = 'sha256',
): Uint8Array<ArrayBuffer> {
  const [algorithm, digest] = signatureAlgorithm(key, hash)
  return sequence(info, algorithm, bitString(new Uint8Array(sign(digest, info, key))))
}

/** PEM with lines of 64 characters. */
export function pemOf(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/** One attribute with one value: extensionRequest and the like. */
export function attribute(id: string, ...values: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return sequence(oid(id), setOf(...values))
}

/** One extension, not critical. */
export function extension(id: string, value: Uint8Array): Uint8Array<ArrayBuffer> {
  return sequence(oid(id), octetString(value))
}

/** SAN otherName UPN; `value` is DER of any type, for those that are wrong. */
export function upnName(value: Uint8Array): Uint8Array<ArrayBuffer> {
  return context(0, oid(OID.userPrincipalName), context(0, value))
}

/** Microsoft's enrolment name-value pair, as an attribute. */
export function nameValuePair(name: string, value: string): Uint8Array<ArrayBuffer> {
  return attribute(OID.enrollmentNameValuePair, sequence(bmpString(name), bmpString(value)))
}

/** A Name of one RDN with one common name. */
export function commonNameOf(value: Uint8Array): Uint8Array<ArrayBuffer> {
  return sequence(setOf(sequence(oid(OID.commonName), value)))
}

/** CertificationRequestInfo, RFC 2986 section 4.1. */
export function writeInfo(wish: CsrWish, key: KeyObject): Uint8Array<ArrayBuffer> {
  const commonName = wish.commonName ?? null
  const subject =
    wish.subject ?? (commonName === null ? sequence() : commonNameOf(utf8String(commonName)))
  const attributes = setOf(...attributesOf(wish))
  const implicit = new Uint8Array(attributes)
  implicit[0] = 0xa0
  return sequence(wish.version ?? integer(0), subject, wish.spki ?? spkiOf(key), implicit)
}

function attributesOf(wish: CsrWish): Uint8Array[] {
  const extensions = extensionsOf(wish)
  const { validity } = wish
  return [
    ...(extensions.length > 0 ? [attribute(OID.extensionRequest, sequence(...extensions))] : []),
    ...(validity
      ? [
          nameValuePair('ValidityPeriod', validity.period),
          nameValuePair('ValidityPeriodUnits', String(validity.units)),
        ]
      : []),
    ...(wish.challengePassword === undefined
      ? []
      : [attribute(OID.challengePassword, utf8String(wish.challengePassword))]),
    ...(wish.attributes ?? []),
  ]
}

function extensionsOf(wish: CsrWish): Uint8Array[] {
  const dns = typeof wish.dns === 'string' ? [wish.dns] : (wish.dns ?? [])
  const names = [
    ...(wish.upn === undefined ? [] : [upnName(utf8String(wish.upn))]),
    ...(wish.uri === undefined ? [] : [ia5String(wish.uri, 0x86)]),
    ...dns.map((name) => ia5String(name, 0x82)),
    ...(wish.names ?? []),
  ]
  const usages = wish.extendedKeyUsages
  return [
    ...(names.length > 0 ? [extension(OID.subjectAltName, sequence(...names))] : []),
    ...(usages ? [extension(OID.extendedKeyUsage, sequence(...usages.map(oid)))] : []),
    ...(wish.extensions ?? []),
  ]
}

const ECDSA = {
  sha1: OID.ecdsaWithSha1,
  sha256: OID.ecdsaWithSha256,
  sha384: OID.ecdsaWithSha384,
  sha512: OID.ecdsaWithSha512,
}

const RSA = {
  sha1: OID.sha1WithRsa,
  sha256: OID.sha256WithRsa,
  sha384: OID.sha384WithRsa,
  sha512: OID.sha512WithRsa,
}

function signatureAlgorithm(
  key: KeyObject,
  hash: keyof typeof RSA,
): [identifier: Uint8Array, digest: string | null] {
  switch (key.asymmetricKeyType) {
    case 'ec':
      return [sequence(oid(ECDSA[hash])), hash]
    case 'ed25519':
      return [sequence(oid('1.3.101.112')), null]
    default:
      return [sequence(oid(RSA[hash]), nullValue()), hash]
  }
}

function rsa(modulusLength: number): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength, publicExponent: 65537 }).privateKey
}

function ec(namedCurve: string): KeyObject {
  return generateKeyPairSync('ec', { namedCurve }).privateKey
}
