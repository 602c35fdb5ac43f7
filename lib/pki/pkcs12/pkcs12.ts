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
  /** Derives a key with a salt of its own, for one seal. */
  readonly prepareSeal: (password: string, randomBytes: RandomBytes) => Promise<Seal>
  /** Throws LatchkeyError('malformed_request') for any algorithm but its own. */
  readonly open: (algorithm: DerNode, sealed: Uint8Array, password: string) => Promise<Uint8Array>
  /** The hash of HMAC and of its key derivation, with its OID and iteration count. */
  readonly mac: { readonly hash: CHash; readonly oid: string; readonly iterations: number }
}

export type RandomBytes = (length: number) => Uint8Array<ArrayBuffer>

/** Encrypts once: a second text under the same key would have the same IV. */
export type Seal = (plain: Uint8Array) => Promise<Sealed>

type Sealed = { readonly algorithm: Uint8Array; readonly octets: Uint8Array }

/** The keys of one file, which can be derived before its contents are there. */
export type Pkcs12Lock = {
  readonly key: Seal
  readonly certificates: Seal
  readonly mac: MacKey
}

type MacKey = {
  readonly protection: Protection
  readonly salt: Uint8Array
  readonly key: Uint8Array
}

/** Octets. Some versions of macOS refused a MAC salt of 16 octets and accepted 8. */
const MAC_SALT_LENGTH = 8

/**
 * Derives the keys of one PKCS#12 file. Takes some tens of milliseconds and blocks its thread: call it in a
 * worker. Throws LatchkeyError('malformed_request') for a password that is not visible ASCII.
 */
export async function makePkcs12Lock(
  protection: Protection,
  password: string,
  randomBytes: RandomBytes,
): Promise<Pkcs12Lock> {
  requireAscii(password)
  // WebCrypto derives these two in threads of its own while the MAC's key is derived in this one.
  const seals = Promise.all([
    protection.prepareSeal(password, randomBytes),
    protection.prepareSeal(password, randomBytes),
  ])
  const salt = randomBytes(MAC_SALT_LENGTH)
  const mac = { protection, salt, key: macKeyOf(protection, password, salt) }
  const [key, certificates] = await seals
  return { key, certificates, mac }
}

/**
 * Writes a PKCS#12 file (RFC 7292 section 5.1, password privacy and password integrity mode): certificates
 * in one encrypted ContentInfo, the key in a shrouded bag, a MAC over both. Throws LatchkeyError('internal') for a lock
 * that was used before: each of its keys has one IV.
 */
export async function writePkcs12(
  contents: Pkcs12Contents,
  lock: Pkcs12Lock,
): Promise<Uint8Array<ArrayBuffer>> {
  const [leaf, ...issuers] = contents.certificates
  if (!leaf) throw new LatchkeyError('internal', 'A file needs a certificate.')
  if (used.has(lock)) throw new LatchkeyError('internal', 'A file needs a lock of its own.')
  used.add(lock)

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
  const sealedKey = await lock.key(contents.privateKey)
  const safe = sequence(
    encryptedData(await lock.certificates(sequence(...bags))),
    data(sequence(shroudedKeyBag(sealedKey, attributes))),
  )
  return sequence(integer(3), data(safe), macData(lock.mac, safe))
}

const used = new WeakSet<Pkcs12Lock>()

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
function macData({ protection, salt, key }: MacKey, safe: Uint8Array): Uint8Array {
  const { hash, oid: algorithm, iterations } = protection.mac
  const digest = hmac(hash, key, safe)
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
  return hmac(protection.mac.hash, macKeyOf(protection, password, salt, iterations), safe)
}

function macKeyOf(
  { mac: { hash, iterations: own } }: Protection,
  password: string,
  salt: Uint8Array,
  iterations = own,
): Uint8Array {
  return derivePkcs12(hash, password, salt, PURPOSE.mac, iterations, hash.outputLen)
}
