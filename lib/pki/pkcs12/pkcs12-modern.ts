import { sha256 } from '@noble/hashes/sha2.js'
import { LatchkeyError } from '#lib/errors.ts'
import {
  childrenOf,
  contentOf,
  type DerNode,
  readOid,
  readSmallInteger,
  TAG,
} from '#lib/pki/asn1/der.ts'
import { integer, nullValue, octetString, oid, sequence } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import type { Protection } from './pkcs12.ts'

/**
 * For PBKDF2 of both bags and for the MAC. Stretching makes up for a password that can be guessed (RFC 8018
 * section 4.2); ours has 100 random bits, so more rounds buy nothing and cost the reader's time: Windows,
 * macOS and Java derive all three keys before they show anything. Java 17 writes 10,000 itself and OpenSSL 3
 * 2,048, so no importer takes the file for a weak one. SECURITY.md says what a quantum search could do.
 */
const ITERATIONS = 10_000

/** Bounds the work that a file can cause when it is opened. */
const ITERATIONS_MAX = 1_000_000

/** RFC 8018 section 4.1 asks for at least 8 octets. */
const SALT_LENGTH = 16

/** AES, in octets: the length of the IV. */
const BLOCK_LENGTH = 16

/**
 * PBES2 (RFC 8018 section 6.2) with PBKDF2-HMAC-SHA256 (section 5.2) and AES-256-CBC, and a MAC by
 * HMAC-SHA256: the encryption that current systems use for their own files.
 */
export const modernProtection: Protection = {
  prepareSeal: async (password, randomBytes) => {
    const salt = randomBytes(SALT_LENGTH)
    const iv = randomBytes(BLOCK_LENGTH)
    const key = await deriveKey(password, salt, ITERATIONS, 'encrypt')
    const cipher = { name: 'AES-CBC', iv }
    return async (plain) => {
      const octets = await crypto.subtle.encrypt(cipher, key, new Uint8Array(plain))
      return { algorithm: pbes2(salt, iv), octets: new Uint8Array(octets) }
    }
  },
  open: async (algorithm, sealed, password) => {
    const { salt, iterations, iv } = readPbes2(algorithm)
    const key = await deriveKey(password, salt, iterations, 'decrypt')
    const plain = await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, key, new Uint8Array(sealed))
    return new Uint8Array(plain)
  },
  mac: { hash: sha256, oid: OID.sha256, iterations: ITERATIONS },
}

async function deriveKey(
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
  usage: 'encrypt' | 'decrypt',
): Promise<CryptoKey> {
  const octets = new TextEncoder().encode(password)
  const secret = await crypto.subtle.importKey('raw', octets, 'PBKDF2', false, ['deriveKey'])
  const derivation = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }
  const key = { name: 'AES-CBC', length: 256 }
  return crypto.subtle.deriveKey(derivation, secret, key, false, [usage])
}

/** AlgorithmIdentifier with PBES2-params and PBKDF2-params, RFC 8018 appendices A.4 and A.2. */
function pbes2(salt: Uint8Array, iv: Uint8Array): Uint8Array {
  // RFC 8018 appendix A.2: prf is HMAC-SHA1 by default, so ours must be written.
  const prf = sequence(oid(OID.hmacWithSha256), nullValue())
  const derivation = sequence(
    oid(OID.pbkdf2),
    sequence(octetString(salt), integer(ITERATIONS), prf),
  )
  const encryption = sequence(oid(OID.aes256Cbc), octetString(iv))
  return sequence(oid(OID.pbes2), sequence(derivation, encryption))
}

/** Accepts these three algorithms only: a file that names others is not one of ours. */
function readPbes2(algorithm: DerNode) {
  const [scheme, parameters] = childrenOf(algorithm, TAG.sequence)
  if (readOid(scheme) !== OID.pbes2) throw foreign()
  const [derivation, encryption] = childrenOf(parameters, TAG.sequence)
  const [kdf, kdfParameters] = childrenOf(derivation, TAG.sequence)
  const [salt, count, prf] = childrenOf(kdfParameters, TAG.sequence)
  const [cipher, iv] = childrenOf(encryption, TAG.sequence)
  const names = [readOid(kdf), readOid(childrenOf(prf, TAG.sequence)[0]), readOid(cipher)]
  if (names.join() !== [OID.pbkdf2, OID.hmacWithSha256, OID.aes256Cbc].join()) throw foreign()
  const iterations = readSmallInteger(count)
  if (iterations < 1 || iterations > ITERATIONS_MAX) throw foreign()
  return {
    salt: new Uint8Array(contentOf(salt, TAG.octetString)),
    iterations,
    iv: new Uint8Array(contentOf(iv, TAG.octetString)),
  }
}

function foreign(): LatchkeyError {
  return new LatchkeyError('malformed_request', 'The file is locked in another way than ours.')
}
