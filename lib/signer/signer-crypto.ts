import { Crypto } from '@peculiar/webcrypto'
import { LatchkeyError } from '#lib/errors.ts'
import type { SignatureAlgorithm } from '#lib/pki/keys/algorithm.ts'
import { COORDINATE_OCTETS, rawSignature } from './ecdsa-signature.ts'
import type { Signer } from './signer.ts'

/**
 * A WebCrypto whose one private key is a Signer, so that a library which builds certificates by WebCrypto
 * signs wherever the key is, in a vault too. Everything else is that of Node.
 */
export class SignerCrypto extends Crypto {
  /** What a builder signs by. The private key is only a handle: nothing but its algorithm can be read. */
  readonly keys: CryptoKeyPair

  private constructor(keys: CryptoKeyPair, sign: (data: Uint8Array) => Promise<ArrayBuffer>) {
    super()
    this.keys = keys
    this.subtle.sign = async (_, key, data) => {
      if (key === keys.privateKey) return sign(octetsOf(data))
      throw new LatchkeyError('internal', 'Another key than the signer’s was asked to sign.')
    }
  }

  /** `check` is given what is to be signed, and throws to keep it from being signed. */
  static async of(signer: Signer, check: (tbs: Uint8Array) => void): Promise<SignerCrypto> {
    const { algorithm, spki } = signer
    const own = WEB_ALGORITHMS[algorithm]
    const { subtle } = new Crypto()
    const publicKey = await subtle.importKey('spki', Uint8Array.from(spki), own, true, ['verify'])
    // A second object of the same public key, which stands for the private one.
    const privateKey = await subtle.importKey('spki', Uint8Array.from(spki), own, true, ['verify'])
    return new SignerCrypto({ publicKey, privateKey }, async (tbs) => {
      check(tbs)
      const signature = await signer.sign(tbs)
      const isRsa = algorithm === 'rsa-sha256' || algorithm === 'rsa-sha384'
      return isRsa
        ? Uint8Array.from(signature).buffer
        : rawSignature(signature, COORDINATE_OCTETS[algorithm]).buffer
    })
  }
}

/** In WebCrypto's words. */
export const WEB_ALGORITHMS = {
  'ecdsa-sha256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  'ecdsa-sha384': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  'ecdsa-sha512': { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' },
  'rsa-sha256': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  'rsa-sha384': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' },
} as const satisfies Record<SignatureAlgorithm, object>

function octetsOf(data: BufferSource): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data)
}
