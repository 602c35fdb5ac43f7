import {
  childrenOf,
  contentOf,
  type DerNode,
  readOid,
  readPositiveInteger,
  TAG,
} from '#lib/pki/asn1/der.ts'
import { integer, nullValue, octetString, oid, sequence } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { keyBelongsTo } from '#lib/pki/certificate/verify-chain.ts'
import { readBer } from './ber.ts'
import { attempt } from './read-certificate.ts'

/** RSAPrivateKey (RFC 8017 appendix A.1.2) as PKCS#8, RFC 5958. */
export function pkcs8OfRsa(der: Uint8Array): Uint8Array {
  return sequence(integer(0), sequence(oid(OID.rsaEncryption), nullValue()), octetString(der))
}

/** ECPrivateKey (RFC 5915) as PKCS#8, or null where it does not name its curve. */
export function pkcs8OfEc(der: Uint8Array): Uint8Array | null {
  const parameters = readBer(der).children.find(({ tag }) => tag === 0xa0)?.children[0]
  if (!parameters) return null
  const algorithm = sequence(oid(OID.ecPublicKey), parameters.bytes)
  return sequence(integer(0), algorithm, octetString(der))
}

const CURVES: Readonly<Record<string, string>> = {
  [OID.p256]: 'P-256',
  [OID.p384]: 'P-384',
  [OID.p521]: 'P-521',
}

/** "RSA 2048" or "P-256" of a PKCS#8 key; "?" for another one. */
export function privateKeyName(pkcs8: Uint8Array): string {
  return attempt(() => nameOfKey(readBer(pkcs8))) ?? '?'
}

function nameOfKey(node: DerNode): string {
  const [, algorithm, octets] = childrenOf(node, TAG.sequence)
  const [type, parameters] = childrenOf(algorithm, TAG.sequence)
  if (readOid(type) === OID.ecPublicKey) return CURVES[readOid(parameters)] ?? '?'
  if (readOid(type) !== OID.rsaEncryption) return '?'
  const [, modulus] = readBer(contentOf(octets, TAG.octetString)).children
  const magnitude = readPositiveInteger(modulus)
  return `RSA ${8 * magnitude.length - Math.clz32(magnitude[0] ?? 0) + 24}`
}

/** Whether the key is the certificate's; null for a kind that browsers do not know. */
export async function belongs(pkcs8: Uint8Array, certificate: Uint8Array): Promise<boolean | null> {
  if (privateKeyName(pkcs8) === '?') return null
  return keyBelongsTo(pkcs8, certificate).catch(() => null)
}
