/** RC2, RFC 2268, for reading alone: Windows, macOS and OpenSSL 1.1 lock certificates by it. */

const PI_TABLE = Uint8Array.from(
  (
    'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32' +
    'bd8f40eb86b77b0bf09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626' +
    '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a' +
    '961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2e' +
    'c5f3db47e5a59c770aa62068fe7fc1ad'
  ).match(/../g) ?? [],
  (pair) => Number.parseInt(pair, 16),
)

const BLOCK = 8

/** Decrypts RC2-CBC. The effective length is that of the key, as PKCS#12 has it. The padding is left in place. */
export function decryptRc2(sealed: Uint8Array, key: Uint8Array, iv: Uint8Array): Uint8Array {
  const words = expandKey(key)
  const plain = new Uint8Array(sealed.length)
  let before = iv
  for (let at = 0; at + BLOCK <= sealed.length; at += BLOCK) {
    const block = sealed.subarray(at, at + BLOCK)
    const opened = decryptBlock(block, words)
    for (let i = 0; i < BLOCK; i++) plain[at + i] = (opened[i] ?? 0) ^ (before[i] ?? 0)
    before = block
  }
  return plain
}

/** RFC 2268 section 2: 64 words of 16 bits. */
function expandKey(key: Uint8Array): Uint16Array {
  const octets = new Uint8Array(128)
  octets.set(key)
  const pi = (index: number) => PI_TABLE[index & 0xff] ?? 0
  const of = (index: number) => octets[index] ?? 0
  for (let i = key.length; i < 128; i++) octets[i] = pi(of(i - 1) + of(i - key.length))
  octets[128 - key.length] = pi(of(128 - key.length))
  for (let i = 127 - key.length; i >= 0; i--) octets[i] = pi(of(i + 1) ^ of(i + key.length))
  return Uint16Array.from({ length: 64 }, (_, i) => of(2 * i) | (of(2 * i + 1) << 8))
}

const SHIFTS = [1, 2, 3, 5]

/** RFC 2268 section 3.2: mixing in reverse, with a mashing round after the fifth and the eleventh. */
function decryptBlock(block: Uint8Array, words: Uint16Array): Uint8Array {
  const r = [0, 2, 4, 6].map((at) => (block[at] ?? 0) | ((block[at + 1] ?? 0) << 8))
  const at = (index: number) => r[(index + 4) & 3] ?? 0
  let next = 63
  for (let round = 0; round < 16; round++) {
    for (let i = 3; i >= 0; i--) {
      const shift = SHIFTS[i] ?? 0
      const turned = ((at(i) >> shift) | (at(i) << (16 - shift))) & 0xffff
      const mixed =
        turned - (words[next--] ?? 0) - (at(i - 1) & at(i - 2)) - (~at(i - 1) & at(i - 3) & 0xffff)
      r[i] = mixed & 0xffff
    }
    if (round === 4 || round === 10) {
      for (let i = 3; i >= 0; i--) r[i] = (at(i) - (words[at(i - 1) & 63] ?? 0)) & 0xffff
    }
  }
  return Uint8Array.from(r.flatMap((word) => [word & 0xff, word >> 8]))
}
