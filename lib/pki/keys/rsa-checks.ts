/**
 * Checks of an RSA modulus that need the public key alone: small factors (SP 800-89 section 5.3.3), and the
 * ROCA and close-primes faults that the CA/Browser Forum's Baseline Requirements, section 6.1.1.3, have CAs
 * look for. Boulder's `goodkey` makes the same checks. Together they take less than 1 ms for 4096 bits.
 */

/** The result of the first check that fails. */
export type RsaWeakness = 'small factor' | 'roca' | 'close primes'

/** Gives the first weakness found, or null. The caller has checked the size of the modulus. */
export function rsaWeakness(modulus: bigint): RsaWeakness | null {
  const residues = PRIME_GROUPS.flatMap(({ product, primes }) => {
    const rest = Number(modulus % product)
    return primes.map((prime) => rest % prime)
  })
  if (residues.includes(0)) return 'small factor'
  if (ROCA_GROUPS.every((group, index) => group.has(residues[index + 1] ?? 0))) return 'roca'
  return hasClosePrimes(modulus) ? 'close primes' : null
}

/** SP 800-89 section 5.3.3: the modulus has no factor smaller than 752. */
const SMALL_PRIMES = primesBelow(752)

/** The primes in order, in groups whose product fits a Number: one division of the modulus serves several primes. */
const PRIME_GROUPS = groupsOf(SMALL_PRIMES)

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

/**
 * Fermat's factorisation finds primes that are close to each other. The Baseline Requirements, section
 * 6.1.1.3, have CAs refuse keys that it factors within 100 rounds.
 */
const FERMAT_ROUNDS = 100

/** Searches a number a for which a² - modulus is a square b²: the factors are then a + b and a - b. */
function hasClosePrimes(modulus: bigint): boolean {
  const root = squareRoot(modulus)
  const first = root * root === modulus ? root : root + 1n
  const sieves = SIEVES.map(({ size, squares }) => {
    const m = BigInt(size)
    return { size, squares, a: Number(first % m), n: Number(modulus % m) }
  })
  for (let round = 0; round < FERMAT_ROUNDS; round++) {
    if (sieves.every((sieve) => passes(sieve, round)) && isSquareLess(first, round, modulus)) {
      return true
    }
  }
  return false
}

/**
 * Squares modulo small numbers. A number that is no square modulo one of these is no square at all; most
 * rounds end by that test, without arithmetic on long numbers.
 */
const SIEVES = [64, 63, 65, 11, 17, 19, 23, 31].map((size) => ({
  size,
  squares: new Set(Array.from({ length: size }, (_, n) => (n * n) % size)),
}))

type Sieve = (typeof SIEVES)[number] & { readonly a: number; readonly n: number }

function passes({ size, squares, a, n }: Sieve, round: number): boolean {
  return squares.has(((((a + round) ** 2 - n) % size) + size) % size)
}

/** Says whether (first + round)² - modulus is a square. */
function isSquareLess(first: bigint, round: number, modulus: bigint): boolean {
  const rest = (first + BigInt(round)) ** 2n - modulus
  const root = squareRoot(rest)
  return root * root === rest
}

/** Gives the integer part of a square root, by Newton's method with a precision that doubles in each step. */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value
  const bits = (value.toString(2).length - 1) >> 1
  let root = 1n
  let known = 0
  for (let shift = 31 - Math.clz32(bits); shift >= 0; shift--) {
    const before = known
    known = bits >> shift
    const quotient = (value >> BigInt(2 * bits - before - known + 1)) / root
    root = (root << BigInt(known - before - 1)) + quotient
  }
  return root * root > value ? root - 1n : root
}

function groupsOf(primes: readonly number[]) {
  const groups: { product: bigint; primes: number[] }[] = []
  for (const prime of primes) {
    const last = groups.at(-1)
    if (last && Number(last.product) * prime <= Number.MAX_SAFE_INTEGER) {
      last.primes.push(prime)
      last.product *= BigInt(prime)
    } else groups.push({ product: BigInt(prime), primes: [prime] })
  }
  return groups
}

function primesBelow(limit: number): readonly number[] {
  const primes: number[] = []
  for (let candidate = 2; candidate < limit; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate)
  }
  return primes
}
