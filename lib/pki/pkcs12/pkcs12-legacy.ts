import { sha1 } from '@noble/hashes/legacy.js'
import { CBC, EDE } from 'des.js'
import { LatchkeyError } from '#lib/errors.ts'
import {
  childrenOf,
  contentOf,
  type DerNode,
  readOid,
  readSmallInteger,
  TAG,
} from '#lib/pki/asn1/der.ts'
import { integer, octetString, oid, sequence } from '#lib/pki/asn1/der-write.ts'
import { OID } from '#lib/pki/asn1/oid.ts'
import type { Protection } from './pkcs12.ts'
import { derivePkcs12, PURPOSE } from './pkcs12-kdf.ts'

/** The count that those systems use for their own files. A password of 100 bits needs no higher one. */
const ITERATIONS = 2_048

/** Bounds the work that a file can cause when it is opened. */
const ITERATIONS_MAX = 100_000

const SALT_LENGTH = 8

/**
 * pbeWithSHAAnd3-KeyTripleDES-CBC (RFC 7292 appendix C) with a MAC by HMAC-SHA1: the only encryption that
 * macOS up to 14, iOS up to 17, Android up to 13 and Windows Server up to 2016 can open. For generated
 * passwords only, since both algorithms are weak. It brings its own triple DES, which WebCrypto does not have.
 */
export const legacyProtection: Protection = {
  prepareSeal: async (password, randomBytes) => {
    const salt = randomBytes(SALT_LENGTH)
    const algorithm = sequence(
      oid(OID.pbeSha1TripleDes),
      sequence(octetString(salt), integer(ITERATIONS)),
    )
    const encrypt = tripleDes('encrypt', password, salt, ITERATIONS)
    return async (plain) => ({ algorithm, octets: encrypt(plain) })
  },
  open: async (algorithm, sealed, password) => {
    const { salt, iterations } = readAlgorithm(algorithm)
    return tripleDes('decrypt', password, salt, iterations)(sealed)
  },
  mac: { hash: sha1, oid: OID.sha1, iterations: ITERATIONS },
}

/** RFC 7292 appendix C: 24 octets of key and 8 of IV, both derived from the password, then PKCS#7 padding. */
function tripleDes(
  type: 'encrypt' | 'decrypt',
  password: string,
  salt: Uint8Array,
  iterations: number,
): (octets: Uint8Array) => Uint8Array {
  const key = derivePkcs12(sha1, password, salt, PURPOSE.key, iterations, 24)
  const iv = derivePkcs12(sha1, password, salt, PURPOSE.iv, iterations, 8)
  const cipher = CBC.instantiate(EDE).create({ type, key: [...key], iv: [...iv] })
  return (octets) => Uint8Array.from([...cipher.update([...octets]), ...cipher.final()])
}

/** pkcs-12PbeParams, RFC 7292 appendix C: salt and iterations. */
function readAlgorithm(algorithm: DerNode) {
  const [scheme, parameters] = childrenOf(algorithm, TAG.sequence)
  if (readOid(scheme) !== OID.pbeSha1TripleDes) throw foreign()
  const [salt, count] = childrenOf(parameters, TAG.sequence)
  const iterations = readSmallInteger(count)
  if (iterations < 1 || iterations > ITERATIONS_MAX) throw foreign()
  return { salt: contentOf(salt, TAG.octetString), iterations }
}

function foreign(): LatchkeyError {
  return new LatchkeyError('malformed_request', 'The file is locked in another way than ours.')
}
