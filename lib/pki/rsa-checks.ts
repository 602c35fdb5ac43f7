/**
 * What is wrong with an RSA modulus, seen from its public half alone. Boulder's `goodkey` makes
 * the same checks. All of it together takes less than 10 ms for 4096 bits.
 */

export type RsaWeakness = 'small factor' | 'roca' | 'close primes'

/** Gives the first weakness found, or null. The modulus has been checked for its size before. */
export function rsaWeakness(modulus: bigint): RsaWeakness | null {
  const residues = SMALL_PRIMES.map((prime) => Number(modulus % BigInt(prime)))
  if (residues.includes(0)) return 'small factor'
  if (ROCA_GROUPS.every((group, index) => group.has(residues[index + 1] ?? 0))) return 'roca'
  return hasClosePrimes(modulus) ? 'close primes' : null
}

/** Below 752, as Boulder's: beyond that trial division finds next to nothing more. */
const SMALL_PRIMES = primesBelow(752)

/**
 * CVE-2017-15361: Infineon's library made primes of the form k·M + (65537^a mod M), so that the
 * modulus is a power of 65537 modulo every small prime. A good modulus passes all 38 by a chance
 * of about 2^-27. One set of powers for each odd prime up to 167, in order.
 */
const ROCA_GROUPS = SMALL_PRIMES.filter((prime) => prime > 2 && prime <= 167).map(powersOf65537)

function powersOf65537(prime: number): ReadonlySet<number> {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * (65537 % prime)) % prime) {
    powers.add(power)
  }
  return powers
}

/** Fermat's factorisation finds two primes that lie close to each other in a few rounds. */
const FERMAT_ROUNDS = 100

function hasClosePrimes(modulus: bigint): boolean {
  let a = squareRoot(modulus)
  if (a * a === modulus) return true
  a += 1n
  let rest = a * a - modulus
  for (let round = 0; round < FERMAT_ROUNDS; round++) {
    if (isSquare(rest)) return true
    rest += 2n * a + 1n
    a += 1n
  }
  return false
}

function isSquare(value: bigint): boolean {
  // Squares end in few bit patterns; this spares most of the square roots.
  if (!SQUARES_MODULO_64.has(Number(value & 63n))) return false
  const root = squareRoot(value)
  return root * root === value
}

const SQUARES_MODULO_64 = new Set(Array.from({ length: 64 }, (_, n) => (n * n) % 64))

/** Newton's method from above; the first guess is a power of two, so few rounds are needed. */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value
  let root = 1n << BigInt(Math.ceil((value.toString(16).length * 4) / 2))
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

function primesBelow(limit: number): readonly number[] {
  const primes: number[] = []
  for (let candidate = 2; candidate < limit; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate)
  }
  return primes
}
