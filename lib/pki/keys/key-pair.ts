import { LatchkeyError } from '#lib/errors.ts'

/** Keys that a browser makes by WebCrypto and that every system can open in a PKCS#12. */

export type KeyPairType = 'ec-p256' | 'rsa-2048' | 'rsa-3072'

const ALGORITHMS = {
  'ec-p256': { name: 'ECDSA', namedCurve: 'P-256' },
  'rsa-2048': rsa(2048),
  'rsa-3072': rsa(3072),
} as const satisfies Record<KeyPairType, EcKeyGenParams | RsaHashedKeyGenParams>

/**
 * Makes a key pair for signing. Extractable keys can be put in a file; the other kind never leaves
 * the browser. Throws LatchkeyError('weak_key') when the browser cannot make such a key.
 */
export async function makeKeyPair(type: KeyPairType, extractable: boolean): Promise<CryptoKeyPair> {
  try {
    return await crypto.subtle.generateKey(ALGORITHMS[type], extractable, ['sign', 'verify'])
  } catch (cause) {
    throw new LatchkeyError('weak_key', 'This browser cannot make such a key.', { cause })
  }
}

function rsa(modulusLength: number): RsaHashedKeyGenParams {
  return {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength,
    publicExponent: Uint8Array.of(1, 0, 1),
  }
}
