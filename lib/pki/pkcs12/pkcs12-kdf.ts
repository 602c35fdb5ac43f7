import { concat } from '#lib/pki/asn1/bytes.ts'

/** What the derived octets are for, RFC 7292 appendix B.3. */
export const PURPOSE = { key: 1, iv: 2, mac: 3 } as const

/** SHA-1 and SHA-256 both work on blocks of 64 octets; the function itself says how many it gives. */
const BLOCK = 64

/**
 * Derives octets from a password, RFC 7292 appendix B.2. The hash is synchronous, since WebCrypto
 * asked 100,000 times over takes a hundred times as long: call this in a worker.
 */
export function derivePkcs12(
  hash: (data: Uint8Array) => Uint8Array,
  password: string,
  salt: Uint8Array,
  purpose: (typeof PURPOSE)[keyof typeof PURPOSE],
  iterations: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  const diversifier = new Uint8Array(BLOCK).fill(purpose)
  const input = concat(fillBlocks(salt), fillBlocks(bmpPassword(password)))
  let derived = new Uint8Array(0)
  while (derived.length < length) {
    let digest = hash(concat(diversifier, input))
    for (let round = 1; round < iterations; round++) digest = hash(digest)
    derived = concat(derived, digest)
    addToEachBlock(input, digest)
  }
  return derived.slice(0, length)
}

/** Repeats octets until they fill whole blocks; nothing stays nothing. */
function fillBlocks(octets: Uint8Array): Uint8Array {
  const filled = new Uint8Array(BLOCK * Math.ceil(octets.length / BLOCK))
  for (let i = 0; i < filled.length; i++) filled[i] = octets[i % octets.length] ?? 0
  return filled
}

/** Step 6C: each block of the input becomes itself plus the repeated digest plus 1, modulo 2^512. */
function addToEachBlock(input: Uint8Array, digest: Uint8Array): void {
  for (let block = 0; block < input.length; block += BLOCK) {
    let carry = 1
    for (let i = BLOCK - 1; i >= 0; i--) {
      carry += (input[block + i] ?? 0) + (digest[i % digest.length] ?? 0)
      input[block + i] = carry & 0xff
      carry >>= 8
    }
  }
}

/** Appendix B.1: UTF-16 big-endian with two zero octets at the end. */
function bmpPassword(password: string): Uint8Array {
  const octets = new Uint8Array(2 * password.length + 2)
  for (let i = 0; i < password.length; i++) {
    const unit = password.charCodeAt(i)
    octets[2 * i] = unit >> 8
    octets[2 * i + 1] = unit & 0xff
  }
  return octets
}
