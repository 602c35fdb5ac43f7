/**
 * Checks of an RSA modulus that need the public key alone: small factors (SP 800-89 section 5.3.3), and the
 * ROCA and close-primes faults that the CA/Browser Forum's Baseline Requirements, section 6.1.1.3, have CAs
 * look for. Boulder's `goodkey` makes the same checks. Together they take less than 1 ms for 4096 bits.
 */

/** The result of the first check that fails. */
export type RsaWeakness = 'small factor' | 'roca' | 'close primes'

/** Gives the first weakness found, or null. The caller has checked the size of the modulus. */
export function rsaWeakness(modulus: bigint): RsaWeakness | null {
  let mayBeRoca = true
  for (const { product, primes } of PRIME_GROUPS) {
    const rest = Number(modulus % product)
    for (const { prime, powers } of primes) {
      const residue = rest % prime
      if (residue === 0) return 'small factor'
      mayBeRoca &&= powers === null || powers.has(residue)
    }
  }
  if (mayBeRoca) return 'roca'
  return hasClosePrimes(modulus) ? 'close primes' : null
}

type SmallPrime = {
  readonly prime: number
  /** The residues that a key with the fault of ROCA has modulo this prime; null where it is not looked at. */
  readonly powers: ReadonlySet<number> | null
}

/** SP 800-89 section 5.3.3: the modulus has no factor smaller than 752. */
const SMALL_PRIMES = primesBelow(752)

/**
 * CVE-2017-15361: Infineon's library made primes of the form k·M + (65537^a mod M), so that the
 * modulus is a power of 65537 modulo every small prime. A good modulus passes all 38 by a chance
 * of about 2^-27, the odd ones up to 167.
 */
function powersOf65537(prime: number): ReadonlySet<number> | null {
  if (prime === 2 || prime > 167) return null
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * (65537 % prime)) % prime) {
    powers.add(power)
  }
  return powers
}

/** The primes in order, in groups whose product fits a Number: one division of the modulus serves several primes. */
const PRIME_GROUPS = groupsOf(SMALL_PRIMES)

/**
 * Fermat's factorisation finds primes that are close to each other. The Baseline Requirements, section
 * 6.1.1.3, have CAs refuse keys that it factors within 100 rounds.
 */
const FERMAT_ROUNDS = 100

/** Searches a number a for which a² - modulus is a square b²: the factors are then a + b and a - b. */
function hasClosePrimes(modulus: bigint): boolean {
  const root = squareRoot(modulus)
  const first = root * root === modulus ? root : root + 1n
  const [a, n] = [Number(first % SIEVE_PRODUCT), Number(modulus % SIEVE_PRODUCT)]
  for (let round = 0; round < FERMAT_ROUNDS; round++) {
    if (mayBeSquareLess(a + round, n) && isSquareLess(first, round, modulus)) return true
  }
  return false
}

/**
 * Squares modulo small numbers. A number that is no square modulo one of these is no square at all; most
 * rounds end by that test, without arithmetic on long numbers.
 */
const SIEVES = [64, 63, 65, 11, 17, 19, 23, 31].map((size) => {
  const squares = Array.from({ length: size }, () => false)
  for (let n = 0; n < size; n++) squares[(n * n) % size] = true
  return { size, squares }
})

/** Fits a Number. */
const SIEVE_PRODUCT = SIEVES.reduce((product, { size }) => product * BigInt(size), 1n)

/** Says whether a² - n may be a square, by both numbers modulo the product. */
function mayBeSquareLess(a: number, n: number): boolean {
  for (const { size, squares } of SIEVES) {
    const root = a % size
    if (!squares[(root * root + size - (n % size)) % size]) return false
  }
  return true
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
  const bits = (bitLengthOf(value) - 1) >> 1
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

function bitLengthOf(value: bigint): number {
  const digits = value.toString(16)
  return 4 * digits.length - Math.clz32(Number.parseInt(digits.charAt(0), 16)) + 28
}

function groupsOf(primes: readonly number[]) {
  const groups: { product: bigint; primes: SmallPrime[] }[] = []
  for (const prime of primes) {
    const one = { prime, powers: powersOf65537(prime) }
    const last = groups.at(-1)
    if (last && Number(last.product) * prime <= Number.MAX_SAFE_INTEGER) {
      last.primes.push(one)
      last.product *= BigInt(prime)
    } else groups.push({ product: BigInt(prime), primes: [one] })
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
