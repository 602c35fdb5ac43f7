import { createPrivateKey, generateKeyPairSync, generatePrime, type KeyObject } from 'node:crypto'

/**
 * Makes many client keys in little time. Every request of a measurement needs a key and a holder of its own,
 * or the ledger would answer it as a repetition.
 */

export type ClientKeyType = 'rsa-2048' | 'ec-p256'

export async function makeClientKeys(
  type: ClientKeyType,
  count: number,
): Promise<readonly KeyObject[]> {
  if (type === 'rsa-2048') return rsaKeys(count)
  return Array.from(
    { length: count },
    () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  )
}

const EXPONENT = 65537n

/**
 * Each pair of m primes is a key, so 2,000 keys need 64 primes and not 4,000. Such keys are for measurements
 * only, since two of them reveal the prime that they share.
 */
async function rsaKeys(count: number): Promise<readonly KeyObject[]> {
  const primesNeeded = Math.ceil((1 + Math.sqrt(1 + 8 * count)) / 2)
  const primes: bigint[] = []
  while (primes.length < primesNeeded) {
    const prime = await newPrime()
    // Two primes above √2·2^1023 make a modulus of exactly 2,048 bits.
    if (prime >> 1022n === 3n && (prime - 1n) % EXPONENT !== 0n) primes.push(prime)
  }
  const pairs = primes.flatMap((p, at) => primes.slice(at + 1).map((q) => [p, q] as const))
  return pairs.slice(0, count).map(([p, q]) => rsaKey(p, q))
}

function newPrime(): Promise<bigint> {
  return new Promise((resolve, reject) => {
    generatePrime(1024, { bigint: true }, (error, prime) =>
      error ? reject(error) : resolve(prime),
    )
  })
}

function rsaKey(p: bigint, q: bigint): KeyObject {
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n))
  const values = { n: p * q, e: EXPONENT, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n) }
  const members = Object.entries({ ...values, qi: inverse(q, p) }).map(([name, value]) => [
    name,
    base64Url(value),
  ])
  return createPrivateKey({ key: { kty: 'RSA', ...Object.fromEntries(members) }, format: 'jwk' })
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n]
  while (a > 1n) {
    const whole = b / a
    const [rest, left] = [b % a, y - whole * x]
    ;[b, a, y, x] = [a, rest, x, left]
  }
  return ((x % modulus) + modulus) % modulus
}

function base64Url(value: bigint): string {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url')
}
