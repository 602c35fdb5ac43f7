import type { CHash } from '@noble/hashes/utils.js'
import { concat } from '#lib/pki/asn1/bytes.ts'

/** ID byte: what the derived octets are used for, RFC 7292 appendix B.3. */
export const PURPOSE = { key: 1, iv: 2, mac: 3 } as const

/**
 * Derives `length` octets from a password, RFC 7292 appendix B.2. Call this in a worker: the hash is
 * synchronous, since 100,000 asynchronous calls of WebCrypto would take a hundred times as long. A password of
 * null is no octets at all, as some programs write an empty one.
 */
export function derivePkcs12(
  hash: CHash,
  password: string | null,
  salt: Uint8Array,
  purpose: (typeof PURPOSE)[keyof typeof PURPOSE],
  iterations: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  // v of appendix B.2: 64 octets for SHA-1 and SHA-256, 128 for SHA-384 and SHA-512.
  const block = hash.blockLen
  const [fresh, working] = [hash.create(), hash.create()]
  const diversifier = new Uint8Array(block).fill(purpose)
  const secret = password === null ? new Uint8Array(0) : bmpPassword(password)
  const input = concat(fillBlocks(salt, block), fillBlocks(secret, block))
  let derived = new Uint8Array(0)
  while (derived.length < length) {
    const digest = hash(concat(diversifier, input))
    // A new hash for each round would cost nine times as much.
    for (let round = 1; round < iterations; round++) {
      fresh._cloneInto(working).update(digest).digestInto(digest)
    }
    derived = concat(derived, digest)
    addToEachBlock(input, digest, block)
  }
  return derived.slice(0, length)
}

/** Steps 2 and 3: repeats octets until they fill whole blocks; an empty string stays empty. */
function fillBlocks(octets: Uint8Array, block: number): Uint8Array {
  const filled = new Uint8Array(block * Math.ceil(octets.length / block))
  for (let i = 0; i < filled.length; i++) filled[i] = octets[i % octets.length] ?? 0
  return filled
}

/** Step 6C: to each block of the input the repeated digest and 1 are added, modulo 2 to the length of the block. */
function addToEachBlock(input: Uint8Array, digest: Uint8Array, size: number): void {
  for (let block = 0; block < input.length; block += size) {
    let carry = 1
    for (let i = size - 1; i >= 0; i--) {
      carry += (input[block + i] ?? 0) + (digest[i % digest.length] ?? 0)
      input[block + i] = carry & 0xff
      carry >>= 8
    }
  }
}

/** RFC 7292 appendix B.1: the password as BMPString (UTF-16, big-endian) with two zero octets at the end. */
function bmpPassword(password: string): Uint8Array {
  const octets = new Uint8Array(2 * password.length + 2)
  for (let i = 0; i < password.length; i++) {
    const unit = password.charCodeAt(i)
    octets[2 * i] = unit >> 8
    octets[2 * i + 1] = unit & 0xff
  }
  return octets
}
