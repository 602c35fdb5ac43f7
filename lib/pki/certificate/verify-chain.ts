import { LatchkeyError } from '#lib/errors.ts'
import { concat, equalBytes } from '#lib/pki/asn1/bytes.ts'
import {
  childrenOf,
  type DerNode,
  parseDer,
  readOctetAlignedBits,
  readOid,
  readPositiveInteger,
  TAG,
} from '#lib/pki/asn1/der.ts'
import { OID } from '#lib/pki/asn1/oid.ts'

/**
 * Checks that the browser makes by WebCrypto before a person gets their file: that the key belongs to the
 * certificate, and that the chain holds. The authority checks the same with its own code.
 */

const LIMITS = { bytesMax: 65_536, depthMax: 16, nodesMax: 2_000 }

/**
 * Says whether a PKCS#8 key (RFC 5958) is the private half of the certificate's public key, by signing
 * a text with one and verifying it with the other.
 */
export async function keyBelongsTo(
  privateKey: Uint8Array,
  certificate: Uint8Array,
): Promise<boolean> {
  const { spki } = readParts(certificate)
  const algorithm = algorithmOfKey(spki, 'SHA-256')
  const probe = new TextEncoder().encode('latchkey key check')
  const pkcs8 = new Uint8Array(privateKey)
  try {
    const key = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign'])
    const signature = await crypto.subtle.sign(algorithm, key, probe)
    const publicKey = await importPublicKey(spki, algorithm)
    return await crypto.subtle.verify(algorithm, publicKey, signature, probe)
  } catch {
    // WebCrypto throws for a key of another kind or curve.
    return false
  }
}

/**
 * Says whether each certificate is signed by the next and the last one by itself: leaf first, root last.
 * Of the path validation of RFC 5280 section 6.1.3 it checks names and signatures only, neither dates nor
 * constraints. False for fewer than two certificates. Throws LatchkeyError('malformed_request').
 */
export async function chainHolds(certificates: readonly Uint8Array[]): Promise<boolean> {
  if (certificates.length < 2) return false
  const parts = certificates.map(readParts)
  for (const [at, part] of parts.entries()) {
    const issuer = parts[at + 1] ?? part
    if (!equalBytes(part.issuer, issuer.subject)) return false
    if (!(await signedBy(part, issuer.spki))) return false
  }
  return true
}

/**
 * Says whether the name of the issuer is the one that the certificate names, and its key made the signature; null
 * for a signature by an algorithm that is not known here, SHA-1 among them. Throws
 * LatchkeyError('malformed_request').
 */
export async function isIssuedBy(
  certificate: Uint8Array,
  issuer: Uint8Array,
): Promise<boolean | null> {
  const [part, above] = [readParts(certificate), readParts(issuer)]
  if (!equalBytes(part.issuer, above.subject)) return false
  if (!SIGNATURE_HASHES[part.signatureAlgorithm]) return null
  return signedBy(part, above.spki).catch(() => null)
}

/**
 * Says whether the key of the certificate made this signature over the octets. Throws for a key that is not known
 * here and LatchkeyError('malformed_request') for what is no certificate.
 */
export function isSignedWith(
  certificate: Uint8Array,
  hash: Hash,
  octets: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  return verify(readParts(certificate).spki, hash, octets, signature)
}

type Parts = {
  readonly tbs: Uint8Array
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  readonly spki: DerNode
  readonly signatureAlgorithm: string
  readonly signature: Uint8Array
}

/** Splits a certificate, RFC 5280 section 4.1, without checking its fields. */
function readParts(certificate: Uint8Array): Parts {
  const [tbs, algorithm, signature] = childrenOf(parseDer(certificate, LIMITS), TAG.sequence)
  const fields = childrenOf(tbs, TAG.sequence)
  // RFC 5280 section 4.1: version is DEFAULT v1, so old roots of version 1 have no [0] at the beginning.
  const [, , issuer, , subject, spki] = fields[0]?.tag === 0xa0 ? fields.slice(1) : fields
  if (!tbs || !issuer || !subject || !spki) {
    throw new LatchkeyError('malformed_request', 'This is not a certificate.')
  }
  return {
    tbs: tbs.bytes,
    issuer: issuer.bytes,
    subject: subject.bytes,
    spki,
    signatureAlgorithm: readOid(childrenOf(algorithm, TAG.sequence)[0]),
    signature: readOctetAlignedBits(signature),
  }
}

/** RFC 5758 section 3.2 and RFC 8017 appendix A.2.4. SHA-1 is not among them, and neither is RSA-PSS. */
const SIGNATURE_HASHES: Record<string, Hash> = {
  [OID.ecdsaWithSha256]: 'SHA-256',
  [OID.ecdsaWithSha384]: 'SHA-384',
  [OID.ecdsaWithSha512]: 'SHA-512',
  [OID.sha256WithRsa]: 'SHA-256',
  [OID.sha384WithRsa]: 'SHA-384',
  [OID.sha512WithRsa]: 'SHA-512',
}

export type Hash = 'SHA-256' | 'SHA-384' | 'SHA-512'

async function signedBy(part: Parts, issuerSpki: DerNode): Promise<boolean> {
  const hash = SIGNATURE_HASHES[part.signatureAlgorithm]
  return hash !== undefined && verify(issuerSpki, hash, part.tbs, part.signature)
}

async function verify(spki: DerNode, hash: Hash, octets: Uint8Array, signature: Uint8Array) {
  const algorithm = algorithmOfKey(spki, hash)
  const flat =
    algorithm.name === 'ECDSA'
      ? flatSignature(signature, CURVES[algorithm.namedCurve])
      : new Uint8Array(signature)
  const key = await importPublicKey(spki, algorithm)
  return crypto.subtle.verify(algorithm, key, flat, new Uint8Array(octets))
}

/** Octets of r and of s in a signature, by curve. */
const CURVES = { 'P-256': 32, 'P-384': 48, 'P-521': 66 } as const

type KeyAlgorithm =
  | { name: 'ECDSA'; namedCurve: keyof typeof CURVES; hash: Hash }
  | { name: 'RSASSA-PKCS1-v1_5'; hash: Hash }

const CURVE_NAMES: Record<string, keyof typeof CURVES> = {
  [OID.p256]: 'P-256',
  [OID.p384]: 'P-384',
  [OID.p521]: 'P-521',
}

function algorithmOfKey(spki: DerNode, hash: Hash): KeyAlgorithm {
  const [type, parameters] = childrenOf(spki.children[0], TAG.sequence)
  if (readOid(type) === OID.rsaEncryption) return { name: 'RSASSA-PKCS1-v1_5', hash }
  const namedCurve = CURVE_NAMES[readOid(parameters)]
  if (!namedCurve) throw new LatchkeyError('weak_key', 'This curve is not known here.')
  return { name: 'ECDSA', namedCurve, hash }
}

function importPublicKey(spki: DerNode, algorithm: KeyAlgorithm): Promise<CryptoKey> {
  return crypto.subtle.importKey('spki', new Uint8Array(spki.bytes), algorithm, false, ['verify'])
}

/**
 * Turns the Ecdsa-Sig-Value of RFC 3279 section 2.2.3, two INTEGERs, into r and s of fixed length side by
 * side, the form that WebCrypto takes.
 */
function flatSignature(der: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const halves = childrenOf(parseDer(der), TAG.sequence).map((node) => {
    const magnitude = readPositiveInteger(node)
    return concat(new Uint8Array(Math.max(0, size - magnitude.length)), magnitude)
  })
  return concat(...halves)
}
