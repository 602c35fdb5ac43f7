import { generatePrimeSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { CLOSE_PRIMES, ROCA } from '#lib/pki/testing/weak-keys.ts'
import { rsaWeakness } from './rsa-checks.ts'

/** Two numbers that Fermat's method finds from their product in this very round, counted from 0. */
function factorsFoundIn(round: number): readonly [bigint, bigint] {
  const middle = 3n << 1022n
  // (middle + b)(middle - b) = middle² - b², whose root lies b² / (2 middle) below the middle.
  const b = naiveRoot(2n * middle * BigInt(round) + middle)
  for (let shift = 0n; ; shift += 1n) {
    const [p, q] = [middle + shift + b, middle + shift - b]
    if (hasNoSmallFactor(p * q) && roundsOf(p * q) === round) return [p, q]
  }
}

function roundsOf(modulus: bigint): number {
  const root = naiveRoot(modulus)
  let a = root * root === modulus ? root : root + 1n
  for (let round = 0; ; round += 1, a += 1n) {
    const rest = a * a - modulus
    if (naiveRoot(rest) ** 2n === rest) return round
  }
}

/** By halving: slow and plain. */
function naiveRoot(value: bigint): bigint {
  let [low, high] = [0n, 1n << BigInt(value.toString(2).length)]
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (middle * middle > value) high = middle
    else low = middle
  }
  return low
}

function hasNoSmallFactor(value: bigint): boolean {
  for (let divisor = 2n; divisor < 752n; divisor += 1n) if (value % divisor === 0n) return false
  return true
}

describe('rsaWeakness', () => {
  test.each([2048, 3072, 4096])('finds nothing in a sound modulus of %i bits', (bits) => {
    const prime = () => generatePrimeSync(bits / 2, { bigint: true })
    expect(rsaWeakness(prime() * prime())).toBeNull()
  })

  test.each([2, 3, 5, 7, 53, 59, 167, 173, 743, 751])('finds the factor %i', (prime) => {
    expect(rsaWeakness(BigInt(prime) * CLOSE_PRIMES.p * ROCA.p)).toBe('small factor')
  })

  test('looks no further than 751', () => {
    expect(rsaWeakness(757n * CLOSE_PRIMES.p * ROCA.p)).toBeNull()
  })

  test('finds the fault of the ROCA chips', () => {
    expect(rsaWeakness(ROCA.p * ROCA.q)).toBe('roca')
  })

  test.each([0, 1, 2, 50, 98, 99])('finds two factors that are close in round %i', (round) => {
    const [p, q] = factorsFoundIn(round)
    expect(rsaWeakness(p * q)).toBe('close primes')
  })

  test('gives up after a hundred rounds', () => {
    const [p, q] = factorsFoundIn(101)
    expect(rsaWeakness(p * q)).toBeNull()
  })

  test('finds one prime twice', () => {
    expect(rsaWeakness(ROCA.p * ROCA.p)).toBe('roca')
    expect(rsaWeakness(CLOSE_PRIMES.p * CLOSE_PRIMES.p)).toBe('close primes')
  })
})
