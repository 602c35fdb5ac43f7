import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import type { CHash } from '@noble/hashes/utils.js'
import { CBC, EDE } from 'des.js'
import { LatchkeyError } from '#lib/errors.ts'
import { concat } from '#lib/pki/asn1/bytes.ts'
import {
  childrenOf,
  contentOf,
  type DerNode,
  readOid,
  readSmallInteger,
  TAG,
} from '#lib/pki/asn1/der.ts'
import { derivePkcs12, PURPOSE } from '#lib/pki/pkcs12/pkcs12-kdf.ts'
import type { Grade } from './findings.ts'
import { decryptRc2 } from './rc2.ts'

/** An encryption by password. `name` is its name among experts; null in place of what is not known here. */
export type Lock = {
  readonly name: string
  readonly grade: Grade
  readonly iterations: number
  /** Throws for a wrong password, mostly. */
  readonly open: ((sealed: Uint8Array, password: Password) => Promise<Uint8Array>) | null
}

/** Null is an empty password that is written as no octets at all, RFC 7292 appendix B.1. */
export type Password = string | null

/** Bounds the work that a file can cause. NSS asks for 600,000 rounds. */
export const ITERATIONS_MAX = 1_000_000

type Hash = { readonly name: string; readonly hash: CHash }

/** Digests, and HMAC with them, by OID. */
export const HASHES: Readonly<Record<string, Hash>> = {
  '1.3.14.3.2.26': { name: 'SHA-1', hash: sha1 },
  '2.16.840.1.101.3.4.2.1': { name: 'SHA-256', hash: sha256 },
  '2.16.840.1.101.3.4.2.2': { name: 'SHA-384', hash: sha384 },
  '2.16.840.1.101.3.4.2.3': { name: 'SHA-512', hash: sha512 },
}

const PRFS: Readonly<Record<string, Hash['name']>> = {
  '1.2.840.113549.2.7': 'SHA-1',
  '1.2.840.113549.2.9': 'SHA-256',
  '1.2.840.113549.2.10': 'SHA-384',
  '1.2.840.113549.2.11': 'SHA-512',
}

type Cipher = { readonly name: string; readonly size: number; readonly block: 8 | 16 }

/** Of PBES2, RFC 8018 appendix B.2. */
const CIPHERS: Readonly<Record<string, Cipher>> = {
  '2.16.840.1.101.3.4.1.2': { name: 'AES-128', size: 16, block: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'AES-192', size: 24, block: 16 },
  '2.16.840.1.101.3.4.1.42': { name: 'AES-256', size: 32, block: 16 },
  '1.2.840.113549.3.7': { name: 'triple DES', size: 24, block: 8 },
}

type OldScheme = { readonly name: string; readonly grade: Grade; readonly size: number | null }

/** pkcs-12PbeIds, RFC 7292 appendix C, by their last arc; without a size it is named only. */
const OLD_SCHEMES: Readonly<Record<string, OldScheme>> = {
  '1': { name: 'RC4-128', grade: 'oldest', size: null },
  '2': { name: 'RC4-40', grade: 'oldest', size: null },
  '3': { name: 'triple DES', grade: 'older', size: 24 },
  '4': { name: 'triple DES with two keys', grade: 'older', size: 16 },
  '5': { name: 'RC2-128', grade: 'oldest', size: 16 },
  '6': { name: 'RC2-40', grade: 'oldest', size: 5 },
}

const PBE_ARC = '1.2.840.113549.1.12.1.'
const PBES2 = '1.2.840.113549.1.5.13'
const PBKDF2 = '1.2.840.113549.1.5.12'
const PBMAC1 = '1.2.840.113549.1.5.14'

/** Reads an AlgorithmIdentifier of an encryption by password. Throws LatchkeyError('malformed_request'). */
export function lockOf(algorithm: DerNode | undefined): Lock {
  const [scheme, parameters] = childrenOf(algorithm, TAG.sequence)
  const id = readOid(scheme)
  if (id === PBES2) return pbes2(parameters)
  const old = id.startsWith(PBE_ARC) ? OLD_SCHEMES[id.slice(PBE_ARC.length)] : undefined
  if (!old) return { name: id, grade: 'oldest', iterations: 0, open: null }
  const [salt, count] = childrenOf(parameters, TAG.sequence)
  const [octets, iterations] = [contentOf(salt, TAG.octetString), readSmallInteger(count)]
  const { name, grade, size } = old
  const open = async (sealed: Uint8Array, password: Password) => {
    const key = derivePkcs12(sha1, password, octets, PURPOSE.key, iterations, size ?? 0)
    const iv = derivePkcs12(sha1, password, octets, PURPOSE.iv, iterations, 8)
    if (grade === 'oldest') return unpadded(decryptRc2(sealed, key, iv), 8)
    return tripleDes(sealed, size === 16 ? concat(key, key.subarray(0, 8)) : key, iv)
  }
  return { name, grade, iterations, open: size === null ? null : open }
}

