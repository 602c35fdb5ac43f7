import { createPublicKey, type KeyObject } from 'node:crypto'

/**
 * Gives OpenSSL's key for a SubjectPublicKeyInfo in DER. The way through PEM (RFC 7468 section 13) costs a third
 * of `{ key, format: 'der' }`: of every object Node first finds out by an exception whether it is a key.
 * Throws OpenSSL's error for octets that are no key.
 */
export function publicKeyOf(spki: Uint8Array): KeyObject {
  const base64 = Buffer.from(spki.buffer, spki.byteOffset, spki.length).toString('base64')
  const lines = base64.replace(/.{64}/g, '$&\n').trimEnd()
  return createPublicKey(`-----BEGIN PUBLIC KEY-----\n${lines}\n-----END PUBLIC KEY-----\n`)
}
