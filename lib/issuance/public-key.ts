import { createPublicKey, type KeyObject } from 'node:crypto'

/**
 * Gives OpenSSL's key for a SubjectPublicKeyInfo in DER. The way through PEM (RFC 7468 section 13) costs a third
 * of `{ key, format: 'der' }`: of every object Node first finds out by an exception whether it is a key.
 * Throws OpenSSL's error for octets that are no key.
 */
export function publicKeyOf(spki: Uint8Array): KeyObject {
  const base64 = Buffer.from(spki.buffer, spki.byteOffset, spki.length).toString('base64')
  let pem = '-----BEGIN PUBLIC KEY-----\n'
  // Section 2: lines of 64 characters.
  for (let at = 0; at < base64.length; at += 64) pem += `${base64.slice(at, at + 64)}\n`
  return createPublicKey(`${pem}-----END PUBLIC KEY-----\n`)
}
