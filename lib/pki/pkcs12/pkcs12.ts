import { hmac } from '@noble/hashes/hmac.js'
import type { CHash } from '@noble/hashes/utils.js'
import { LatchkeyError } from '#lib/errors.ts'
import type { DerNode } from '#lib/pki/asn1/der.ts'
import {
  bmpString,
  context,
  contextPrimitive,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
} from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import { derivePkcs12, PURPOSE } from './pkcs12-kdf.ts'

export type Pkcs12Contents = {
  /** PKCS#8 PrivateKeyInfo. */
  readonly privateKey: Uint8Array
  /** Leaf first, then its issuers. Leave the root out: some systems would trust it for everything. */
  readonly certificates: readonly Uint8Array[]
  /** What a certificate list calls it. */
  readonly friendlyName: string
}

/** How a file is locked. There are two: pkcs12-modern.ts and, for older systems, pkcs12-legacy.ts. */
export type Protection = {
  readonly seal: (plain: Uint8Array, password: string, randomBytes: RandomBytes) => Promise<Sealed>
  /** Throws LatchkeyError('malformed_request') for any algorithm but its own. */
  readonly open: (algorithm: DerNode, sealed: Uint8Array, password: string) => Promise<Uint8Array>
  readonly mac: { readonly hash: CHash; readonly oid: string; readonly iterations: number }
}

export type RandomBytes = (length: number) => Uint8Array<ArrayBuffer>

type Sealed = { readonly algorithm: Uint8Array; readonly octets: Uint8Array }

/** macOS was seen to refuse 16 octets and to take 8. */
const MAC_SALT_LENGTH = 8

/**
 * Writes a PKCS#12 file (RFC 7292): key and certificates sealed under the password, a MAC over
 * both. Takes a quarter of a second and more, and holds its thread: call it in a worker.
 */
export async function writePkcs12(
  protection: Protection,
  contents: Pkcs12Contents,
  password: string,
  randomBytes: RandomBytes,
): Promise<Uint8Array<ArrayBuffer>> {
  requireAscii(password)
  const [leaf, ...issuers] = contents.certificates
  if (!leaf) throw new LatchkeyError('internal', 'A file needs a certificate.')
  const seal = (plain: Uint8Array) => protection.seal(plain, password, randomBytes)

  // The same two attributes on key and leaf tell the reader that they belong together.
  const localKeyId = await crypto.subtle.digest('SHA-1', new Uint8Array(leaf))
  const attributes = setOf(
    attribute(OID.friendlyName, bmpString(contents.friendlyName)),
    attribute(OID.localKeyId, octetString(new Uint8Array(localKeyId))),
  )
  const bags = [
    certificateBag(leaf, attributes),
    ...issuers.map((issuer) => certificateBag(issuer)),
  ]
  const sealedKey = await seal(contents.privateKey)
  const safe = sequence(
    encryptedData(await seal(sequence(...bags))),
    data(sequence(shroudedKeyBag(sealedKey, attributes))),
  )
  return sequence(integer(3), data(safe), macData(protection, safe, password, randomBytes))
}

/** Readers disagree about how anything but ASCII becomes octets (keytool 17 fails), and an empty password has two spellings. */
function requireAscii(password: string): void {
  const ascii = [...password].every((sign) => sign >= ' ' && sign <= '~')
  if (!ascii || password === '') {
    throw new LatchkeyError('malformed_request', 'The password must be visible ASCII.')
  }
}

function attribute(id: string, value: Uint8Array): Uint8Array {
  return sequence(oid(id), setOf(value))
}

function certificateBag(certificate: Uint8Array, ...attributes: Uint8Array[]): Uint8Array {
  const value = sequence(oid(OID.x509Certificate), context(0, octetString(certificate)))
  return sequence(oid(OID.certBag), context(0, value), ...attributes)
}

function shroudedKeyBag(key: Sealed, attributes: Uint8Array): Uint8Array {
  const value = sequence(key.algorithm, octetString(key.octets))
  return sequence(oid(OID.shroudedKeyBag), context(0, value), attributes)
}

/** ContentInfo of plain octets. */
function data(content: Uint8Array): Uint8Array {
  return sequence(oid(OID.data), context(0, octetString(content)))
}

/** ContentInfo of sealed octets. */
function encryptedData(sealed: Sealed): Uint8Array {
  const content = sequence(oid(OID.data), sealed.algorithm, contextPrimitive(0, sealed.octets))
  return sequence(oid(OID.encryptedData), context(0, sequence(integer(0), content)))
}

function macData(
  protection: Protection,
  safe: Uint8Array,
  password: string,
  randomBytes: RandomBytes,
): Uint8Array {
  const { oid: algorithm, iterations } = protection.mac
  const salt = randomBytes(MAC_SALT_LENGTH)
  const digest = macOf(protection, safe, password, salt, iterations)
  const digestInfo = sequence(sequence(oid(algorithm), nullValue()), octetString(digest))
  return sequence(digestInfo, octetString(salt), integer(iterations))
}

/** The MAC of an AuthenticatedSafe, RFC 7292 section 5.1. */
export function macOf(
  protection: Protection,
  safe: Uint8Array,
  password: string,
  salt: Uint8Array,
  iterations: number,
): Uint8Array {
  const { hash } = protection.mac
  const key = derivePkcs12(hash, password, salt, PURPOSE.mac, iterations, hash.outputLen)
  return hmac(hash, key, safe)
}