function pbes2(parameters: DerNode | undefined): Lock {
  const [derivation, encryption] = childrenOf(parameters, TAG.sequence)
  const [cipherId, iv] = childrenOf(encryption, TAG.sequence)
  const cipher = CIPHERS[readOid(cipherId)]
  const kdf = pbkdf2Of(derivation)
  const grade = 'modern'
  if (!cipher || 'unknown' in kdf) {
    const name = 'unknown' in kdf ? kdf.unknown : readOid(cipherId)
    return { name, grade, iterations: 0, open: null }
  }
  const vector = new Uint8Array(contentOf(iv, TAG.octetString))
  const open = async (sealed: Uint8Array, password: Password) => {
    const key = await kdf.derive(password ?? '', cipher.size)
    if (cipher.block === 8) return tripleDes(sealed, key, vector)
    const imported = await crypto.subtle.importKey('raw', key, 'AES-CBC', false, ['decrypt'])
    const algorithm = { name: 'AES-CBC', iv: vector }
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, imported, new Uint8Array(sealed)))
  }
  const name = `${cipher.name}, ${kdf.prf}`
  return { name, grade, iterations: kdf.iterations, open }
}

/** PBKDF2-params, RFC 8018 appendix A.2; without prf it is HMAC-SHA1. */
function pbkdf2Of(node: DerNode | undefined) {
  const [id, parameters] = childrenOf(node, TAG.sequence)
  if (readOid(id) !== PBKDF2) return { unknown: readOid(id) }
  const [salt, count, ...rest] = childrenOf(parameters, TAG.sequence)
  const named = rest.find(({ tag }) => tag === TAG.sequence)
  const prfId = named ? readOid(named.children[0]) : '1.2.840.113549.2.7'
  const prf = PRFS[prfId]
  if (!prf) return { unknown: prfId }
  const octets = new Uint8Array(contentOf(salt, TAG.octetString))
  const iterations = readSmallInteger(count)
  const derive = async (password: string, size: number) => {
    const secret = new TextEncoder().encode(password)
    const base = await crypto.subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveBits'])
    const how = { name: 'PBKDF2', hash: prf, salt: octets, iterations }
    return new Uint8Array(await crypto.subtle.deriveBits(how, base, 8 * size))
  }
  return { prf, iterations, derive }
}

function tripleDes(sealed: Uint8Array, key: Uint8Array, iv: Uint8Array): Uint8Array {
  const cipher = CBC.instantiate(EDE).create({ type: 'decrypt', key: [...key], iv: [...iv] })
  return Uint8Array.from([...cipher.update([...sealed]), ...cipher.final()])
}

/** Takes PKCS#7 padding off, RFC 5652 section 6.3. */
function unpadded(plain: Uint8Array, block: number): Uint8Array {
  const count = plain.at(-1) ?? 0
  const padding = plain.subarray(plain.length - count)
  if (count === 0 || count > block || !padding.every((octet) => octet === count)) {
    throw new LatchkeyError('malformed_request', 'The padding is broken.')
  }
  return plain.subarray(0, plain.length - count)
}

/** How a file proves that its password is right: RFC 7292 section 4, or PBMAC1 of RFC 9579. */
export type Mac = {
  readonly name: string
  readonly iterations: number
  readonly of: ((safe: Uint8Array, password: Password) => Promise<Uint8Array>) | null
  readonly expected: Uint8Array
}

/** Reads MacData. Throws LatchkeyError('malformed_request'). */
export function macOf(node: DerNode): Mac {
  const [digestInfo, salt, count] = childrenOf(node, TAG.sequence)
  const [algorithm, digest] = childrenOf(digestInfo, TAG.sequence)
  const [id, parameters] = childrenOf(algorithm, TAG.sequence)
  const expected = contentOf(digest, TAG.octetString)
  if (readOid(id) === PBMAC1) return pbmac1(parameters, expected)
  const known = HASHES[readOid(id)]
  // RFC 7292 section 4: iterations are DEFAULT 1.
  const iterations = count ? readSmallInteger(count) : 1
  if (!known) return { name: readOid(id), iterations, of: null, expected }
  const octets = contentOf(salt, TAG.octetString)
  const { name, hash } = known
  const of = async (safe: Uint8Array, password: Password) => {
    const size = hash.outputLen
    const key = derivePkcs12(hash, password, octets, PURPOSE.mac, iterations, size)
    return hmac(hash, key, safe)
  }
  return { name, iterations, of, expected }
}

function pbmac1(parameters: DerNode | undefined, expected: Uint8Array): Mac {
  const [derivation, scheme] = childrenOf(parameters, TAG.sequence)
  const kdf = pbkdf2Of(derivation)
  const name = PRFS[readOid(childrenOf(scheme, TAG.sequence)[0])]
  const known = Object.values(HASHES).find((one) => one.name === name)
  if ('unknown' in kdf || !known) return { name: 'PBMAC1', iterations: 0, of: null, expected }
  const { hash } = known
  const of = async (safe: Uint8Array, password: Password) =>
    hmac(hash, await kdf.derive(password ?? '', expected.length), safe)
  return { name: `PBMAC1, ${known.name}`, iterations: kdf.iterations, of, expected }
}
