import { createPublicKey, generateKeyPair, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { LatchkeyError } from '#lib/errors.ts'
import { algorithmFor } from '#lib/pki/certificate/issuer.ts'
import type { Signer } from './signer.ts'

/** Types of CA and responder keys. P-256 is the default: it signs 25 times faster than P-384. */
export const CA_KEYS = {
  'ec-p256': { kind: 'ec', namedCurve: 'P-256' },
  'ec-p384': { kind: 'ec', namedCurve: 'P-384' },
  'rsa-3072': { kind: 'rsa', modulusLength: 3072 },
  'rsa-4096': { kind: 'rsa', modulusLength: 4096 },
} as const

export type CaKeyType = keyof typeof CA_KEYS

/** Makes a private key. */
export async function generateKey(type: CaKeyType): Promise<KeyObject> {
  const parameters = CA_KEYS[type]
  if (parameters.kind === 'ec') {
    return (await promisify(generateKeyPair)('ec', { namedCurve: parameters.namedCurve }))
      .privateKey
  }
  const { modulusLength } = parameters
  return (await promisify(generateKeyPair)('rsa', { modulusLength })).privateKey
}

/**
 * Makes a signer for a key in memory. Its sign() throws LatchkeyError('signer_unavailable') when OpenSSL
 * fails.
 */
export function signerOf(key: KeyObject): Signer {
  const spki = spkiOf(key)
  const algorithm = algorithmFor(spki)
  const hash = algorithm.endsWith('sha512') ? 'sha512' : algorithm.slice(-6)
  return {
    algorithm,
    spki,
    sign: (tbs) =>
      algorithm === 'ecdsa-sha256' && tbs.length < HERE_OCTETS_MAX
        ? signHere(key, hash, tbs)
        : signInPool(key, hash, tbs),
    // A key in memory is as fast as the requests come in.
    enter: () => () => undefined,
    isUp: () => true,
  }
}

/**
 * Up to this many octets P-256 signs in the calling thread: 30 µs, less than a round trip to the thread pool.
 * RSA, and hashing a CRL of some megabytes, would block the event loop.
 */
const HERE_OCTETS_MAX = 32_768

/** Gives the SubjectPublicKeyInfo of a key in DER. */
export function spkiOf(key: KeyObject): Uint8Array {
  const publicKey = key.type === 'public' ? key : createPublicKey(key)
  return new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }))
}

/** Gives the public key of a SubjectPublicKeyInfo in DER. */
export function publicKeyFrom(spki: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
}

async function signHere(key: KeyObject, hash: string, tbs: Uint8Array): Promise<Uint8Array> {
  try {
    // The key without an options object, which would cost a third more; DER is the default encoding for
    // ECDSA.
    return sign(hash, tbs, key)
  } catch (cause) {
    throw unavailable(cause)
  }
}

function signInPool(key: KeyObject, hash: string, tbs: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    sign(hash, tbs, { key, dsaEncoding: 'der' }, (cause, signature) => {
      if (cause) reject(unavailable(cause))
      else resolve(signature)
    })
  })
}

function unavailable(cause: unknown): LatchkeyError {
  return new LatchkeyError('signer_unavailable', 'The CA key cannot be used now.', { cause })
}
