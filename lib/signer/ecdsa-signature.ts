import { concat } from '#lib/pki/asn1/bytes.ts'
import { parseDer, readPositiveInteger } from '#lib/pki/asn1/der.ts'
import { sequence, tlv } from '#lib/pki/asn1/der-write.ts'

/**
 * The two forms of an ECDSA signature: in certificates a DER SEQUENCE of r and s (RFC 3279 section 2.2.3), in
 * vaults and WebCrypto r and s behind each other, each as long as the curve's order (IEEE P1363).
 */

/** Octets of r and of s. */
export const COORDINATE_OCTETS = {
  'ecdsa-sha256': 32,
  'ecdsa-sha384': 48,
  'ecdsa-sha512': 66,
} as const

/** Gives the DER form, or null for octets that are not of this length. Whether they verify is not checked. */
export function derSignature(raw: Uint8Array, coordinateOctets: number): Uint8Array | null {
  if (raw.length !== 2 * coordinateOctets) return null
  return sequence(
    unsigned(raw.subarray(0, coordinateOctets)),
    unsigned(raw.subarray(coordinateOctets)),
  )
}

/** Gives the form of WebCrypto. Throws LatchkeyError('malformed_request') for what is no such SEQUENCE. */
export function rawSignature(der: Uint8Array, coordinateOctets: number): Uint8Array<ArrayBuffer> {
  const [r, s] = parseDer(der).children
  const padded = [r, s].map((node) => {
    const octets = node ? readPositiveInteger(node) : new Uint8Array()
    return concat(new Uint8Array(Math.max(0, coordinateOctets - octets.length)), octets)
  })
  return concat(...padded)
}

const INTEGER = 0x02

/** X.690 section 8.3: in as few octets as keep the first bit 0. */
function unsigned(octets: Uint8Array): Uint8Array {
  let start = 0
  while (start < octets.length - 1 && octets[start] === 0) start += 1
  const digits = octets.subarray(start)
  return (digits[0] ?? 0) >= 0x80 ? tlv(INTEGER, Uint8Array.of(0), digits) : tlv(INTEGER, digits)
}
