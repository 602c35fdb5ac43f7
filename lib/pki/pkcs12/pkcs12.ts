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

/** What goes into a PKCS#12 file. */
export type Pkcs12Contents = {
  /** PKCS#8 PrivateKeyInfo. */
  readonly privateKey: Uint8Array
  /** DER, leaf first, then its issuers. Without the root: some systems would trust it for every purpose. */
  readonly certificates: readonly Uint8Array[]
  /** The name in a system's list of certificates (RFC 2985 section 5.5.1). */
  readonly friendlyName: string
}

/** How a file is encrypted and its MAC made: pkcs12-modern.ts or, for older systems, pkcs12-legacy.ts. */
export type Protection = {
  readonly seal: (plain: Uint8Array, password: string, randomBytes: RandomBytes) => Promise<Sealed>
  /** Throws LatchkeyError('malformed_request') for any algorithm but its own. */
  readonly open: (algorithm: DerNode, sealed: Uint8Array, password: string) => Promise<Uint8Array>
  /** The hash of HMAC and of its key derivation, with its OID and iteration count. */
  readonly mac: { readonly hash: CHash; readonly oid: string; readonly iterations: number }
}

export type RandomBytes = (length: number) => Uint8Array<ArrayBuffer>

type Sealed = { readonly algorithm: Uint8Array; readonly octets: Uint8Array }

/** Octets. Some versions of macOS refused a MAC salt of 16 octets and accepted 8. */
const MAC_SALT_LENGTH = 8

/**
 * Writes a PKCS#12 file (RFC 7292 section 5.1, password privacy and password integrity mode): certificates
 * in one encrypted ContentInfo, the key in a shrouded bag, a MAC over both. Takes a quarter of a second and
 * more and blocks its thread: call it in a worker. Throws LatchkeyError('malformed_request') for a password
 * that is not visible ASCII.
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

  // RFC 2985 section 5.5.2: the same localKeyId on key and leaf tells importers that they belong together.
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

/**
 * Programs encode other characters than ASCII differently (keytool 17 fails), and an empty password as
 * either no octets or two zeros.
 */
function requireAscii(password: string): void {
  const ascii = [...password].every((sign) => sign >= ' ' && sign <= '~')
  if (!ascii || password === '') {
    throw new LatchkeyError('malformed_request', 'The password must be visible ASCII.')
  }
}

/** PKCS12Attribute, RFC 7292 section 4.2, with one value. */
function attribute(id: string, value: Uint8Array): Uint8Array {
  return sequence(oid(id), setOf(value))
}

/** SafeBag with a CertBag, RFC 7292 section 4.2.3. */
function certificateBag(certificate: Uint8Array, ...attributes: Uint8Array[]): Uint8Array {
  const value = sequence(oid(OID.x509Certificate), context(0, octetString(certificate)))
  return sequence(oid(OID.certBag), context(0, value), ...attributes)
}

/** SafeBag with a PKCS8ShroudedKeyBag, RFC 7292 section 4.2.2: an EncryptedPrivateKeyInfo. */
function shroudedKeyBag(key: Sealed, attributes: Uint8Array): Uint8Array {
  const value = sequence(key.algorithm, octetString(key.octets))
  return sequence(oid(OID.shroudedKeyBag), context(0, value), attributes)
}

/** ContentInfo of type data, RFC 5652 section 4: octets that are not encrypted. */
function data(content: Uint8Array): Uint8Array {
  return sequence(oid(OID.data), context(0, octetString(content)))
}

/** ContentInfo of type encrypted-data, RFC 5652 section 8, version 0 since it has no attributes. */
function encryptedData(sealed: Sealed): Uint8Array {
  const content = sequence(oid(OID.data), sealed.algorithm, contextPrimitive(0, sealed.octets))
  return sequence(oid(OID.encryptedData), context(0, sequence(integer(0), content)))
}

/** MacData, RFC 7292 section 4. */
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

/** Gives the MAC of an AuthenticatedSafe, RFC 7292 appendices A and B.4: HMAC with a key of the hash's own length. */
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
