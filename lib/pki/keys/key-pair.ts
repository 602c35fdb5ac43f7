import { LatchkeyError } from '#lib/errors.ts'

/** Generation of keys in the browser, by WebCrypto. */

/** Types of keys that every system can import from a PKCS#12 file. */
export type KeyPairType = 'ec-p256' | 'rsa-2048' | 'rsa-3072'

const ALGORITHMS = {
  'ec-p256': { name: 'ECDSA', namedCurve: 'P-256' },
  'rsa-2048': rsa(2048),
  'rsa-3072': rsa(3072),
} as const satisfies Record<KeyPairType, EcKeyGenParams | RsaHashedKeyGenParams>

/**
 * Makes a key pair for signing. An extractable private key can be exported into a file; any other stays in
 * the browser. Throws LatchkeyError('weak_key') when the browser cannot make this type.
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
    // 65537. FIPS 186-5 section 5.1 asks for an odd exponent above 2^16.
    publicExponent: Uint8Array.of(1, 0, 1),
  }
}
